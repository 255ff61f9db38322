from platform_core.sdk import hookimpl


class Plugin:
    @hookimpl
    def register_routes(self):
        return []


plugin = Plugin()
