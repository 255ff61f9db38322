"""Exporters of plugins: by name, before the headers, within limits, and never half a file."""

import json
import time

import pytest
from django.db import connection

from platform_core.plugins.errors import ExportFormatError
from platform_core.plugins.loader import use_registry
from platform_core.plugins.registrations import ExporterSpec
from platform_core.tasks import exporting
from platform_core.tasks.export_plugins import find_plugin_format, plugin_formats
from platform_core.tasks.exporting import open_export
from platform_core.tasks.types import ExportSelection, TaskFilter
from tests.support.loaded_plugins import loaded, registry_of

KITES = frozenset({"kites"})


def lines(tasks, out, context):
    for task in tasks:
        out.write(json.dumps([context.project_title, task.id, len(task.annotations)]).encode() + b"\n")


def spec(write=lines, **values):
    facts = {"key": "lines", "title": "Lines", "description": "d", "content_type": "text/plain", "extension": ".txt"}
    return ExporterSpec(**{**facts, "name": "LINES", **values}, write=write)


def plugins(*specs, slugs=("kites",)):
    return registry_of(*(loaded(slug, register_exporters=lambda self: list(specs)) for slug in slugs))


@pytest.fixture
def project(alpha_client):
    made = alpha_client.post("/api/projects/", {"title": "Reports", "label_config": "<View/>"}).json()
    alpha_client.post(f"/api/projects/{made['id']}/import", [{"text": "a"}, {"text": "b"}])
    return made["id"]


@pytest.fixture
def export(alpha, in_alpha, alpha_client, project):
    """Return a function that exports the project, as its owner, through a plugin's exporter."""
    from dataclasses import replace

    from platform_core.members.queries.acting import acting_member
    from platform_core.projects.models import Project

    actor = replace(acting_member(alpha_client.member.pk), enabled_plugins=KITES)

    def run(exporter, name="LINES"):
        with use_registry(plugins(exporter)):
            found = open_export(
                name,
                project=Project.objects.get(pk=project),
                principal=actor,
                selection=ExportSelection(project_id=project, tasks=TaskFilter()),
            )
            content = b"".join(found.content)
            found.content.close()
            return content

    return run


@pytest.mark.parametrize("name", ["LINES", "lines", "kites.lines"])
def test_exporter_is_found_by_its_name_and_by_its_address(export, name):
    rows = [json.loads(line) for line in export(spec(), name).splitlines()]
    assert [row[0] for row in rows] == ["Reports", "Reports"]


def test_name_that_two_plugins_claim_names_neither():
    with use_registry(plugins(spec(), slugs=("kites", "strings"))):
        both = frozenset({"kites", "strings"})
        assert [one.name for one in plugin_formats(both)] == ["kites.lines", "strings.lines"]
        assert find_plugin_format("LINES", both) is None
        assert find_plugin_format("strings.lines", both).plugin == "strings"
        assert find_plugin_format("LINES", KITES).plugin == "kites"


@pytest.mark.parametrize("name", ["JSON", "CSV", "lower", "A B", "../X"])
def test_name_of_the_core_or_of_another_shape_is_refused(name):
    with pytest.raises(ValueError, match="upper case"):
        spec(name=name)


def test_failure_is_an_answer_without_anything_internal(export):
    def fail(tasks, out, context):
        out.write(b"half a file")
        raise RuntimeError("secret of the plugin")

    with pytest.raises(Exception, match="could not write LINES") as failure:
        export(spec(fail))

    assert (failure.value.code, failure.value.status_code) == ("plugin_failed", 400)
    assert "secret" not in failure.value.detail
    assert set(failure.value.data) == {"plugin", "hook", "incident_id"}


def test_refusal_of_the_format_is_a_validation_error(export):
    def refuse(tasks, out, context):
        raise ExportFormatError("Task 7 has no image.")

    with pytest.raises(Exception, match="Validation error") as failure:
        export(spec(refuse))

    assert failure.value.validation_errors == {"export_type": ["Task 7 has no image."]}


def test_exporter_that_takes_too_long_is_ended(export, monkeypatch):
    monkeypatch.setattr(exporting, "IN_REQUEST_SECONDS", 0.05)

    def stay(tasks, out, context):
        while True:
            time.monotonic()

    with pytest.raises(Exception, match="could not write LINES") as failure:
        export(spec(stay))

    assert failure.value.code == "plugin_failed"


def test_exporter_that_returns_something_is_refused(export):
    with pytest.raises(Exception, match="could not write LINES"):
        export(spec(lambda tasks, out, context: b"content"))


def test_exporter_that_breaks_the_transaction_leaves_the_connection_usable(export):
    def break_it(tasks, out, context):
        next(tasks)
        with connection.cursor() as cursor:
            cursor.execute("SELECT nothing")

    with pytest.raises(Exception, match="could not write LINES"):
        export(spec(break_it))
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_format_that_does_not_suit_is_disabled_and_refused(export):
    nothing = spec(suits=lambda parsed: False)
    failing = spec(suits=lambda parsed: parsed["missing"])

    for one in (nothing, failing):
        with use_registry(plugins(one)):
            (found,) = [item for item in exporting.export_formats(KITES, {}) if item["name"] == "LINES"]
        assert found["disabled"] is True
        with pytest.raises(Exception, match="Validation error"):
            export(one)
