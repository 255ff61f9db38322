"""Parquet as an import format; its library is loaded by the first import."""

from collections.abc import Iterator
from typing import BinaryIO, Final

from platform_core.sdk import ImportedTask, ImporterSpec

MAGIC: Final = b"PAR1"


def read_parquet(stream: BinaryIO) -> Iterator[ImportedTask]:
    """Yield a task for each row; see `parquet_file.read_parquet`."""
    # Inline: pyarrow takes some 60 MB, which most processes never need.
    from tenon_formats.importers import parquet_file

    return parquet_file.read_parquet(stream)


def is_parquet(head: bytes, filename: str) -> bool:  # noqa: ARG001
    """Say whether a file begins as Parquet does."""
    return head.startswith(MAGIC)


PARQUET = ImporterSpec(
    key="parquet",
    title="Parquet",
    description="A task a row, a column a key of the data.",
    content_types=("application/vnd.apache.parquet", "application/x-parquet"),
    extensions=(".parquet",),
    sniff=is_parquet,
    read=read_parquet,
)
