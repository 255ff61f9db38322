"""Archives of a plugin's data: files beside the exports of the organization, told by the jobs that wrote them."""

import contextlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings

from platform_core.api.errors import NotFoundError
from platform_core.jobs.models import Job
from platform_core.tasks.export_files import export_files, folders_with_exports
from tenants.records import JobStatus
from tenants.scope import current_organization

EXPORT_FUNCTION: Final = "platform_core.plugins.jobs.export_plugin_job"
UPLOAD_HOURS: Final = 24
_NAME: Final = re.compile(r"plugin-[a-z][a-z0-9_]{1,30}-(?P<upload>upload-)?[0-9a-f]{32}\.zip(?:\.part-[0-9a-f]{32})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A file with the data of a plugin, complete and still there.

    Attributes:
        job: that wrote it; names it.
        digest: SHA-256 of the file.
    """

    job: UUID
    plugin: str
    version: str
    created_at: datetime
    size: int
    digest: str
    rows: int


def archive_path(slug: str, job: UUID, *, upload: bool = False) -> Path:
    """Return where an archive of the organization in scope lies; an uploaded one has a name of its own."""
    folder = export_files(current_organization()).folder
    return folder / f"plugin-{slug}-{'upload-' if upload else ''}{job.hex}.zip"


def archives_of(slug: str) -> list[Archive]:
    """Return the archives of a plugin that can be downloaded, newest first: one query."""
    jobs = Job.objects.filter(function=EXPORT_FUNCTION, args__0=slug, status=JobStatus.COMPLETED)
    found = []
    for job in jobs.order_by("-created_at", "-id")[:100]:
        facts = job.result or {}
        if archive_path(slug, job.pk).is_file():
            found.append(
                Archive(
                    job=job.pk,
                    plugin=slug,
                    version=facts.get("version", ""),
                    created_at=job.created_at,
                    size=facts.get("size", 0),
                    digest=facts.get("digest", ""),
                    rows=facts.get("rows", 0),
                )
            )
    return found


def archive_of(slug: str, job: UUID) -> Archive:
    """Return one archive.

    Raises:
        NotFoundError: there is none, or it has expired.
    """
    for archive in archives_of(slug):
        if archive.job == job:
            return archive
    raise NotFoundError(f'There is no archive {job} of plugin "{slug[:40]}"; make one.')


def delete_old_archives() -> int:
    """Delete archives after the days that exports are kept, and uploads that nobody has read; returns how many."""
    deleted = 0
    for path, is_upload in _archives():
        hours = UPLOAD_HOURS if is_upload else settings.TENON_EXPORT_DAYS * 24
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - hours * 3600:
                path.unlink()
                deleted += 1
    return deleted


def _archives() -> Iterator[tuple[Path, bool]]:
    root = Path(settings.TENON_EXPORTS_ROOT)
    for schema in folders_with_exports():
        for path in (root / schema).iterdir():
            match = _NAME.fullmatch(path.name)
            if match is not None:
                yield path, match["upload"] is not None or ".part-" in path.name
