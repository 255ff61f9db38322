"""Jobs: list, look, cancel, retry."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.errors import NotFoundError
from platform_core.api.operations import operation
from platform_core.api.pagination import PageNumberPagination
from platform_core.api.views import TenonAPIView
from platform_core.events.actions import WebhookAction, api_webhook
from platform_core.jobs.api.serializers import JOB_EXAMPLE, JobFilterSerializer, JobSerializer
from platform_core.jobs.models import Job
from platform_core.jobs.queries import JobFilter, jobs_matching, jobs_visible_to, older_than
from platform_core.jobs.services import cancel_job, retry_job
from platform_core.jobs.types import QUEUES
from platform_core.members.permissions import ViewClassPermission, all_permissions
from tenants.records import JobStatus

PARAMETERS = [
    OpenApiParameter("status", str, enum=JobStatus.values, description="Only jobs in this state."),
    OpenApiParameter("queue", str, enum=list(QUEUES), description="Only jobs of this queue."),
    OpenApiParameter("name", str, description="What the job does, such as import_tasks."),
    OpenApiParameter("plugin", str, description="Slug of the plugin; empty for the core's own."),
    OpenApiParameter("scheduled", bool, description="Whether it is queued again after each run."),
    OpenApiParameter("created_by", int, description="Id of the member who caused it."),
    OpenApiParameter("cursor", UUID, description="`next_cursor` of an earlier answer, instead of `page`."),
]


class JobPages(PageNumberPagination):
    """Pages by number that also name the job behind which the next one starts."""

    def get_paginated_response(self, data: Any) -> Response:
        """Wrap the rows."""
        response = super().get_paginated_response(data)
        full = len(data) == self.size and self.page * self.size < self.count
        return Response({**response.data, "next_cursor": data[-1]["id"] if full else None})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe the page in OpenAPI."""
        page = super().get_paginated_response_schema(schema)
        cursor = {"type": "string", "format": "uuid", "nullable": True, "example": JOB_EXAMPLE["id"]}
        page["properties"]["next_cursor"] = cursor
        page["required"] = [*page["required"], "next_cursor"]
        return page


class JobListAPI(TenonAPIView):
    """The jobs that one may see."""

    serializer_class = JobSerializer
    pagination_class = JobPages
    permission_required = ViewClassPermission(GET=all_permissions.jobs_view)

    def get_queryset(self) -> QuerySet[Job]:
        """Return own jobs, or all for who may see them, filtered by the query string."""
        query = JobFilterSerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        values = dict(query.validated_data)
        cursor: UUID | None = values.pop("cursor", None)
        jobs = jobs_matching(self.principal, JobFilter(**values))
        return older_than(jobs, self.principal, cursor) if cursor is not None else jobs

    @operation(
        tag="Jobs",
        summary="List background jobs, newest first",
        description=(
            "`page` goes anywhere; `cursor` goes on behind an earlier answer, and jobs that come in meanwhile never "
            "shift its pages. With a cursor `count` is that of the jobs behind it."
        ),
        response=JobSerializer(many=True),
        example=[JOB_EXAMPLE],
        parameters=PARAMETERS,
    )
    def get(self, _request: Request, *_args: Any, **_kwargs: Any) -> Response:
        """Answer one page."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class JobAPI(TenonAPIView):
    """One job."""

    serializer_class = JobSerializer
    permission_required = ViewClassPermission(GET=all_permissions.jobs_view)

    @operation(tag="Jobs", summary="Show a background job", response=JobSerializer, example=JOB_EXAMPLE)
    def get(self, _request: Request, job_id: UUID) -> Response:
        """Answer the job's state and progress."""
        job = jobs_visible_to(self.principal).filter(pk=job_id).first()
        if job is None:
            raise NotFoundError
        return Response(self.get_serializer(job).data)


class JobCancelAPI(TenonAPIView):
    """Cancelling a job."""

    serializer_class = JobSerializer
    permission_required = ViewClassPermission(POST=all_permissions.jobs_view)

    @api_webhook(WebhookAction.JOB_FINISHED)
    @operation(
        tag="Jobs",
        summary="Cancel a background job",
        description="A waiting job is canceled at once; a running one is asked to stop, later made to.",
        response=JobSerializer,
        example={**JOB_EXAMPLE, "cancel_requested": True},
        errors=[409],
    )
    def post(self, _request: Request, job_id: UUID) -> Response:
        """Cancel."""
        return Response(self.get_serializer(cancel_job(job_id=job_id, actor=self.principal)).data)


class JobRetryAPI(TenonAPIView):
    """Running a failed job again."""

    serializer_class = JobSerializer
    permission_required = ViewClassPermission(POST=all_permissions.jobs_view)

    @operation(
        tag="Jobs",
        summary="Run a failed or canceled job again",
        response=JobSerializer,
        example={**JOB_EXAMPLE, "status": "queued", "attempts": 0},
        errors=[409],
    )
    def post(self, _request: Request, job_id: UUID) -> Response:
        """Queue the job again."""
        return Response(self.get_serializer(retry_job(job_id=job_id, actor=self.principal)).data)
