"""Texts of `tenon plugin new`, for `string.Template`."""

PYPROJECT = """\
[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[project]
name = "$distribution"
version = "0.1.0"
description = "$title for Tenon."
readme = "README.md"
requires-python = ">=3.11"
dependencies = ["tenon"]

[project.optional-dependencies]
test = ["tenon[embedded,test]"]

[project.entry-points."tenon.plugins"]
$slug = "$package.plugin:plugin"

[tool.hatch.build.targets.wheel]
packages = ["$package"]

[tool.pytest.ini_options]
DJANGO_SETTINGS_MODULE = "platform_core.settings.test"
testpaths = ["tests"]
# The platform's pytest plugin starts a PostgreSQL of its own, unless DATABASE_URL names one, and brings the fixtures.
addopts = ["--import-mode=importlib", "-p", "platform_core.sdk.testing.services"]
# What the fixture `enabled` enables: this plugin, after those that it depends on.
tenon_plugins = ["$slug"]
"""

README = """\
# $title

A Tenon plugin. Install it beside Tenon, check it, then enable it in an organization:

    pip install -e ".[test]"
    tenon plugins lock
    tenon plugins enable $slug --organization ORG

## Tests

`pytest` in this folder runs them against the real platform: it locks the installed plugins, starts a PostgreSQL that is
thrown away afterwards (or uses the server that `DATABASE_URL` names), and gives these fixtures:

| fixture | what |
| --- | --- |
| `organization`, `other_organization` | two organizations; nothing of the first may reach the second |
| `enabled` | the first one, with the plugins of the option `tenon_plugins` enabled |
| `enable(organization, "slug", ...)` | enables plugins as an admin would |
| `api_client` | an API client of the first organization's owner |
| `make_client(organization, role="AN")` | a client of a new member: OW, AD, MA, RE or AN |
| `deliver_events(organization)` | hands committed events to their handlers now |
| `jobs_run_at_once` | runs each job in the call that starts it |

`platform_core.sdk.testing.scopes` has `tenant_scope`, `records_of` (audit entries and events) and `tables_of`.
"""

MANIFEST = """\
slug = "$slug"
name = "$title"
version = "0.1.0"
summary = "What $title does, in one sentence."
author = "Your name"
license = "Apache-2.0"
hook_level = $hook_level
$permissions"""

PERMISSIONS = """
[[permissions]]
codename = "$slug.status.view"
reason = "Show the status page of $title."
roles = ["OW", "AD", "MA"]
"""

PLUGIN = '''\
"""The plugin object: its methods are the hooks that the platform calls."""

from platform_core.sdk import $sdk_imports
${module_imports}

class ${camel}Plugin:
    """See the hook reference for what may be implemented."""

$methods

plugin = ${camel}Plugin()
'''

VALIDATE_METHOD = '''\
    @hookimpl
    def validate_annotation(self, result: list[dict]) -> list[Issue]:
        """Warn about regions without a value; replace this by your own rule."""
        return [
            Issue(severity="warning", code="EMPTY", message="The region has no value.", region=region.get("id"))
            for region in result
            if not region.get("value")
        ]
'''

ROUTES_METHOD = '''\
    @hookimpl
    def register_routes(self) -> list[RouteSpec]:
        """Serve /api/$slug/status/ in organizations that have enabled the plugin."""
        return [RouteSpec(path="status/", view="$package.views.StatusAPI", name="status")]
'''

EVENTS_METHOD = '''\
    @hookimpl
    def register_event_handlers(self) -> list[EventHandlerSpec]:
        """React to what was committed."""
        return [EventHandlerSpec(key="annotation", event_type="annotation.*", handler=on_annotation)]
'''

TEST_PLUGIN = """\
from $package.plugin import plugin


def test_region_without_a_value_is_a_warning():
    issues = plugin.validate_annotation([{"id": "r1", "value": {}}, {"id": "r2", "value": {"choices": ["a"]}}])

    assert [(issue.code, issue.severity, issue.region) for issue in issues] == [("EMPTY", "warning", "r1")]
"""

TEST_ENABLED = """\
def test_plugin_is_enabled_here_and_only_here(enabled, other_organization, make_client):
    entries = [make_client(item).get("/api/plugins/$slug/").json() for item in (enabled, other_organization)]

    assert [entry["state"] for entry in entries] == ["enabled", "available"]
"""

TEST_MODELS = """\
from $package.models import Note

from platform_core.sdk.testing.scopes import tables_of, tenant_scope


def test_tables_are_there_only_where_the_plugin_is_enabled(enabled, other_organization):
    assert tables_of(enabled, "$slug") == ["${slug}_note"]
    assert tables_of(other_organization, "$slug") == []


def test_note_goes_with_its_task(enabled, api_client):
    project = api_client.post("/api/projects/", {"title": "Texts"}).json()
    report = api_client.post(f"/api/projects/{project['id']}/import?return_task_ids=1", [{"text": "Rain."}]).json()
    (task_id,) = report["task_ids"]
    with tenant_scope(enabled):
        Note.objects.create(task_id=task_id, text="Where?")
    assert api_client.delete(f"/api/tasks/{task_id}/").status_code == 204

    with tenant_scope(enabled):
        assert not Note.objects.exists()
"""

TEST_VIEWS = """\
STATUS = "/api/$slug/status/"


def test_status_says_who_asks(enabled, api_client):
    assert api_client.get(STATUS).json() == {"member": api_client.member.pk}


def test_role_without_the_permission_is_refused(enabled, make_client):
    assert make_client(enabled, role="AN").get(STATUS).status_code == 403


def test_route_is_absent_where_the_plugin_is_off(enabled, other_organization, make_client):
    assert make_client(other_organization).get(STATUS).status_code == 404
"""

TEST_EVENTS = """\
def test_handler_hears_of_an_annotation(enabled, api_client, deliver_events, caplog):
    caplog.set_level("INFO", logger="$package.events")
    project = api_client.post("/api/projects/", {"title": "Texts"}).json()
    report = api_client.post(f"/api/projects/{project['id']}/import?return_task_ids=1", [{"text": "Rain."}]).json()
    region = {"from_name": "tone", "to_name": "text", "type": "choices", "value": {"choices": ["calm"]}}
    made = api_client.post(f"/api/tasks/{report['task_ids'][0]}/annotations/", {"result": [region]})
    assert made.status_code == 201, made.content

    deliver_events(enabled)

    assert [record.args[:2] for record in caplog.records] == [("annotation.created", enabled.slug)]
"""

APPS = '''\
"""App configuration."""

from platform_core.sdk.apps import PluginAppConfig


class ${camel}Config(PluginAppConfig):
    """The plugin's tables; they exist only in organizations that have enabled it."""

    name = "$package"
    label = "$slug"
'''

MODELS = '''\
"""Tables of the plugin, in each organization's own schema."""

from django.db import models

from platform_core.sdk.fields import CoreForeignKey, CoreForeignKeyConstraint


class Note(models.Model):
    """A note about a task; replace it by your own."""

    task = CoreForeignKey("tasks.Task", help_text="The task that the note is about.")
    text = models.TextField(help_text="What it says.")
    created_at = models.DateTimeField(auto_now_add=True, help_text="When it was written (UTC).")
    updated_at = models.DateTimeField(auto_now=True, help_text="When it was last changed (UTC).")

    class Meta:
        constraints = [CoreForeignKeyConstraint(field="task", name="${slug}_note_task_fk")]

    def __str__(self) -> str:
        return self.text
'''

MIGRATION = """\
import platform_core.sdk.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [("tasks", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(help_text="What it says.")),
                ("created_at", models.DateTimeField(auto_now_add=True, help_text="When it was written (UTC).")),
                ("updated_at", models.DateTimeField(auto_now=True, help_text="When it was last changed (UTC).")),
                (
                    "task",
                    platform_core.sdk.fields.CoreForeignKey(
                        help_text="The task that the note is about.", to="tasks.task"
                    ),
                ),
            ],
            options={
                "constraints": [
                    platform_core.sdk.fields.CoreForeignKeyConstraint(
                        field="task", name="${slug}_note_task_fk", on_delete="CASCADE"
                    )
                ],
            },
        ),
    ]
"""

EVENTS = '''\
"""Handlers of committed events. They run in a job, at least once: make them idempotent."""

import logging

from platform_core.sdk import Event, OrganizationRef

logger = logging.getLogger(__name__)


def on_annotation(organization: OrganizationRef, event: Event) -> None:
    """Log the event; replace this by your own reaction."""
    logger.info("%s in %s: %s", event.type, organization.slug, event.id)
'''

ALWAYS = {
    "pyproject.toml": PYPROJECT,
    "README.md": README,
    "$package/__init__.py": '"""$title for Tenon."""\n',
    "$package/py.typed": "",
    "$package/plugin.toml": MANIFEST,
    "$package/plugin.py": PLUGIN,
    "tests/test_plugin.py": TEST_PLUGIN,
    "tests/test_enabled.py": TEST_ENABLED,
}

VIEWS = '''\
"""Endpoints of the plugin, below /api/$slug/."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.sdk.views import TenonAPIView, ViewClassPermission, operation


class StatusSerializer(serializers.Serializer):
    """What the status page says."""

    member = serializers.IntegerField(help_text="Id of the member who asks.")


class StatusAPI(TenonAPIView):
    """A first endpoint; replace it by your own."""

    permission_required = ViewClassPermission(GET="$slug.status.view")
    serializer_class = StatusSerializer

    @operation(tag="$slug", summary="Read the status", response=StatusSerializer, example={"member": 1})
    def get(self, request: Request) -> Response:
        """Say who asks."""
        return Response({"member": self.principal.id})
'''

BY_PART = {
    "models": {
        "$package/apps.py": APPS,
        "$package/models.py": MODELS,
        "$package/migrations/__init__.py": "",
        "$package/migrations/0001_initial.py": MIGRATION,
        "tests/test_models.py": TEST_MODELS,
    },
    "endpoints": {"$package/views.py": VIEWS, "tests/test_views.py": TEST_VIEWS},
    "events": {"$package/events.py": EVENTS, "tests/test_events.py": TEST_EVENTS},
}
