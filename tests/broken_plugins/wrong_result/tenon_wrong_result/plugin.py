from platform_core.sdk import hookimpl


class Plugin:
    @hookimpl
    def register_taxonomies(self):
        return ["cictt"]


plugin = Plugin()
