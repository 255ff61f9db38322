"""Archives of a plugin's data: files in the organization's store, told by the jobs that wrote them."""

import re
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings

from platform_core.api.errors import NotFoundError
from platform_core.files import organization_files
from platform_core.jobs.models import Job
from tenants.records import JobStatus

EXPORT_FUNCTION: Final = "platform_core.plugins.jobs.export_plugin_job"
FOLDER: Final = "plugins"
UPLOAD_HOURS: Final = 24
_UPLOAD: Final = re.compile(rf"{FOLDER}/[a-z0-9_]+/upload-[0-9a-f]{{32}}")


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


def archive_key(slug: str, job: UUID, *, upload: bool = False) -> str:
    """Return where an archive lies in the store; an uploaded one has a name of its own."""
    return f"{FOLDER}/{slug}/{'upload-' if upload else ''}{job.hex}"


def archives_of(slug: str) -> list[Archive]:
    """Return the archives of a plugin that can be downloaded, newest first: one query."""
    jobs = Job.objects.filter(function=EXPORT_FUNCTION, args__0=slug, status=JobStatus.COMPLETED)
    there = {key for key, _ in organization_files().keys(f"{FOLDER}/{slug}")}
    found = []
    for job in jobs.order_by("-created_at", "-id")[:100]:
        facts = job.result or {}
        if archive_key(slug, job.pk) in there:
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
    """Delete archives of the organization in scope after the days that exports are kept, and uploads nobody has read.

    Returns how many.
    """
    store, now, deleted = organization_files(), time.time(), 0
    for key, written in list(store.keys(FOLDER)):
        hours = UPLOAD_HOURS if _UPLOAD.fullmatch(key) else settings.TENON_EXPORT_DAYS * 24
        if written < now - hours * 3600:
            store.delete(key)
            deleted += 1
    return deleted
