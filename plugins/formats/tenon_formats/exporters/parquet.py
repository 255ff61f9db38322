"""Parquet as an export format; its library is loaded by the first export."""

from collections.abc import Iterator
from typing import BinaryIO

from platform_core.sdk import ExportContext, ExportedTask, ExporterSpec


def write_parquet(tasks: Iterator[ExportedTask], out: BinaryIO, context: ExportContext) -> None:  # noqa: ARG001
    """Write a row an annotation."""
    # Inline: pyarrow takes some 60 MB, which most processes never need.
    from tenon_formats.exporters import parquet_file

    parquet_file.write_parquet(tasks, out)


PARQUET = ExporterSpec(
    key="parquet",
    name="PARQUET",
    title="Parquet",
    description="A row an annotation, in columns; data, results and predictions as JSON text.",
    content_type="application/vnd.apache.parquet",
    extension=".parquet",
    write=write_parquet,
    tags=("tables",),
)
