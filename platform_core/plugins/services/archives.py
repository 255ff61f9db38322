"""Writing a plugin's data into an archive: a zip with JSON lines a table. By the recorded tables, without its code."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, BinaryIO, Final, cast

from django.db import connection, transaction
from django.utils import timezone

from platform_core.api.errors import ConflictError, NotFoundError
from platform_core.events.services import emit_event, record_audit
from platform_core.members.principal import Principal
from platform_core.plugins.models import Activation, PluginSettings
from platform_core.tasks.export_files import DigestingFile
from tenants import ddl

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
FETCHED_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What an archive holds."""

    version: str
    tables: dict[str, int]
    rows: int


def applied_migrations(labels: list[str]) -> list[list[str]]:
    """Return [app, name] of the migrations of these apps that ran here, sorted: the version of their tables."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations WHERE app = ANY(%s) ORDER BY app, name", [labels])
        return [list(row) for row in cursor.fetchall()]


def write_archive(*, slug: str, out: DigestingFile, progress: Callable[[int, int], None] | None = None) -> Written:
    """Write what a plugin has here, as of one moment; secret settings are left out.

    Args:
        out: is appended to; need not be seekable.
        progress: called with (done, total) tables.

    Raises:
        NotFoundError: it has never been here.
        ConflictError: it has no tables here yet.
    """
    row = Activation.objects.filter(pk=slug).first()
    if row is None:
        raise NotFoundError(f'Plugin "{slug[:40]}" has never been enabled here.')
    if not row.version:
        raise ConflictError(f'Plugin "{slug}" has no data here: it is {row.state}.', data={"plugin": slug})
    here = set(ddl.tables_here())
    tables = [table for table in row.tables if table in here]
    facts: dict[str, Any] = {}
    with (
        _snapshot(),
        zipfile.ZipFile(cast("IO[bytes]", _Forward(out)), "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive,
    ):
        for done, table in enumerate(tables):
            if progress is not None:
                progress(done, len(tables))
            facts[table] = _write_table(archive, table)
        archive.writestr(MANIFEST, json.dumps(_manifest(row, facts), indent=1))
    counts = {table: item["rows"] for table, item in facts.items()}
    return Written(version=row.version, tables=counts, rows=sum(counts.values()))


@transaction.atomic
def tell_exported(*, slug: str, digest: str, written: Written, actor: Principal | None) -> None:
    """Write down that somebody took a plugin's data out."""
    facts = {"digest": digest, "rows": written.rows}
    record_audit(
        actor=actor,
        action="plugin.exported",
        target_type="plugin",
        target_id=slug,
        data={**facts, "version": written.version},
    )
    emit_event(type="plugin.exported", payload={"plugin": slug, **facts})


def _manifest(row: Activation, tables: dict[str, Any]) -> dict[str, Any]:
    latest = PluginSettings.objects.filter(slug=row.slug, project=None).order_by("-version").first()
    return {
        "format": FORMAT,
        "plugin": row.slug,
        "version": row.version,
        "migrations": applied_migrations(list(row.app_labels)),
        "tables": tables,
        "settings": latest.values if latest is not None else None,
        "exported_at": timezone.now().isoformat(),
    }


def _write_table(archive: zipfile.ZipFile, table: str) -> dict[str, Any]:
    digest, rows = hashlib.sha256(), 0
    with archive.open(f"tables/{table}.jsonl", "w", force_zip64=True) as file:
        for line in _lines(table):
            file.write(line)
            digest.update(line)
            rows += 1
    return {"rows": rows, "sha256": digest.hexdigest()}


def _lines(table: str) -> Iterator[bytes]:
    """Give each row as a line of JSON, read by a cursor of the server. A column of type json may hold line breaks."""
    query = f"SELECT row_to_json(t)::text FROM {ddl.quoted(table)} t ORDER BY ctid"  # noqa: S608  (quoted)
    with connection.chunked_cursor() as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(FETCHED_AT_ONCE):
            for (text,) in rows:
                yield f"{text.replace(chr(10), ' ').replace(chr(13), ' ')}\n".encode()


@contextmanager
def _snapshot() -> Iterator[None]:
    """Begin a transaction that sees one moment; inside another one, as in tests, that one's moment has to do."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


class _Forward:
    """A file that can only be appended to, as zipfile wants to see it."""

    def __init__(self, out: DigestingFile | BinaryIO) -> None:
        self._out = out

    def write(self, block: Any) -> int:
        return self._out.write(bytes(block))

    def flush(self) -> None:
        self._out.flush()
