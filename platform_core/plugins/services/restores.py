"""Reading a plugin's data back from an archive, which anybody may have written: nothing in it is believed.

Names of entries never become paths, sizes are bounded before and while reading, tables are those that the plugin has
here, columns those of the tables, and values go through the database's own types and constraints.
"""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, BinaryIO, Final

import orjson
from django.core.files import File
from django.db import DataError, Error, IntegrityError, connection, transaction

from platform_core.api.errors import ConflictError, NotFoundError, ValidationFailedError
from platform_core.events.services import emit_event, record_audit
from platform_core.members.principal import Principal
from platform_core.plugins.models import Activation, ActivationState
from platform_core.plugins.queries.touched import count_rows
from platform_core.plugins.services.archives import FORMAT, MANIFEST, applied_migrations
from tenants import ddl
from tenants.engine import settle_constraints

MAX_ARCHIVE_BYTES: Final = 512 * 1024 * 1024
MAX_TABLE_BYTES: Final = 2 * 1024 * 1024 * 1024
MAX_MANIFEST_BYTES: Final = 1024 * 1024
MAX_LINE_BYTES: Final = 16 * 1024 * 1024
MAX_RATIO: Final = 200
"""Of what an entry says it unpacks to, from `RATIO_FROM` bytes on; tables of JSON reach about 30."""
RATIO_FROM: Final = 1024 * 1024
WRITTEN_AT_ONCE: Final = 4 * 1024 * 1024
RESTORABLE: Final = frozenset({ActivationState.ENABLED, ActivationState.DISABLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedArchive:
    """An archive whose outside is in order: its manifest, and the entry of each table."""

    manifest: dict[str, Any]
    entries: dict[str, zipfile.ZipInfo]


def check_archive(archive: zipfile.ZipFile, *, slug: str) -> CheckedArchive:
    """Judge an archive by its directory and manifest, without unpacking any table.

    Raises:
        ValidationFailedError: it is no archive of this plugin, or not one that may be read; names entry and reason.
        NotFoundError: the plugin has never been here.
        ConflictError: the plugin's tables here are of another version.
    """
    entries = _entries(archive)
    manifest = _manifest(archive, entries)
    if manifest.get("plugin") != slug:
        raise _refusal(f"It holds data of the plugin {str(manifest.get('plugin'))[:40]!r}, not of {slug!r}.")
    row = Activation.objects.filter(pk=slug).first()
    if row is None:
        raise NotFoundError(f'Plugin "{slug[:40]}" has never been enabled here.')
    if row.state not in RESTORABLE:
        raise ConflictError(f'Plugin "{slug}" is {row.state}: enable or disable it first.', data={"plugin": slug})
    tables = manifest["tables"]
    foreign = sorted(set(tables) - set(row.tables))
    if foreign:
        raise _refusal(f"The table {foreign[0][:100]!r} is none of this plugin's here.")
    if manifest.get("migrations") != applied_migrations(list(row.app_labels)):
        raise ConflictError(
            f'The archive is of version {str(manifest.get("version"))[:40]} of "{slug}" and the tables here are of '
            f"another one ({row.version}): bring this plugin to that version first.",
            data={"plugin": slug, "version": row.version},
        )
    wanted = {f"tables/{table}.jsonl": table for table in tables}
    odd = sorted(set(entries) - set(wanted) - {MANIFEST})
    if odd:
        raise _refusal(f"The entry {odd[0][:100]!r} does not belong into it.")
    lost = sorted(set(wanted) - set(entries))
    if lost:
        raise _refusal(f"The entry {lost[0][:100]!r} is missing.")
    return CheckedArchive(manifest=manifest, entries={table: entries[name] for name, table in wanted.items()})


def check_upload(file: "IO[bytes] | File[bytes]", *, slug: str) -> None:
    """Judge an uploaded archive by its outside; raises as `check_archive`."""
    with _opened(file) as archive:
        check_archive(archive, slug=slug)


def _opened(file: Any) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _refusal("It is no zip archive.") from error


def restore_plugin(
    *,
    slug: str,
    file: BinaryIO,
    replace: bool,
    actor: Principal | None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, int]:
    """Read a plugin's data from an archive, all or nothing; returns rows by table.

    Args:
        replace: delete the rows that are in the tables; otherwise they must be empty.
        progress: called with (done, total) tables.

    Raises:
        ValidationFailedError, NotFoundError, ConflictError: as `check_archive`; a row that does not fit names its
            table and line.
    """
    with _opened(file) as archive, transaction.atomic():
        Activation.objects.select_for_update().filter(pk=slug).first()
        checked = check_archive(archive, slug=slug)
        _make_room(list(checked.entries), replace=replace)
        counts = {}
        ordered = _in_order(list(checked.entries))
        for done, table in enumerate(ordered):
            if progress is not None:
                progress(done, len(ordered))
            counts[table] = _restore_table(archive, table, checked)
        _settle(ordered)
        _tell(slug, counts, actor)
    return counts


def _tell(slug: str, counts: dict[str, int], actor: Principal | None) -> None:
    facts = {"rows": sum(counts.values())}
    record_audit(
        actor=actor,
        action="plugin.restored",
        target_type="plugin",
        target_id=slug,
        data={**facts, "tables": counts},
    )
    emit_event(type="plugin.restored", payload={"plugin": slug, **facts})


def _refusal(text: str) -> ValidationFailedError:
    return ValidationFailedError(validation_errors={"file": [text]})


def _entries(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    entries: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        name = info.filename
        if name in entries:
            raise _refusal(f"The entry {name[:100]!r} is there twice.")
        if info.flag_bits & 0x1:
            raise _refusal(f"The entry {name[:100]!r} is encrypted.")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _refusal(f"The entry {name[:100]!r} is compressed by a method that is not read.")
        too_dense = info.file_size > RATIO_FROM and info.file_size > MAX_RATIO * max(info.compress_size, 1)
        if too_dense or info.file_size > MAX_TABLE_BYTES:
            raise _refusal(f"The entry {name[:100]!r} unpacks to {info.file_size} bytes, which no export writes.")
        entries[name] = info
    if sum(info.file_size for info in entries.values()) > MAX_TABLE_BYTES:
        raise _refusal(f"It unpacks to more than {MAX_TABLE_BYTES} bytes.")
    return entries


def _manifest(archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo]) -> dict[str, Any]:
    info = entries.get(MANIFEST)
    if info is None or info.file_size > MAX_MANIFEST_BYTES:
        raise _refusal(f"It has no {MANIFEST} of at most {MAX_MANIFEST_BYTES} bytes: it is no export of a plugin.")
    try:
        with archive.open(info) as stream:
            manifest = json.loads(stream.read(MAX_MANIFEST_BYTES + 1))
    except (zipfile.BadZipFile, ValueError, RecursionError, OSError, EOFError) as error:
        raise _refusal(f"Its {MANIFEST} cannot be read.") from error
    tables = manifest.get("tables") if isinstance(manifest, dict) else None
    if not isinstance(tables, dict) or not all(isinstance(item, dict) for item in tables.values()):
        raise _refusal(f"Its {MANIFEST} names no tables.")
    if manifest.get("format") != FORMAT:
        raise _refusal(f"It is of format {str(manifest.get('format'))[:40]}; {FORMAT} is read.")
    return dict(manifest)


def _make_room(tables: list[str], *, replace: bool) -> None:
    full = {table: rows for table, rows in count_rows(sorted(tables)).items() if rows}
    if full and not replace:
        raise ConflictError(
            f"There are rows in {', '.join(sorted(full))}: send replace=true to delete them first.", data={"rows": full}
        )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in reversed(_in_order(list(full))):
            cursor.execute(f"DELETE FROM {ddl.quoted(table)}")  # noqa: S608  (quoted)


def _in_order(tables: list[str]) -> list[str]:
    """Order tables so that each stands behind those it refers to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.conrelid::regclass::text, f.relname FROM pg_constraint c "
            "JOIN pg_class f ON f.oid = c.confrelid JOIN pg_class t ON t.oid = c.conrelid "
            "WHERE c.contype = 'f' AND t.relnamespace = current_schema()::regnamespace AND t.relname = ANY(%s)",
            [tables],
        )
        references: dict[str, list[str]] = {table: [] for table in tables}
        for table, target in cursor.fetchall():
            references[table.strip('"')].append(target)
    return ddl.referenced_first(references)


def _restore_table(archive: zipfile.ZipFile, table: str, checked: CheckedArchive) -> int:
    columns = _columns(table)
    names = ", ".join(ddl.quoted(name) for name in sorted(columns))
    statement = (
        f"INSERT INTO {ddl.quoted(table)} ({names}) OVERRIDING SYSTEM VALUE "  # noqa: S608  (quoted)
        f"SELECT {names} FROM json_populate_recordset(NULL::{ddl.quoted(table)}, %s::json)"
    )
    batch: list[bytes] = []
    written, size = 0, 0
    for line in _lines(archive, table, checked):
        _check_row(table, written + len(batch), line, columns)
        batch.append(line)
        size += len(line)
        if size >= WRITTEN_AT_ONCE:
            written += _insert(statement, table, written, batch)
            batch, size = [], 0
    written += _insert(statement, table, written, batch)
    if written != checked.manifest["tables"][table].get("rows"):
        raise _refusal(f"The table {table!r} has {written} rows and not as many as {MANIFEST} says.")
    return written


def _columns(table: str) -> frozenset[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
            "AND attgenerated = ''",
            [ddl.quoted(table)],
        )
        return frozenset(row[0] for row in cursor.fetchall())


def _lines(archive: zipfile.ZipFile, table: str, checked: CheckedArchive) -> Iterator[bytes]:
    """Give the lines of a table; what an entry unpacks to beyond what its directory says is never read."""
    digest = hashlib.sha256()
    try:
        with archive.open(checked.entries[table]) as stream:
            while line := stream.readline(MAX_LINE_BYTES + 1):
                if len(line) > MAX_LINE_BYTES:
                    raise _refusal(f"The table {table!r} has a line of more than {MAX_LINE_BYTES} bytes.")
                digest.update(line)
                yield line
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, zlib.error) as error:
        raise _refusal(f"The entry of the table {table!r} is damaged.") from error
    if digest.hexdigest() != checked.manifest["tables"][table].get("sha256"):
        raise _refusal(f"The digest of the table {table!r} is not the one of {MANIFEST}: it was changed.")


def _check_row(table: str, index: int, line: bytes, columns: frozenset[str]) -> None:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise _refusal(f"Line {index + 1} of the table {table!r} is no JSON.") from error
    if not isinstance(row, dict):
        raise _refusal(f"Line {index + 1} of the table {table!r} is no object.")
    unknown = row.keys() - columns
    if unknown:
        raise _refusal(f"Line {index + 1} of the table {table!r} has the unknown column {min(unknown)[:100]!r}.")


def _insert(statement: str, table: str, first: int, batch: list[bytes]) -> int:
    if not batch:
        return 0
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [(b"[" + b",".join(batch) + b"]").decode()])
    except (IntegrityError, DataError) as error:
        raise _misfit(table, error, f"between lines {first + 1} and {first + len(batch)}") from error
    return len(batch)


def _misfit(table: str, error: Error, where: str) -> ValidationFailedError:
    diagnosis = getattr(error.__cause__, "diag", None)
    constraint = getattr(diagnosis, "constraint_name", None)
    reason = f"the constraint {constraint} is broken" if constraint else "a value does not fit its column"
    return _refusal(f"Rows of the table {table!r} do not fit {where}: {reason}.")


def _settle(tables: list[str]) -> None:
    """Check what was deferred now, and let new rows be numbered behind the old ones."""
    try:
        with transaction.atomic():
            settle_constraints()
    except IntegrityError as error:
        raise _misfit(", ".join(tables), error, "together") from error
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND attidentity <> ''",
                [ddl.quoted(table)],
            )
            for (column,) in cursor.fetchall():
                name = ddl.quoted(column)
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence(%s, %s), max({name})) FROM {ddl.quoted(table)} "  # noqa: S608  (quoted)
                    f"HAVING max({name}) IS NOT NULL",
                    [ddl.quoted(table), column],
                )
