"""REST views of uploaded files."""

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.errors import ValidationFailedError
from platform_core.api.json import loads_strict
from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.events.actions import WebhookAction, api_webhook
from platform_core.files.sending import send_file
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.projects.queries import visible_project
from platform_core.tasks.api import examples
from platform_core.tasks.api.bodies import refuse_long_announcement
from platform_core.tasks.api.serializers import (
    DeletedUploadsSerializer,
    DeleteUploadsSerializer,
    FileUploadSerializer,
    UploadContentSerializer,
)
from platform_core.tasks.models import FileUpload
from platform_core.tasks.queries.uploads import upload_by_name, uploads_visible_to, visible_upload
from platform_core.tasks.services.file_uploads import delete_uploads, open_upload, refuse_wrong_ids, replace_upload

TAG = "Files"
MAX_LIST = 10_000
IDS = OpenApiParameter("ids", str, description="Only these, as `[1,2]`.")


class FileUploadListAPI(TenonAPIView):
    """Uploaded files of a project."""

    serializer_class = DeleteUploadsSerializer
    pagination_class = None
    permission_required = ViewClassPermission(
        GET=all_permissions.projects_import, DELETE=all_permissions.projects_import
    )

    @operation(
        tag=TAG,
        summary="List uploaded files of a project",
        response=FileUploadSerializer(many=True),
        example=[examples.UPLOAD],
        parameters=[IDS, OpenApiParameter("all", bool, description="Kept for Label Studio's clients; all is usual.")],
    )
    def get(self, request: Request, pk: int) -> Response:
        """Return at most 10,000 files, in order of ids."""
        visible_project(self.principal, pk)
        uploads = uploads_visible_to(self.principal).filter(project=pk).order_by("pk")
        if (ids := _ids(request)) is not None:
            uploads = uploads.filter(pk__in=ids)
        return Response([_body(upload) for upload in uploads[:MAX_LIST]])

    @api_webhook(WebhookAction.FILES_DELETED)
    @operation(
        tag=TAG,
        summary="Delete uploaded files of a project",
        description="Delete the files named in the body or the query, all of the project unless any are named.",
        request=DeleteUploadsSerializer,
        response=DeletedUploadsSerializer,
        example={"deleted": 1},
        request_example={"file_upload_ids": [1]},
        parameters=[IDS],
    )
    def delete(self, request: Request, pk: int) -> Response:
        """Delete files; tasks that came from them stay."""
        project = visible_project(self.principal, pk)
        ids = self.validated(request).get("file_upload_ids")
        ids = _ids(request) if ids is None else ids
        return Response({"deleted": delete_uploads(project=project, upload_ids=ids, actor=self.principal)})


class FileUploadAPI(TenonAPIView):
    """One uploaded file."""

    parser_classes = [MultiPartParser]
    serializer_class = UploadContentSerializer
    permission_required = ViewClassPermission(
        GET=all_permissions.projects_import,
        PATCH=all_permissions.projects_import,
        DELETE=all_permissions.projects_import,
    )

    @operation(tag=TAG, summary="Get an uploaded file", response=FileUploadSerializer, example=examples.UPLOAD)
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Return what is known of a file."""
        return Response(_body(visible_upload(self.principal, pk)))

    @operation(
        tag=TAG,
        summary="Replace an uploaded file",
        request=UploadContentSerializer,
        response=FileUploadSerializer,
        example=examples.UPLOAD,
        request_example={"file": "reports.csv"},
        errors=[413],
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Give a file another content, and with it another URL."""
        upload = visible_upload(self.principal, pk)
        refuse_long_announcement(request)
        file = self.validated(request)["file"]
        replaced = replace_upload(upload=upload, name=file.name or "", stream=file, actor=self.principal)
        return Response(_body(replaced))

    @api_webhook(WebhookAction.FILES_DELETED)
    @operation(tag=TAG, summary="Delete an uploaded file", status=204)
    def delete(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Delete a file; tasks that came from it stay."""
        upload = visible_upload(self.principal, pk)
        delete_uploads(project=upload.project, upload_ids=[upload.pk], actor=self.principal)
        return Response(status=204)


class UploadedFileAPI(TenonAPIView):
    """The bytes of an uploaded file."""

    permission_required = ViewClassPermission(GET=all_permissions.tasks_view)

    @operation(
        tag=TAG,
        summary="Download an uploaded file",
        description="The file, or the part that the header `Range` asks for. Nothing inside it can run in a browser.",
        response=OpenApiTypes.ANY,
        media_type="*/*",
        partial=True,
        errors=[416],
        example="The bytes of the file.",
    )
    def get(self, request: Request, project_pk: int, name: str) -> HttpResponseBase:
        """Stream a file."""
        upload = upload_by_name(self.principal, project_id=project_pk, file_name=name)
        return send_file(
            open_upload(upload), name=upload.name, size=upload.size, asked_range=request.META.get("HTTP_RANGE")
        )


def _body(upload: FileUpload) -> dict[str, Any]:
    return {"id": upload.pk, "file": upload.file, "size": upload.size}


def _ids(request: Request) -> list[int] | None:
    text = request.query_params.get("ids")
    if text is None:
        return None
    if len(text) > 100_000:
        raise ValidationFailedError(validation_errors={"ids": ["Too many ids."]})
    return refuse_wrong_ids(loads_strict((text if text.startswith("[") else f"[{text}]").encode()))
