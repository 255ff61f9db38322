"""REST views of snapshots: exports that are kept as files."""

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.errors import NotFoundError, ValidationFailedError
from platform_core.api.file_answers import file_answer
from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.files import organization_files
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.projects.queries import visible_project
from platform_core.tasks.api.snapshot_serializers import (
    SNAPSHOT_EXAMPLE,
    ConvertedSerializer,
    ConvertSerializer,
    SnapshotSerializer,
)
from platform_core.tasks.api.task_lists import stored_query
from platform_core.tasks.export_files import ExportFiles
from platform_core.tasks.export_jobs import convert_snapshot_job, write_snapshot_job
from platform_core.tasks.exporting import JSON
from platform_core.tasks.filters.plugin_columns import columns_of
from platform_core.tasks.models import ExportSnapshot, ExportStatus
from platform_core.tasks.queries.snapshots import LISTED, find_snapshot, snapshot_objects, snapshots_of
from platform_core.tasks.services.snapshots import convert_snapshot, create_snapshot, delete_snapshot


class _SnapshotView(TenonAPIView):
    def snapshot(self, pk: int, export_pk: int) -> ExportSnapshot:
        """Return the snapshot of the path."""
        project = visible_project(self.principal, pk)
        return find_snapshot(project_id=project.pk, snapshot_id=export_pk)


class SnapshotListAPI(TenonAPIView):
    """The snapshots of a project."""

    serializer_class = SnapshotSerializer
    pagination_class = None
    permission_required = ViewClassPermission(GET=all_permissions.projects_export, POST=all_permissions.projects_export)

    @operation(
        tag="Export",
        summary="List the snapshots of a project",
        description=f"The newest {LISTED}, newest first.",
        response=SnapshotSerializer(many=True),
        example=[SNAPSHOT_EXAMPLE],
    )
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Return the newest."""
        project = visible_project(self.principal, pk)
        return Response(self.get_serializer(snapshot_objects(list(snapshots_of(project.pk)[:LISTED])), many=True).data)

    @operation(
        tag="Export",
        summary="Take a snapshot of a project",
        description=(
            "A job writes the file; `status` says when it can be downloaded, `job` shows progress and can be canceled."
        ),
        request=SnapshotSerializer,
        response=SnapshotSerializer,
        status=201,
        example={**SNAPSHOT_EXAMPLE, "status": "created", "md5": "", "sha256": "", "size": None, "counters": {}},
        request_example={"title": "Monday", "task_filter_options": {"annotated": "only"}},
        errors=[413],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Begin a snapshot."""
        project = visible_project(self.principal, pk)
        wanted = self.validated(request)
        task_filter = wanted.get("task_filter_options") or {}
        if task_filter.get("view") is not None:
            self._check_view(project.pk, task_filter["view"])
        snapshot = create_snapshot(
            project=project,
            title=wanted.get("title", ""),
            task_filter=_plain(task_filter),
            annotation_filter=_plain(wanted.get("annotation_filter_options")),
            serialization=_plain(wanted.get("serialization_options")),
            actor=self.principal,
            write=write_snapshot_job,
        )
        return Response(self.get_serializer(snapshot_objects([snapshot])[0]).data, status=201)

    def _check_view(self, project_id: int, view_id: int) -> None:
        try:
            stored_query(self.principal, view_id, project_id, columns_of(self.principal.enabled_plugins))
        except NotFoundError as error:
            raise ValidationFailedError(validation_errors={"task_filter_options": [error.detail]}) from error


class SnapshotAPI(_SnapshotView):
    """One snapshot."""

    serializer_class = SnapshotSerializer
    permission_required = ViewClassPermission(
        GET=all_permissions.projects_export, DELETE=all_permissions.projects_export
    )

    @operation(tag="Export", summary="Get a snapshot", response=SnapshotSerializer, example=SNAPSHOT_EXAMPLE)
    def get(self, request: Request, pk: int, export_pk: int) -> Response:  # noqa: ARG002
        """Return its state."""
        return Response(self.get_serializer(snapshot_objects([self.snapshot(pk, export_pk)])[0]).data)

    @operation(tag="Export", summary="Delete a snapshot and its files", status=204)
    def delete(self, request: Request, pk: int, export_pk: int) -> Response:  # noqa: ARG002
        """Delete it."""
        delete_snapshot(snapshot=self.snapshot(pk, export_pk), actor=self.principal)
        return Response(status=204)


class SnapshotConvertAPI(_SnapshotView):
    """Converting a snapshot."""

    serializer_class = ConvertSerializer
    permission_required = ViewClassPermission(POST=all_permissions.projects_export)

    @operation(
        tag="Export",
        summary="Convert a snapshot to another format",
        description="A job does it; a conversion that has failed is begun again.",
        request=ConvertSerializer,
        response=ConvertedSerializer,
        example={"export_type": "CSV", "converted_format": 1},
        request_example={"export_type": "CSV"},
        errors=[413],
    )
    def post(self, request: Request, pk: int, export_pk: int) -> Response:
        """Begin the conversion."""
        snapshot, wanted = self.snapshot(pk, export_pk), self.validated(request)
        conversion = convert_snapshot(
            snapshot=snapshot,
            export_type=wanted["export_type"],
            with_media=wanted.get("download_resources", False),
            actor=self.principal,
            write=convert_snapshot_job,
        )
        return Response({"export_type": conversion.export_type, "converted_format": conversion.pk})


class SnapshotDownloadAPI(_SnapshotView):
    """The file of a snapshot."""

    permission_required = ViewClassPermission(GET=all_permissions.projects_export)

    @operation(
        tag="Export",
        summary="Download a snapshot",
        description="`Range` with `If-Range` continues a download; the `ETag` is the SHA-256 of the file.",
        response=OpenApiTypes.ANY,
        media_type="*/*",
        example="The bytes of the file.",
        parameters=[OpenApiParameter("exportType", str, description="A format it was converted to, or JSON.")],
        partial=True,
        errors=[416],
    )
    def get(self, request: Request, pk: int, export_pk: int) -> HttpResponseBase:
        """Answer the file."""
        snapshot = self.snapshot(pk, export_pk)
        query = request.query_params
        name = query.get("exportType") or query.get("export_type") or JSON.name
        is_json = name.upper() == JSON.name
        conversion = None if is_json else snapshot.conversions.filter(export_type=name).first()
        file = snapshot if is_json else conversion
        if file is None or file.status != ExportStatus.COMPLETED:
            raise NotFoundError(f"This export is not there in {name[:40]!r} yet.")
        extension = conversion.extension if conversion is not None else JSON.extension
        return file_answer(
            request,
            ExportFiles(store=organization_files()).open(snapshot.pk, conversion.pk if conversion else None),
            filename=f"project-{snapshot.project_id}-at-{snapshot.created_at:%Y-%m-%d-%H-%M}-{file.md5[:8]}{extension}",
            content_type=conversion.content_type if conversion is not None else JSON.content_type,
            digest=file.sha256,
            size=file.size or 0,
        )


def _plain(options: Any) -> dict[str, Any]:
    """Return options as they are stored: plain objects without what was not said."""
    return {key: dict(value) if isinstance(value, dict) else value for key, value in (options or {}).items()}
