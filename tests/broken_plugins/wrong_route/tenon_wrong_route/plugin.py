from platform_core.sdk import RouteSpec, hookimpl


class Plugin:
    @hookimpl
    def register_routes(self):
        return [RouteSpec(path="things/", view="tenon_wrong_route.views.Missing", name="thing-list")]


plugin = Plugin()
