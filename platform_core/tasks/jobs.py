"""Background jobs of tasks: importing this module registers them all."""

from platform_core.tasks.export_jobs import convert_snapshot_job, delete_expired_exports_job, write_snapshot_job
from platform_core.tasks.import_jobs import import_files_job, sweep_files_job

__all__ = [
    "convert_snapshot_job",
    "delete_expired_exports_job",
    "import_files_job",
    "sweep_files_job",
    "write_snapshot_job",
]
