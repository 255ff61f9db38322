"""The registry of export formats, the core's own and those of enabled plugins; and exports as streams."""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import orjson
from django.utils import timezone

from platform_core.accounts.queries import export_preferences
from platform_core.api.errors import ValidationFailedError
from platform_core.api.spools import Spool, marked, spooled
from platform_core.files import organization_files
from platform_core.members.principal import Principal
from platform_core.plugins.enabled import EnabledSet
from platform_core.plugins.registrations import ExportContext, ExportMedia
from platform_core.projects.models import Project
from platform_core.projects.queries import projects_visible_to
from platform_core.tasks.copying import csv_stream
from platform_core.tasks.export_media import MediaFiles, MediaLimits, limits_in_request
from platform_core.tasks.export_plugins import (
    IN_REQUEST_SECONDS,
    PluginFormat,
    find_plugin_format,
    plugin_formats,
    write_with_plugin,
)
from platform_core.tasks.key_frames import with_all_frames
from platform_core.tasks.queries.exports import FIXED_COLUMNS, count_exported, csv_export, json_export, json_rows
from platform_core.tasks.types import ExportSelection
from tenants.scope import OrganizationRef

# An export of at most so many tasks is read before it is sent; more would keep a client waiting for the first byte.
WHOLE_TASKS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreFormat:
    """A format of the core."""

    name: str
    title: str
    description: str
    content_type: str
    extension: str
    delimiter: str = ""


JSON: Final = CoreFormat(
    name="JSON",
    title="JSON",
    description="Tasks with all their annotations and predictions, as Label Studio writes them.",
    content_type="application/json",
    extension=".json",
)
CORE_FORMATS: Final = {
    "JSON": JSON,
    "CSV": CoreFormat(
        name="CSV",
        title="CSV",
        description="A row an annotation, a column a key of the data.",
        content_type="text/csv",
        extension=".csv",
        delimiter=",",
    ),
    "TSV": CoreFormat(
        name="TSV",
        title="TSV",
        description="As CSV, separated by tabs.",
        content_type="text/tab-separated-values",
        extension=".tsv",
        delimiter="\t",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """An export that is about to be sent.

    Attributes:
        size: bytes, where all of it is written already; None while it is still to be read.
        media: counts of media, `fetched`, `bytes` and `missing`; None where none were wanted.
    """

    content: Iterable[bytes]
    content_type: str
    filename: str
    size: int | None
    media: dict[str, int] | None = None


def export_formats(enabled: EnabledSet, parsed: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the formats in Label Studio's shape; `disabled` where the label config has nothing for the format."""
    rows: list[tuple[str, str, str, tuple[str, ...], bool]]
    rows = [(one.name, one.title, one.description, (), False) for one in CORE_FORMATS.values()]
    rows += [
        (one.name, one.spec.title, one.spec.description, one.spec.tags, not one.suits(parsed))
        for one in plugin_formats(enabled)
    ]
    return [
        {"name": name, "title": title, "description": text, "link": None, "tags": list(tags), "disabled": disabled}
        for name, title, text, tags, disabled in rows
    ]


def find_format(name: str, enabled: EnabledSet, parsed: dict[str, Any]) -> CoreFormat | PluginFormat:
    """Return the format of this name.

    Raises:
        ValidationFailedError: it is unknown here, or the label config has nothing that it could hold.
    """
    found = CORE_FORMATS.get(name.upper()) or find_plugin_format(name, enabled)
    if found is None:
        known = ", ".join(item["name"] for item in export_formats(enabled, parsed))
        raise ValidationFailedError(
            validation_errors={"export_type": [f"Unknown format {name[:40]!r}; one of {known}."]}
        )
    if isinstance(found, PluginFormat) and not found.suits(parsed):
        raise ValidationFailedError(
            validation_errors={"export_type": [f"The label config has no control that {found.name} could hold."]}
        )
    return found


def open_export(
    name: str,
    *,
    project: Project,
    principal: Principal,
    selection: ExportSelection,
    localized: bool = False,
    with_media: bool = False,
) -> Export:
    """Return the project in the named format.

    Args:
        localized: tables as the account of the member reads dates, numbers and separators; else as programs do.
        with_media: fetch media into formats that can hold them.

    Half a file looks whole, and the web server ends a broken answer as a complete one: so an export is written before
    this returns, and its failure is an answer of its own. Only JSON of more than a thousand tasks is read as it is
    sent; it ends with `]`, or says that it failed.

    Raises:
        ValidationFailedError: the format is unknown here, or cannot hold this project.
        PluginFailedError: the plugin failed.
    """
    wanted = find_format(name, principal.enabled_plugins, project.parsed_label_config)
    stem = f"project-{project.pk}-at-{timezone.now():%Y-%m-%d-%H-%M}"
    organization, counts = principal.organization, None
    if isinstance(wanted, PluginFormat):
        facts: Any = wanted.spec
        takes = wanted.takes_media(asked=with_media)
        with closing(media_files(project.pk, principal, limits_in_request())) if takes else nullcontext() as media:
            context = export_context(project, organization, media)
            content: Any = _spooled(wanted, task_rows(organization, selection), context)
            counts = media.counts() if media is not None else None
    elif wanted is JSON:
        facts, content = wanted, json_blocks(organization, selection)
        few = count_exported(selection, at_most=WHOLE_TASKS + 1) <= WHOLE_TASKS
        content = spooled(content) if few else marked(content)
    else:
        facts, preferences = wanted, export_preferences(principal.id) if localized else None
        # Tabs stay tabs.
        separator = preferences.list_separator if preferences and wanted.delimiter == "," else wanted.delimiter
        content = spooled(csv_export(organization, selection, delimiter=separator, form=preferences))
    return Export(
        content=content,
        content_type=facts.content_type,
        filename=f"{stem}{facts.extension}",
        size=content.size if isinstance(content, Spool) else None,
        media=counts,
    )


def export_context(project: Project, organization: OrganizationRef, media: ExportMedia | None = None) -> ExportContext:
    """Return what an exporter may know."""
    return ExportContext(
        organization=organization,
        project_id=project.pk,
        project_title=project.title,
        parsed=project.parsed_label_config,
        media=media,
    )


def media_files(project_id: int, principal: Principal, limits: MediaLimits) -> MediaFiles:
    """Return the media of an export, to be closed: uploads that the member may see, and what may be called."""

    @cache
    def may_see(other: int) -> bool:
        return bool(projects_visible_to(principal).filter(pk=other).exists())

    return MediaFiles(organization_files(), project_id=project_id, may_see=may_see, limits=limits)


def json_blocks(organization: OrganizationRef, selection: ExportSelection) -> Generator[bytes, None, None]:
    """Yield the JSON export: an array, each task a line of its own."""
    if not selection.shape.interpolate_key_frames:
        yield from json_export(organization, selection)
        return
    opening = b"["
    for row in task_rows(organization, selection):
        yield opening + row
        opening = b",\n"
    yield b"[]" if opening == b"[" else b"]"


def task_rows(organization: OrganizationRef, selection: ExportSelection) -> Generator[bytes, None, None]:
    """Yield each exported task as a JSON object."""
    every_frame = selection.shape.interpolate_key_frames
    with closing(json_rows(organization, selection)) as rows:
        for row in rows:
            moves = every_frame and b"videorectangle" in row
            yield orjson.dumps(with_all_frames(orjson.loads(row))) if moves else row


def table_of_rows(read: Callable[[], Generator[bytes, None, None]], delimiter: str) -> Iterator[bytes]:
    """Yield the table of exported tasks that lie in a file, in two passes: the first finds the columns."""
    keys = sorted({key for row in read() for key in _data(orjson.loads(row))})
    return csv_stream([*keys, *FIXED_COLUMNS], _cells(read(), keys), delimiter=delimiter)


def _data(task: dict[str, Any]) -> dict[str, Any]:
    return task["data"] if isinstance(task["data"], dict) else {}


def _cells(rows: Iterator[bytes], keys: list[str]) -> Iterator[list[Any]]:
    for row in rows:
        task = orjson.loads(row)
        data = [_data(task).get(key) for key in keys]
        submitted = [one for one in task["annotations"] if not one["was_cancelled"]]
        for one in submitted:
            author = one["completed_by"]["id"] if isinstance(one["completed_by"], dict) else one["completed_by"]
            result = orjson.dumps(one["result"]).decode()
            yield [*data, task["id"], one["id"], author, result, one["lead_time"], one["created_at"], one["updated_at"]]
        if not submitted:
            yield [*data, task["id"], *[None] * (len(FIXED_COLUMNS) - 1)]


def _spooled(wanted: PluginFormat, rows: Generator[bytes, None, None], context: ExportContext) -> Spool:
    spool = Spool()
    try:
        write_with_plugin(wanted, rows, spool.file, context, seconds=IN_REQUEST_SECONDS)
    except BaseException:
        spool.close()
        raise
    return spool
