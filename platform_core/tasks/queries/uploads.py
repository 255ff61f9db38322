"""Which uploaded files a member may see: those of visible projects."""

import uuid
from typing import Any

from django.db.models import QuerySet

from platform_core.api.errors import NotFoundError
from platform_core.members.principal import Principal
from platform_core.projects.queries import projects_visible_to
from platform_core.tasks.models import FileUpload


def uploads_visible_to(principal: Principal) -> QuerySet[Any]:
    """Return the uploads of the projects that the member may see, with their projects."""
    uploads = FileUpload.objects.select_related("project")
    if not principal.can("projects.view_all"):
        uploads = uploads.filter(project__in=projects_visible_to(principal))
    return uploads


def visible_upload(principal: Principal, upload_id: int) -> FileUpload:
    """Return an upload.

    Raises:
        NotFoundError: it does not exist or is not visible.
    """
    upload: FileUpload | None = uploads_visible_to(principal).filter(pk=upload_id).first()
    if upload is None:
        raise NotFoundError(f"There is no file {upload_id}.")
    return upload


def upload_by_name(principal: Principal, *, project_id: int, file_name: str) -> FileUpload:
    """Return the upload that a URL names; raises as `visible_upload`. The name is never used as a path."""
    key, _, name = file_name.partition("-")
    try:
        found: FileUpload | None = (
            uploads_visible_to(principal).filter(key=uuid.UUID(key), project=project_id, name=name).first()
            if len(key) == 32 and "\x00" not in name
            else None
        )
    except ValueError:
        found = None
    if found is None:
        raise NotFoundError("There is no such file.")
    return found
