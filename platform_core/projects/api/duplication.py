"""REST view that copies a project."""

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.events.actions import WebhookAction, api_webhook
from platform_core.jobs.queue import start_job_async_or_sync
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.projects.api.fact_bodies import DuplicateRequestSerializer, DuplicateSerializer
from platform_core.projects.jobs import copy_tasks_job
from platform_core.projects.queries import visible_project
from platform_core.projects.services.duplication import duplicate_project


class ProjectDuplicateAPI(TenonAPIView):
    """Copies a project."""

    serializer_class = DuplicateRequestSerializer
    permission_required = ViewClassPermission(POST=all_permissions.projects_create)

    @api_webhook(WebhookAction.PROJECT_CREATED, WebhookAction.TASKS_CREATED)
    @operation(
        tag="Projects",
        summary="Duplicate a project",
        description=(
            "Copies settings and label config, with `settings,data` also the tasks, never annotations or predictions. "
            "More than 20,000 tasks are copied by a job, which the answer names."
        ),
        request=DuplicateRequestSerializer,
        response=DuplicateSerializer,
        status=201,
        example={"id": 7, "job": None},
        request_example={"mode": "settings,data", "title": "Conflicts, second pass"},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Make the copy."""
        source = visible_project(self.principal, pk)
        values = self.validated(request)
        with transaction.atomic():
            copy = duplicate_project(
                source=source,
                mode=values["mode"],
                title=values["title"],
                description=values.get("description"),
                include_members=values["include_members"],
                actor=self.principal,
            )
            job = None
            if copy.tasks_are_left:
                actor = self.principal
                job = start_job_async_or_sync(copy_tasks_job, source.pk, copy.project.pk, actor.id, actor=actor)
        return Response({"id": copy.project.pk, "job": job}, status=201)
