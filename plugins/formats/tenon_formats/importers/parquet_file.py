"""Parquet: a task a row, a column a key, read a row group at a time."""

import shutil
import tempfile
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from platform_core.sdk import ImportedTask, ImportFormatError
from tenon_formats.importers.tables import checked_header, plain_value

BATCH_ROWS: Final = 1_000
MAX_GROUP_BYTES: Final = 512 * 1024 * 1024
# pyarrow keeps column chunks of a batch; a page that says it is bigger than all limits is refused before it is read.
MAX_THRIFT_BYTES: Final = 32 * 1024 * 1024
NOT_PARQUET: Final = "This is no Parquet file that can be read."


def read_parquet(stream: BinaryIO) -> Iterator[ImportedTask]:
    """Yield a task for each row.

    Raises:
        ImportFormatError: the file is no Parquet, its row groups are too big, or a value cannot be held.
    """
    with tempfile.TemporaryFile() as file:
        shutil.copyfileobj(stream, file)
        file.seek(0)
        try:
            table = pq.ParquetFile(
                file, thrift_string_size_limit=MAX_THRIFT_BYTES, thrift_container_size_limit=1_000_000
            )
            names = _checked(table)
        except (pa.ArrowException, OSError, ValueError, OverflowError, UnicodeDecodeError) as error:
            if isinstance(error, ImportFormatError):
                raise
            raise ImportFormatError(NOT_PARQUET) from error
        yield from _tasks(table, names)


def _checked(table: Any) -> list[str]:
    names = checked_header(table.schema_arrow.names)
    for number in range(table.metadata.num_row_groups):
        size = table.metadata.row_group(number).total_byte_size
        if size > MAX_GROUP_BYTES:
            raise ImportFormatError(f"A row group has {size} bytes; at most {MAX_GROUP_BYTES} are read.")
    return names


def _tasks(table: Any, names: list[str]) -> Iterator[ImportedTask]:
    batches, item = table.iter_batches(batch_size=BATCH_ROWS), 0
    while (rows := _rows(batches)) is not None:
        for row in rows:
            data = {name: plain_value(row[name], item=item, key=name) for name in names}
            yield ImportedTask(data=data, item=item)
            item += 1


def _rows(batches: Iterator[Any]) -> list[dict[str, Any]] | None:
    """Return the rows of the next batch, None at the end; whatever pyarrow makes of a broken file becomes one error."""
    try:
        batch = next(batches, None)
        return None if batch is None else list(batch.to_pylist())
    except (pa.ArrowException, OSError, ValueError, OverflowError, UnicodeDecodeError) as error:
        raise ImportFormatError(NOT_PARQUET) from error
