"""Jobs: list, look, cancel, retry."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.errors import NotFoundError, ValidationFailedError
from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.events.actions import WebhookAction, api_webhook
from platform_core.jobs.api.serializers import JOB_EXAMPLE, JobSerializer
from platform_core.jobs.models import Job
from platform_core.jobs.queries import jobs_visible_to
from platform_core.jobs.services import cancel_job, retry_job
from platform_core.members.permissions import ViewClassPermission, all_permissions
from tenants.records import JobStatus


class JobListAPI(TenonAPIView):
    """The jobs that one may see."""

    serializer_class = JobSerializer
    permission_required = ViewClassPermission(GET=all_permissions.jobs_view)

    def get_queryset(self) -> QuerySet[Job]:
        """Return own jobs, or all for who may see them."""
        jobs = jobs_visible_to(self.principal)
        status = self.request.query_params.get("status")
        if status is None:
            return jobs
        if status not in JobStatus.values:
            raise ValidationFailedError(validation_errors={"status": [f"One of {', '.join(JobStatus.values)}."]})
        return jobs.filter(status=status)

    @operation(
        tag="Jobs",
        summary="List background jobs, newest first",
        response=JobSerializer(many=True),
        example=[JOB_EXAMPLE],
        parameters=[OpenApiParameter("status", str, enum=JobStatus.values, description="Only jobs in this state.")],
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
