"""File formats that the plugin reads into tasks."""

from collections.abc import Iterator
from typing import BinaryIO

from platform_core.sdk import ImportedTask, ImporterSpec, ImportFormatError
from tenon_aviation.asrs import AsrsError, read_reports, report_to_task, sniff


def read_asrs(stream: BinaryIO) -> Iterator[ImportedTask]:
    """Yield one task a report; `ImportFormatError` names item, line and column."""
    item = 0
    try:
        for report in read_reports(stream):
            task = report_to_task(report)
            yield ImportedTask(data=task.data, meta=task.meta, item=item, line=report.line)
            item += 1
    except AsrsError as error:
        raise ImportFormatError(str(error), item=item, line=error.line, key=error.column) from error


ASRS_IMPORTER = ImporterSpec(
    key="asrs_csv",
    title="NASA ASRS Database Online (CSV)",
    description="Export of ASRS reports with 97 or 126 columns, with or without the row of column groups.",
    content_types=("text/csv", "application/vnd.ms-excel"),
    extensions=(".csv",),
    sniff=sniff,
    read=read_asrs,
)
