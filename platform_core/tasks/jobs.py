"""Background jobs of tasks: importing this module registers them all."""

from platform_core.tasks.export_jobs import convert_snapshot_job, delete_expired_exports_job, write_snapshot_job

__all__ = ["convert_snapshot_job", "delete_expired_exports_job", "write_snapshot_job"]
