from platform_core.sdk import RouteSpec, hookimpl

WAYS = {
    "class-attribute": "ClassAttribute",
    "cache": "Cache",
    "raw-sql": "RawSql",
    "search-path": "SearchPath",
    "file-path": "FilePath",
    "log": "Log",
    "webhook": "Webhook",
    "thread": "Thread",
    "memory": "Memory",
    "metric": "Metric",
    "write": "Write",
}


class Plugin:
    @hookimpl
    def register_routes(self):
        return [RouteSpec(path=f"{way}/", view=f"tenon_leaky.views.{name}", name=way) for way, name in WAYS.items()]


plugin = Plugin()
