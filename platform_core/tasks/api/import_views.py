"""REST views of imports and exports."""

from typing import Any

from django.http import HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.errors import ValidationFailedError
from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.events.actions import WebhookAction, api_webhook
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.projects.queries import visible_project
from platform_core.tasks.api import examples
from platform_core.tasks.api.bodies import StreamParser, import_body
from platform_core.tasks.api.serializers import (
    ExportFormatSerializer,
    ImportReportSerializer,
    ImportRunSerializer,
    TaskWriteSerializer,
)
from platform_core.tasks.exporting import export_formats, open_export
from platform_core.tasks.queries.imports import import_run
from platform_core.tasks.services.imports import import_tasks

MAX_IDS = 100_000


class ImportAPI(TenonAPIView):
    """Imports tasks."""

    parser_classes = [MultiPartParser, StreamParser]
    serializer_class = ImportReportSerializer
    permission_required = ViewClassPermission(POST=all_permissions.projects_import)

    @api_webhook(WebhookAction.TASKS_CREATED, WebhookAction.IMPORT_FINISHED, WebhookAction.PROJECT_COMPLETED)
    @operation(
        tag="Import",
        summary="Import tasks",
        description=(
            "Import JSON, JSON lines, CSV or TSV, or a format of an enabled plugin: as the body, or as files of a "
            "form. All tasks are imported, or none: the error names the item and the key."
        ),
        request=TaskWriteSerializer(many=True),
        response=ImportReportSerializer,
        status=201,
        example=examples.REPORT,
        request_example=[{"data": {"text": "Saw opposite traffic at the same altitude."}}],
        errors=[413],
        parameters=[
            OpenApiParameter("return_task_ids", bool, description="Answer the ids of the new tasks."),
            OpenApiParameter("format", str, description="Format of the body; recognised unless given."),
        ],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Import the tasks of the body."""
        project = visible_project(self.principal, pk)
        body = import_body(request, self.principal)
        report = import_tasks(
            project=project,
            batches=body.batches,
            source_format=",".join(body.formats)[:64],
            actor=self.principal,
            batches_use_database=body.by_plugin,
        )
        answer: dict[str, Any] = {
            "id": report.run.pk,
            "task_count": report.run.task_count,
            "annotation_count": report.run.annotation_count,
            "prediction_count": report.run.prediction_count,
            "duration": report.duration,
            "file_upload_ids": [],
            "could_be_tasks_list": True,
            "found_formats": body.formats,
            "data_columns": report.run.data_columns,
        }
        if request.query_params.get("return_task_ids", "").lower() in ("1", "true"):
            answer["task_ids"] = report.task_ids
        return Response(answer, status=201)


class ImportRunAPI(TenonAPIView):
    """The report of an import."""

    serializer_class = ImportRunSerializer
    permission_required = ViewClassPermission(GET=all_permissions.projects_import)

    @operation(tag="Import", summary="Get the report of an import", response=ImportRunSerializer, example=examples.RUN)
    def get(self, request: Request, pk: int, import_pk: int) -> Response:  # noqa: ARG002
        """Return what became of an import."""
        visible_project(self.principal, pk)
        return Response(ImportRunSerializer(import_run(project_id=pk, run_id=import_pk)).data)


class ExportFormatsAPI(TenonAPIView):
    """Formats a project can be exported to."""

    serializer_class = ExportFormatSerializer
    pagination_class = None
    permission_required = ViewClassPermission(GET=all_permissions.projects_export)

    @operation(
        tag="Export",
        summary="List export formats",
        response=ExportFormatSerializer(many=True),
        example=[
            {
                "name": "JSON",
                "title": "JSON",
                "description": "Tasks with all their work.",
                "link": None,
                "tags": [],
                "disabled": False,
            }
        ],
    )
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Return the formats of the core and of the enabled plugins."""
        visible_project(self.principal, pk)
        return Response(export_formats(self.principal.enabled_plugins))


class ExportAPI(TenonAPIView):
    """Exports a project as a stream."""

    permission_required = ViewClassPermission(GET=all_permissions.projects_export)

    @operation(
        tag="Export",
        summary="Export a project",
        description="Tasks with annotations, or all with download_all_tasks, streamed in order of ids.",
        response=OpenApiTypes.BINARY,
        media_type="application/octet-stream",
        example=None,
        parameters=[
            OpenApiParameter("export_type", str, description="A name of `export/formats`; JSON unless given."),
            OpenApiParameter("download_all_tasks", bool, description="Tasks without annotations too."),
            OpenApiParameter("ids", int, many=True, description="Only these tasks."),
        ],
    )
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        """Stream an export."""
        project = visible_project(self.principal, pk)
        query = request.query_params
        name = query.get("export_type") or query.get("exportType") or "JSON"
        export = open_export(
            name,
            project=project,
            principal=self.principal,
            all_tasks=query.get("download_all_tasks", "").lower() in ("1", "true"),
            ids=_ids(query.getlist("ids") or query.getlist("ids[]")),
        )
        response = StreamingHttpResponse(export.content, content_type=export.content_type)
        response["Content-Disposition"] = f'attachment; filename="{export.filename}"'
        response["filename"] = export.filename
        return response


def _ids(values: list[str]) -> list[int] | None:
    parts = [part for value in values for part in value.split(",") if part]
    if not parts:
        return None
    if len(parts) > MAX_IDS or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        raise ValidationFailedError(validation_errors={"ids": [f"At most {MAX_IDS} ids of tasks are expected."]})
    return [int(part) for part in parts]
