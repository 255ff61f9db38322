from platform_core.sdk import hookimpl


class Plugin:
    @hookimpl
    def validate_annotation(self):
        raise KeyError("secret detail")

    @hookimpl
    def after_enable(self):
        raise RuntimeError("no disk")


plugin = Plugin()
