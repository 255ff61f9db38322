"""The registry of export formats: the core's own, and those of enabled plugins."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson
from django.utils import timezone

from platform_core.api.errors import ValidationFailedError
from platform_core.members.principal import Principal
from platform_core.plugins.loader import get_registry
from platform_core.plugins.registrations import ExportContext, ExportedTask, ExporterSpec
from platform_core.projects.models import Project
from platform_core.tasks.queries.exports import csv_export, json_export, json_rows
from tenants.scope import OrganizationRef, tenant_scope

BLOCK_BYTES: Final = 64 * 1024
SPOOL_BYTES: Final = 4 * 1024 * 1024

CORE_FORMATS: Final = (
    ("JSON", "JSON", "Tasks with all their annotations and predictions, as Label Studio writes them."),
    ("CSV", "CSV", "A row an annotation, a column a key of the data."),
    ("TSV", "TSV", "As CSV, separated by tabs."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """An export that is about to be streamed."""

    content: Iterator[bytes]
    content_type: str
    filename: str


def export_formats(enabled: frozenset[str]) -> list[dict[str, Any]]:
    """Return the formats in Label Studio's shape."""
    rows = [
        *CORE_FORMATS,
        *((key, spec.title, spec.description) for key, spec in get_registry().exporters(enabled).items()),
    ]
    return [
        {"name": name, "title": title, "description": text, "link": None, "tags": [], "disabled": False}
        for name, title, text in rows
    ]


def open_export(name: str, *, project: Project, principal: Principal, all_tasks: bool, ids: list[int] | None) -> Export:
    """Return a stream of the project in the named format; nothing is read before the first block is asked for.

    Raises:
        ValidationFailedError: the format is unknown here.
    """
    stem = f"project-{project.pk}-at-{timezone.now():%Y-%m-%d-%H-%M}"
    organization = principal.organization
    options: dict[str, Any] = {"project_id": project.pk, "all_tasks": all_tasks, "ids": ids}
    match name.upper():
        case "JSON":
            return Export(
                content=json_export(organization, **options), content_type="application/json", filename=f"{stem}.json"
            )
        case "CSV":
            return Export(content=csv_export(organization, **options), content_type="text/csv", filename=f"{stem}.csv")
        case "TSV":
            content = csv_export(organization, **options, delimiter="\t")
            return Export(content=content, content_type="text/tab-separated-values", filename=f"{stem}.tsv")
    spec = get_registry().exporters(principal.enabled_plugins).get(name)
    if spec is None:
        known = ", ".join(item["name"] for item in export_formats(principal.enabled_plugins))
        raise ValidationFailedError(
            validation_errors={"export_type": [f"Unknown format {name[:40]!r}; one of {known}."]}
        )
    context = ExportContext(
        organization=organization,
        project_id=project.pk,
        project_title=project.title,
        parsed=project.parsed_label_config,
    )
    rows = json_rows(organization, project_id=project.pk, all_tasks=all_tasks, ids=ids)
    content = _through_plugin(spec, rows, context, organization)
    return Export(content=content, content_type=spec.content_type, filename=f"{stem}{spec.extension}")


def _through_plugin(
    spec: ExporterSpec, rows: Iterator[bytes], context: ExportContext, organization: OrganizationRef
) -> Iterator[bytes]:
    """Let a plugin write to a spooled file, then stream it: a plugin's failure comes before the first byte is sent."""
    with tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES) as out:
        with tenant_scope(organization):
            spec.write((_exported(row) for row in rows), out, context)  # type: ignore[arg-type]
        out.seek(0)
        while block := out.read(BLOCK_BYTES):
            yield block


def _exported(row: bytes) -> ExportedTask:
    task = orjson.loads(row)
    names = ("id", "data", "meta", "annotations", "predictions", "created_at", "updated_at")
    return ExportedTask(**{name: task[name] for name in names})
