"""Parquet: a row an annotation, with fixed columns; what differs between projects is JSON text."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from platform_core.sdk import ExportedTask
from tenon_formats.exporters.plain import dumps
from tenon_formats.regions import author_id

Json = dict[str, Any]
ROWS: Final = 2_000
SCHEMA: Final = pa.schema(
    [
        pa.field("task_id", pa.int64(), nullable=False),
        pa.field("data", pa.string(), nullable=False),
        pa.field("meta", pa.string()),
        pa.field("annotation_id", pa.int64()),
        pa.field("completed_by", pa.int64()),
        pa.field("result", pa.string()),
        pa.field("was_cancelled", pa.bool_()),
        pa.field("ground_truth", pa.bool_()),
        pa.field("lead_time", pa.float64()),
        pa.field("created_at", pa.string()),
        pa.field("updated_at", pa.string()),
        pa.field("predictions", pa.string(), nullable=False),
    ]
)


class _Appended:
    """What Parquet's writer asks of a file, over one that is only appended to."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._place = 0
        self.closed = False

    def write(self, block: Any) -> int:
        """Append."""
        data = bytes(block)
        self._out.write(data)
        self._place += len(data)
        return len(data)

    def tell(self) -> int:
        """Return how much was written."""
        return self._place

    def flush(self) -> None:
        """Nothing waits here."""

    def writable(self) -> bool:
        """Say yes."""
        return True

    def readable(self) -> bool:
        """Say no."""
        return False

    def seekable(self) -> bool:
        """Say no."""
        return False

    def close(self) -> None:
        """Take no more; the file below stays open."""
        self.closed = True


def write_parquet(tasks: Iterator[ExportedTask], out: BinaryIO) -> None:
    """Write row groups of 2,000 rows."""
    rows = (row for task in tasks for row in _rows(task))
    with pq.ParquetWriter(pa.PythonFile(_Appended(out), mode="w"), SCHEMA, compression="zstd") as writer:
        while group := list(islice(rows, ROWS)):
            writer.write_table(pa.Table.from_pylist(group, schema=SCHEMA))


def _rows(task: ExportedTask) -> Iterator[Json]:
    shared = {
        "task_id": task.id,
        "data": dumps(task.data).decode(),
        "meta": dumps(task.meta).decode(),
        "predictions": dumps(task.predictions).decode(),
    }
    if not task.annotations:
        yield shared
    for annotation in task.annotations:
        yield {
            **shared,
            "annotation_id": annotation["id"],
            "completed_by": author_id(annotation),
            "result": dumps(annotation["result"]).decode(),
            "lead_time": None if annotation["lead_time"] is None else float(annotation["lead_time"]),
            **{name: annotation[name] for name in ("was_cancelled", "ground_truth", "created_at", "updated_at")},
        }
