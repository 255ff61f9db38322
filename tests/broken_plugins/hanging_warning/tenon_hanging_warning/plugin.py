from platform_core.sdk import hookimpl


class Plugin:
    @hookimpl
    def validate_annotation(self):
        while True:
            pass


plugin = Plugin()
