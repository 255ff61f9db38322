"""From a request to a stream of tasks: raw bodies and uploaded files, core formats and those of enabled plugins."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from django.conf import settings
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from platform_core.api.errors import PayloadTooLargeError, ValidationFailedError
from platform_core.members.principal import Principal
from platform_core.plugins.loader import get_registry
from platform_core.plugins.registrations import ImporterSpec
from platform_core.tasks.reading import (
    ImportTask,
    detect_format,
    iter_csv,
    iter_json_items,
    iter_jsonl,
    iter_tsv,
    normalize_tasks,
)
from platform_core.tasks.reading.source import BoundedStream
from platform_core.tasks.services.import_plugins import tasks_of_importer
from platform_core.tasks.services.imports import in_batches

BATCH: Final = 2000
HEAD_BYTES: Final = 64 * 1024
MAX_FILES: Final = 100
CORE_FORMATS: Final = frozenset({"json", "jsonl", "csv", "tsv"})


class StreamParser(BaseParser):
    """Hands the unread body to the view."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:  # noqa: ARG002
        """Return the stream itself."""
        return stream


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportBody:
    """Tasks of a request, not yet read.

    Attributes:
        formats: what was recognised, one entry a file.
        batches: read once, in order.
    """

    formats: list[str]
    batches: Iterable[list[ImportTask]]

    @property
    def by_plugin(self) -> bool:
        """Say whether a plugin reads any part: only the core's readers are known to leave the database alone."""
        return not CORE_FORMATS.issuperset(self.formats)


class PeekedStream:
    """A stream whose first bytes were looked at and are given again."""

    def __init__(self, stream: Any, head: bytes) -> None:
        self._stream = stream
        self._head = head

    def read(self, size: int = -1) -> bytes:
        """Read up to `size` bytes, the head first."""
        if not self._head:
            return bytes(self._stream.read(size)) if size >= 0 else bytes(self._stream.read())
        if size < 0:
            head, self._head = self._head, b""
            return head + bytes(self._stream.read())
        piece, self._head = self._head[:size], self._head[size:]
        return piece


def import_body(request: Request, principal: Principal) -> ImportBody:
    """Return the tasks of an import request.

    Raises:
        PayloadTooLargeError: the announced length is over the limit.
        ValidationFailedError: there is no file, too many, or the named importer is unknown.
    """
    length = request.META.get("CONTENT_LENGTH") or "0"
    limit = settings.TENON_MAX_IMPORT_BYTES
    if length.isdigit() and int(length) > limit:
        raise PayloadTooLargeError(f"An import takes at most {limit} bytes; split the file.", data={"limit": limit})
    wanted = request.query_params.get("format") or None
    if (request.content_type or "").startswith("multipart/form-data"):
        files = [file for name in request.FILES for file in request.FILES.getlist(name)]
        if not files or len(files) > MAX_FILES:
            raise ValidationFailedError(
                validation_errors={"file": [f"Send 1 to {MAX_FILES} files; {len(files)} came."]}
            )
        parts = [_part(file, file.name or "", file.content_type, wanted, principal) for file in files]
    else:
        stream = request._request  # noqa: SLF001  (the unread body; DRF's own attribute would parse it)
        parts = [_part(stream, "", request.content_type, wanted, principal)]
    return ImportBody(formats=[name for name, _ in parts], batches=(batch for _, batches in parts for batch in batches))


def _part(
    stream: Any, filename: str, content_type: str | None, wanted: str | None, principal: Principal
) -> tuple[str, Iterator[list[ImportTask]]]:
    head = bytes(stream.read(HEAD_BYTES))
    body: Any = PeekedStream(stream, head)
    importer = _importer(head, filename, wanted, principal)
    if importer is not None:
        key, spec = importer
        whole = io.BufferedReader(BoundedStream(body, max_bytes=settings.TENON_MAX_IMPORT_BYTES))
        return key, in_batches(tasks_of_importer(spec, whole), BATCH)
    name = wanted if wanted in CORE_FORMATS else detect_format(head, filename, content_type)
    return name, _core_batches(name, body)


def _core_batches(name: str, body: BinaryIO) -> Iterator[list[ImportTask]]:
    limit = settings.TENON_MAX_IMPORT_BYTES
    if name == "json":
        return (normalize_tasks(batch) for batch in iter_json_items(body, batch_size=BATCH, max_bytes=limit))
    if name == "jsonl":
        return (normalize_tasks(batch) for batch in iter_jsonl(body, batch_size=BATCH, max_bytes=limit))
    reader = iter_csv if name == "csv" else iter_tsv
    rows = reader(body, batch_size=BATCH, max_bytes=limit)
    return ([ImportTask(item, {}, [], [], None) for item in batch.items] for batch in rows)


def _importer(head: bytes, filename: str, wanted: str | None, principal: Principal) -> tuple[str, ImporterSpec] | None:
    """Return the plugin importer that is named, or that recognises the file. Core formats by name win."""
    importers = get_registry().importers(principal.enabled_plugins)
    if wanted in CORE_FORMATS:
        return None
    if wanted is not None:
        if wanted not in importers:
            known = ", ".join(["json", "jsonl", "csv", "tsv", *sorted(importers)])
            raise ValidationFailedError(validation_errors={"format": [f"Unknown format {wanted!r}; one of {known}."]})
        return wanted, importers[wanted]
    for key, spec in importers.items():
        if spec.sniff(head, filename):
            return key, spec
    return None
