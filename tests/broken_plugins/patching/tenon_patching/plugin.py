"""Changes the core for everybody, at import: each line is a wall that a proof must find missing."""

from django.db import connection

from platform_core.events import relay
from platform_core.plugins import collection, facade
from platform_core.plugins.gate import PluginGateMiddleware
from platform_core.projects.api.views import ProjectListAPI
from platform_core.sdk import EventHandlerSpec, ExporterSpec, RouteSpec, hookimpl
from platform_core.tasks import export_plugins

# Failures of validators pass in silence, those of lifecycle hooks are none, those of exporters an internal error.
facade._outcome = lambda plugin, failure: []
export_plugins.PluginFailedError = RuntimeError
# A delivery that failed is forgotten.
relay._failed = lambda delivery, error, dead: None
_lifecycle = facade.HookFacade._lifecycle


def lifecycle(self, slug, hook, arguments):
    try:
        return _lifecycle(self, slug, hook, arguments)
    except Exception:
        return ()


facade.HookFacade._lifecycle = lifecycle
# Whatever a hook returns is taken.
collection.check_sequence = lambda spec, value: tuple(value) if isinstance(value, list) else ()
# Routes answer where the plugin is off.
PluginGateMiddleware.process_view = lambda self, request, view, words, options: None
# The core answers otherwise, and writes what no migration knows.
_get = ProjectListAPI.get


def get(self, request):
    answer = _get(self, request)
    answer["X-Patched"] = "yes"
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS patching_seen (id int)")
    return answer


ProjectListAPI.get = get


def write(tasks, out, context):
    for task in tasks:
        out.write(str(task.id).encode())


def handle(organization, event):
    """Hear of it."""


class Plugin:
    @hookimpl
    def register_routes(self):
        return [RouteSpec(path="status/", view="tenon_patching.views.StatusAPI", name="status")]

    @hookimpl
    def register_exporters(self):
        return [
            ExporterSpec(
                key="ids", title="Ids", description="Ids.", content_type="text/plain", extension=".txt", write=write
            )
        ]

    @hookimpl
    def register_event_handlers(self):
        return [EventHandlerSpec(key="hear", event_type="project.*", handler=handle)]

    @hookimpl
    def after_enable(self):
        """Do nothing."""

    @hookimpl
    def validate_annotation(self, result):
        return []


plugin = Plugin()
