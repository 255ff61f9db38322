"""From a file to batches of tasks: by the core's readers, by an importer of an enabled plugin, or as one task."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, NamedTuple

from django.conf import settings

from platform_core.api.errors import ValidationFailedError
from platform_core.files import KNOWN_EXTENSIONS, MEDIA_EXTENSIONS, extension_of
from platform_core.files.kinds import MEDIA_TYPES
from platform_core.members.principal import Principal
from platform_core.plugins.loader import get_registry
from platform_core.plugins.registrations import ImporterSpec
from platform_core.projects.models import Project
from platform_core.tasks.reading import (
    Batch,
    ImportTask,
    detect_format,
    iter_csv,
    iter_json_items,
    iter_jsonl,
    iter_tsv,
    normalize_tasks,
)
from platform_core.tasks.reading.errors import body_error
from platform_core.tasks.reading.plain import iter_lines, iter_whole
from platform_core.tasks.services.checks import usable_config
from platform_core.tasks.services.import_plugins import import_context, recognises, tasks_of_importer

BATCH: Final = 2000
HEAD_BYTES: Final = 64 * 1024
TABLES: Final = {"csv": iter_csv, "tsv": iter_tsv}
LISTS: Final = {"json": iter_json_items, "jsonl": iter_jsonl}
CORE_FORMATS: Final = ("json", "jsonl", "csv", "tsv", "txt")
MARKUP: Final = frozenset({".htm", ".html", ".xml"})
SINGLE: Final = frozenset({".csv", ".tsv", ".tab", ".txt", ".json"})


class PartBatch(NamedTuple):
    """Some consecutive tasks of one file of an import, and that file's id."""

    tasks: list[ImportTask]
    upload_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSource:
    """A file, or a body, to be imported.

    Attributes:
        stream: at its beginning; the caller closes it.
        filename: as uploaded; empty for a body.
        upload_id: of the kept file.
        url: under which a browser finds the file; media become tasks that name it.
    """

    stream: BinaryIO
    filename: str = ""
    content_type: str | None = None
    upload_id: int | None = None
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPart:
    """A source whose format is known, not yet read.

    Attributes:
        format: json, jsonl, csv, tsv, txt, html, media, or a plugin importer's key.
        batches: read once, in order.
        is_list: it holds a list of tasks.
        by_plugin: a plugin reads it: only the core's readers are known to leave the database alone.
    """

    format: str
    batches: Iterator[PartBatch]
    is_list: bool
    by_plugin: bool


def open_source(
    source: ImportSource, *, wanted: str | None, project: Project, actor: Principal, as_tasks_list: bool = True
) -> ImportPart:
    """Recognise the format of a source.

    Args:
        wanted: a format that the client named; None to recognise it.
        as_tasks_list: False for tables and texts that are each one thing to label, as time series are.

    Raises:
        ValidationFailedError: the named format is unknown, or nothing reads files of this kind.
    """
    head = bytes(source.stream.read(HEAD_BYTES))
    source.stream.seek(0)
    importer = _importer(head, source.filename, wanted, actor)
    if importer is not None:
        key, spec = importer
        tasks = in_batches(tasks_of_importer(spec, source.stream, key=key, context=import_context(project)), BATCH)
        batches = (PartBatch(batch, source.upload_id) for batch in tasks)
        return ImportPart(format=key, batches=batches, is_list=True, by_plugin=True)
    variable = _FirstVariable(project, actor)
    if wanted is None and source.filename:
        extension = extension_of(source.filename)
        _refuse_unknown(extension)
        if extension in MEDIA_EXTENSIONS or (not as_tasks_list and extension in SINGLE):
            return _one_task(source, variable)
        if extension in MARKUP:
            rows = _rows(iter_whole(source.stream, key=variable.name("html")), source)
            return ImportPart(format="html", batches=rows, is_list=False, by_plugin=False)
    name = wanted or detect_format(head, source.filename, source.content_type)
    return ImportPart(format=name, batches=_core_batches(name, source, variable), is_list=True, by_plugin=False)


def _refuse_unknown(extension: str) -> None:
    if extension not in KNOWN_EXTENSIONS:
        known = ", ".join(sorted(one.removeprefix(".") for one in KNOWN_EXTENSIONS))
        raise ValidationFailedError(
            validation_errors={"file": [f"Files of the kind {extension[:20]!r} are not read here; one of {known}."]}
        )


def _one_task(source: ImportSource, variable: "_FirstVariable") -> ImportPart:
    """Return the part of a file that is itself the thing to label."""
    kind = MEDIA_TYPES.get(extension_of(source.filename), "text/").partition("/")[0].replace("application", "pdf")
    task = ImportTask({variable.name(kind): source.url}, {}, [], [], None)
    batches = iter([PartBatch([task], source.upload_id)])
    return ImportPart(format="media", batches=batches, is_list=False, by_plugin=False)


class _FirstVariable:
    """Under which key a task shows what has none of its own: the first variable of the project's label config."""

    def __init__(self, project: Project, actor: Principal) -> None:
        self._find: Callable[[], Any] = lambda: usable_config(project, actor)

    def name(self, default: str) -> str:
        """Return the key, or a word for the kind of thing where the project has no label config yet."""
        compiled = self._find()
        keys = compiled.task_data.keys if compiled is not None else ()
        return keys[0] if keys else default


def _core_batches(name: str, source: ImportSource, variable: _FirstVariable) -> Iterator[PartBatch]:
    limit = settings.TENON_MAX_IMPORT_BYTES
    if name == "txt":
        return _rows(iter_lines(source.stream, key=variable.name("text"), batch_size=BATCH, max_bytes=limit), source)
    if name in TABLES:
        return _rows(_never_empty(TABLES[name](source.stream, batch_size=BATCH, max_bytes=limit)), source)
    found = LISTS[name](source.stream, batch_size=BATCH, max_bytes=limit)
    return (PartBatch(normalize_tasks(batch), source.upload_id) for batch in found)


def _never_empty(batches: Iterator[Batch]) -> Iterator[Batch]:
    """Refuse a table without rows: most are a text that was taken for one."""
    first = next(batches, None)
    if first is None:
        raise body_error("The table has a header and no row.")
    yield first
    yield from batches


def _rows(batches: Iterator[Batch], source: ImportSource) -> Iterator[PartBatch]:
    """Rows of a table are data as they are, even where a column is named `data`."""
    return (
        PartBatch([ImportTask(item, {}, [], [], None) for item in batch.items], source.upload_id) for batch in batches
    )


def in_batches(tasks: Iterable[ImportTask], size: int) -> Iterator[list[ImportTask]]:
    """Group a stream of tasks."""
    batch: list[ImportTask] = []
    for task in tasks:
        batch.append(task)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _importer(head: bytes, filename: str, wanted: str | None, actor: Principal) -> tuple[str, ImporterSpec] | None:
    """Return the plugin importer that is named, or that recognises the file. Core formats by name win."""
    if wanted in CORE_FORMATS:
        return None
    importers = get_registry().importers(actor.enabled_plugins)
    if wanted is not None:
        if wanted not in importers:
            known = ", ".join([*CORE_FORMATS, *sorted(importers)])
            raise ValidationFailedError(validation_errors={"format": [f"Unknown format {wanted!r}; one of {known}."]})
        return wanted, importers[wanted]
    for key, spec in importers.items():
        if recognises(key, spec, head, filename):
            return key, spec
    return None
