"""Workbooks as an import format; the library is loaded by the first import."""

from collections.abc import Iterator
from typing import BinaryIO, Final

from platform_core.sdk import ImportedTask, ImporterSpec

MAGIC: Final = b"PK\x03\x04"


def read_xlsx(stream: BinaryIO) -> Iterator[ImportedTask]:
    """Yield a task for each row of the first sheet; see `workbook.read_xlsx`."""
    # Inline: openpyxl takes some 20 MB, which most processes never need.
    from tenon_formats.importers import workbook

    return workbook.read_xlsx(stream)


def is_xlsx(head: bytes, filename: str) -> bool:
    """Say whether a file looks like a workbook."""
    name = filename.lower()
    return head.startswith(MAGIC) and (
        name.endswith((".xlsx", ".xlsm")) or (b"xl/" in head and not name.endswith(".zip"))
    )


XLSX = ImporterSpec(
    key="xlsx",
    title="Excel workbook",
    description="The first sheet, a task a row; the first row names the columns.",
    content_types=("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",),
    extensions=(".xlsx",),
    sniff=is_xlsx,
    read=read_xlsx,
)
