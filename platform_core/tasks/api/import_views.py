"""REST views of imports."""

from dataclasses import replace
from typing import Any, BinaryIO

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.events.actions import WebhookAction, api_webhook
from platform_core.jobs.queue import start_job_async_or_sync
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.projects.models import Project
from platform_core.projects.queries import visible_project
from platform_core.repeats.requests import IDEMPOTENCY_KEY, once, repeatable
from platform_core.tasks.api import examples
from platform_core.tasks.api.bodies import Incoming, StreamParser, import_options, incoming, named_body, raw_body, wants
from platform_core.tasks.api.serializers import (
    ImportReportSerializer,
    ImportRunSerializer,
    PredictionCreateSerializer,
    PredictionImportSerializer,
    ReimportSerializer,
    TaskWriteSerializer,
)
from platform_core.tasks.import_jobs import import_files_job
from platform_core.tasks.queries.imports import import_run, task_ids_of
from platform_core.tasks.reading import iter_json_items
from platform_core.tasks.services.import_runs import (
    ImportOptions,
    import_body,
    import_files,
    plan_import,
    reimport,
)
from platform_core.tasks.services.import_sources import BATCH
from platform_core.tasks.services.imports import ImportReport
from platform_core.tasks.services.prediction_imports import import_predictions

OPTIONS = [
    OpenApiParameter("commit_to_project", bool, description="False: only say what would be imported. True by default."),
    OpenApiParameter("return_task_ids", bool, description="Answer the ids of the new tasks."),
    OpenApiParameter("preannotated_from_fields", str, description="Keys of the data that hold predictions, by comma."),
    OpenApiParameter("format", str, description="Format of the body or the files; recognised unless given."),
    OpenApiParameter("async", bool, description="Import as a job: the answer has `import` and `job`."),
]


class ImportAPI(TenonAPIView):
    """Imports tasks."""

    parser_classes = [MultiPartParser, FormParser, StreamParser]
    serializer_class = ImportReportSerializer
    permission_required = ViewClassPermission(POST=all_permissions.projects_import)

    @api_webhook(WebhookAction.TASKS_CREATED, WebhookAction.IMPORT_FINISHED, WebhookAction.PROJECT_COMPLETED)
    @operation(
        tag="Import",
        summary="Import tasks",
        description=(
            "Import JSON, JSON lines, CSV, TSV or lines of text, or a format of an enabled plugin: as the body, as "
            "files of a form, or from the `url` of a form. Files are kept; each image, sound, video or PDF becomes one "
            "task that names it. All tasks are imported, or none: the error names the item and the key."
        ),
        request=TaskWriteSerializer(many=True),
        response=ImportReportSerializer,
        status=201,
        example=examples.REPORT,
        request_example=[{"data": {"text": "Saw opposite traffic at the same altitude."}}],
        errors=[413],
        parameters=[IDEMPOTENCY_KEY, *OPTIONS],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Import the tasks of the body or of the files."""
        project = visible_project(self.principal, pk)
        options = import_options(request)
        with incoming(request) as found:
            return once(
                request,
                self.principal,
                make=lambda: self._imported(request, project, found, options),
                content=found.parts,
            )

    def _imported(self, request: Request, project: Project, found: Incoming, options: ImportOptions) -> Response:
        if wants(request, "async") and options.commit:
            return Response(self._plan(project, found, options), status=201)
        if found.is_body:
            report = import_body(project=project, body=found.files[0], options=options, actor=self.principal)
        else:
            report = import_files(project=project, files=found.files, options=options, actor=self.principal)
        return Response(report_of(report, with_ids=wants(request, "return_task_ids")), status=201)

    def _plan(self, project: Project, found: Incoming, options: ImportOptions) -> dict[str, Any]:
        files = [named_body(found.files[0], options)] if found.is_body else found.files
        arguments = {"format": options.format, "preannotated_from_fields": options.preannotated_from_fields}
        planned = plan_import(
            project=project,
            files=files,
            actor=self.principal,
            start=lambda run: start_job_async_or_sync(
                import_files_job, run.pk, self.principal.id, arguments, actor=self.principal
            ),
        )
        report = ImportReport(run=planned.run, task_ids=[], duration=0.0)
        return {**report_of(report, with_ids=False), "import": planned.run.pk, "job": str(planned.run.job_id)}


class ReimportAPI(TenonAPIView):
    """Imports files again."""

    serializer_class = ReimportSerializer
    permission_required = ViewClassPermission(POST=all_permissions.projects_import)

    @api_webhook(WebhookAction.TASKS_CREATED)
    @operation(
        tag="Import",
        summary="Import uploaded files again",
        description="Tasks that came from these files are deleted, with their work, and made anew.",
        request=ReimportSerializer,
        response=ImportReportSerializer,
        status=201,
        example={**examples.REPORT, "file_upload_ids": [1]},
        request_example={"file_upload_ids": [1], "files_as_tasks_list": True},
        errors=[413],
        parameters=[IDEMPOTENCY_KEY, *OPTIONS[1:4]],
    )
    @repeatable
    def post(self, request: Request, pk: int) -> Response:
        """Import files again that were uploaded before."""
        project = visible_project(self.principal, pk)
        values = self.validated(request)
        options = replace(import_options(request), commit=True, as_tasks_list=values["files_as_tasks_list"])
        report = reimport(project=project, upload_ids=values["file_upload_ids"], options=options, actor=self.principal)
        return Response(report_of(report, with_ids=wants(request, "return_task_ids")), status=201)


def report_of(report: ImportReport, *, with_ids: bool) -> dict[str, Any]:
    """Return an import's answer with Label Studio's keys."""
    run = report.run
    answer: dict[str, Any] = {
        "id": run.pk,
        "task_count": run.task_count,
        "annotation_count": run.annotation_count,
        "prediction_count": run.prediction_count,
        "predictions_count": run.prediction_count,
        "duration": report.duration,
        "file_upload_ids": run.file_upload_ids,
        "could_be_tasks_list": run.could_be_tasks_list,
        "found_formats": run.found_formats,
        "data_columns": run.data_columns,
        "warnings": run.warnings,
    }
    if with_ids:
        answer["task_ids"] = report.task_ids
    return answer


class ImportPredictionsAPI(TenonAPIView):
    """Imports predictions."""

    parser_classes = [StreamParser]
    serializer_class = PredictionCreateSerializer
    permission_required = ViewClassPermission(POST=all_permissions.predictions_change)

    @api_webhook(WebhookAction.PREDICTIONS_IMPORTED)
    @operation(
        tag="Import",
        summary="Import predictions",
        description=(
            "Attach predictions to tasks of a project: a JSON array of objects with `task` and `result`. All are "
            "imported, or none: the error names the item and the key."
        ),
        request=PredictionCreateSerializer(many=True),
        response=PredictionImportSerializer,
        status=201,
        example={"created": 1},
        request_example=[examples.NEW_PREDICTION],
        errors=[413],
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Import the predictions of the body."""
        project = visible_project(self.principal, pk)
        with raw_body(request) as body:
            return once(request, self.principal, make=lambda: self._imported(project, body), content=lambda: [body])

    def _imported(self, project: Project, body: BinaryIO) -> Response:
        batches = iter_json_items(body, batch_size=BATCH, max_bytes=settings.TENON_MAX_IMPORT_BYTES)
        created = import_predictions(project=project, batches=batches, actor=self.principal)
        return Response({"created": created}, status=201)


class ImportRunAPI(TenonAPIView):
    """The report of an import."""

    serializer_class = ImportRunSerializer
    permission_required = ViewClassPermission(GET=all_permissions.projects_import)

    @operation(tag="Import", summary="Get the report of an import", response=ImportRunSerializer, example=examples.RUN)
    def get(self, request: Request, pk: int, import_pk: int) -> Response:  # noqa: ARG002
        """Return what became of an import."""
        visible_project(self.principal, pk)
        run = import_run(project_id=pk, run_id=import_pk)
        return Response({**ImportRunSerializer(run).data, "task_ids": task_ids_of(run)})
