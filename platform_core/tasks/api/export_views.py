"""REST views of direct exports."""

from django.http import HttpResponseBase, StreamingHttpResponse
from django.http.request import QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.errors import ValidationFailedError
from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.projects.queries import visible_project
from platform_core.tasks.api.serializers import ExportFormatSerializer
from platform_core.tasks.exporting import export_formats, open_export
from platform_core.tasks.types import ExportSelection, ExportShape, TaskFilter

MAX_IDS = 100_000
TRUE = ("1", "true", "yes", "on")


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
        project = visible_project(self.principal, pk)
        return Response(export_formats(self.principal.enabled_plugins, project.parsed_label_config))


class ExportAPI(TenonAPIView):
    """Exports a project as a stream."""

    permission_required = ViewClassPermission(GET=all_permissions.projects_export)

    @operation(
        tag="Export",
        summary="Export a project",
        description="Tasks with annotations, or all with download_all_tasks, streamed in order of ids.",
        response=OpenApiTypes.ANY,
        media_type="*/*",
        example="The bytes of the file.",
        parameters=[
            OpenApiParameter("export_type", str, description="A name of `export/formats`; JSON unless given."),
            OpenApiParameter("download_all_tasks", bool, description="Tasks without annotations too."),
            OpenApiParameter("ids", int, many=True, description="Only these tasks."),
            OpenApiParameter(
                "interpolate_key_frames", bool, description="Boxes of videos at every frame, not only at key frames."
            ),
            OpenApiParameter(
                "localized", bool, description="CSV and TSV with your account's dates, decimals and separator."
            ),
            OpenApiParameter(
                "download_resources", bool, description="Media too, in formats of images; `media.json` says which."
            ),
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
            selection=ExportSelection(
                project_id=project.pk,
                tasks=TaskFilter(
                    worked_on=not _is_true(query, "download_all_tasks"),
                    ids=_ids(query.getlist("ids") or query.getlist("ids[]")),
                ),
                shape=ExportShape(interpolate_key_frames=_is_true(query, "interpolate_key_frames")),
            ),
            localized=_is_true(query, "localized"),
            with_media=_is_true(query, "download_resources"),
        )
        response = StreamingHttpResponse(export.content, content_type=export.content_type)
        response["Content-Disposition"] = f'attachment; filename="{export.filename}"'
        response["filename"] = export.filename
        if export.media is not None:
            response["X-Media-Fetched"] = str(export.media["fetched"])
            response["X-Media-Missing"] = str(export.media["missing"])
        if export.size is not None:
            response["Content-Length"] = str(export.size)
        return response


def _is_true(query: QueryDict, name: str) -> bool:
    return query.get(name, "").lower() in TRUE


def _ids(values: list[str]) -> tuple[int, ...] | None:
    parts = [part for value in values for part in value.split(",") if part]
    if not parts:
        return None
    if len(parts) > MAX_IDS or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        raise ValidationFailedError(validation_errors={"ids": [f"At most {MAX_IDS} ids of tasks are expected."]})
    return tuple(int(part) for part in parts)
