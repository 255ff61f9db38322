"""Read exports of the NASA ASRS Database Online as label tasks, in constant memory."""

from tenon_aviation.asrs.errors import AsrsError
from tenon_aviation.asrs.reader import AsrsReport, read_reports
from tenon_aviation.asrs.sniff import sniff
from tenon_aviation.asrs.tasks import AsrsTask, report_to_task

__all__ = ["AsrsError", "AsrsReport", "AsrsTask", "read_reports", "report_to_task", "sniff"]
