"""REST views of tasks."""

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.errors import NotFoundError, ValidationFailedError
from platform_core.api.json import RawJSON
from platform_core.api.operations import operation
from platform_core.api.pagination import HIGHEST_PAGE, positive_number
from platform_core.api.views import TenonAPIView
from platform_core.events.actions import WebhookAction, api_webhook
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.projects.queries import visible_project
from platform_core.tasks.api import examples
from platform_core.tasks.api.serializers import (
    TaskCreateSerializer,
    TaskPageSerializer,
    TaskSerializer,
    TaskWriteSerializer,
)
from platform_core.tasks.queries.tasks import Fields, project_totals, task_json, task_page
from platform_core.tasks.services.tasks import create_task, delete_all_tasks, delete_task, update_task

TAG = "Tasks"
PAGE_SIZE = 100
MAX_PAGE_SIZE = 10_000
BIG = 2**63 - 1


class TaskListAPI(TenonAPIView):
    """Tasks of a project."""

    serializer_class = TaskCreateSerializer
    permission_required = ViewClassPermission(GET=all_permissions.tasks_view, POST=all_permissions.tasks_create)

    @operation(
        tag=TAG,
        summary="List tasks of a project",
        description=(
            "A page in order of ids. `page` goes anywhere; `cursor` goes on from an earlier answer and costs the same "
            "at any depth. A page past the end is empty."
        ),
        response=TaskPageSerializer,
        example=examples.PAGE,
        parameters=[
            OpenApiParameter("project", int, required=True, description="Id of the project."),
            OpenApiParameter("page", int, description="Number of the page, from 1."),
            OpenApiParameter("page_size", int, description="Tasks a page, 100 unless given."),
            OpenApiParameter("cursor", str, description="`next_cursor` of an earlier answer."),
            OpenApiParameter(
                "fields", str, description="`all` adds annotations and predictions.", enum=["all", "task_only"]
            ),
        ],
    )
    def get(self, request: Request) -> Response:
        """Return a page of tasks."""
        project_id = _project_of(request)
        principal = self.principal
        totals = project_totals(principal, project_id)
        fields: Fields = "all" if request.query_params.get("fields") == "all" else "task_only"
        page = task_page(
            principal,
            project_id=project_id,
            totals=totals,
            fields=fields,
            page=positive_number(request, "page", 1, highest=HIGHEST_PAGE),
            page_size=positive_number(request, "page_size", PAGE_SIZE, highest=MAX_PAGE_SIZE),
            cursor=request.query_params.get("cursor") or None,
        )
        cursor = f'"{page.next_cursor}"' if page.next_cursor else "null"
        tail = (
            f'],"total":{totals.tasks},"total_annotations":{totals.annotations},'
            f'"total_predictions":{totals.predictions},"next_cursor":{cursor}}}'
        )
        return Response(RawJSON(b'{"tasks":[' + page.content + tail.encode()))

    @api_webhook(WebhookAction.TASKS_CREATED)
    @operation(
        tag=TAG,
        summary="Create a task",
        request=TaskCreateSerializer,
        response=TaskSerializer,
        status=201,
        example=examples.TASK,
        request_example=examples.NEW_TASK,
    )
    def post(self, request: Request) -> Response:
        """Add one task to a project."""
        values = self.validated(request)
        project = visible_project(self.principal, values.pop("project"))
        task = create_task(project=project, values=values, actor=self.principal)
        return Response(RawJSON(task_json(self.principal, task.pk)), status=201)


class TaskAPI(TenonAPIView):
    """One task."""

    serializer_class = TaskWriteSerializer
    permission_required = ViewClassPermission(
        GET=all_permissions.tasks_view, PATCH=all_permissions.tasks_change, DELETE=all_permissions.tasks_delete
    )

    @operation(tag=TAG, summary="Get a task", response=TaskSerializer, example=examples.TASK)
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Return a task with its annotations and predictions."""
        return Response(RawJSON(task_json(self.principal, pk)))

    @api_webhook(WebhookAction.TASK_UPDATED)
    @operation(
        tag=TAG,
        summary="Change a task",
        request=TaskWriteSerializer(partial=True),
        response=TaskSerializer,
        example=examples.TASK,
        request_example={"meta": {"source": "survey"}},
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Change fields of a task."""
        update_task(task_id=pk, values=self.validated(request, partial=True), actor=self.principal)
        return Response(RawJSON(task_json(self.principal, pk)))

    @api_webhook(WebhookAction.TASKS_DELETED)
    @operation(tag=TAG, summary="Delete a task", status=204)
    def delete(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Delete a task with its annotations and predictions."""
        delete_task(task_id=pk, actor=self.principal)
        return Response(status=204)


class ProjectTasksAPI(TenonAPIView):
    """All tasks of a project at once."""

    permission_required = ViewClassPermission(DELETE=all_permissions.tasks_delete)

    @api_webhook(WebhookAction.TASKS_DELETED)
    @operation(tag=TAG, summary="Delete all tasks of a project", status=204)
    def delete(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Delete every task of a project."""
        delete_all_tasks(project=visible_project(self.principal, pk), actor=self.principal)
        return Response(status=204)


def _project_of(request: Request) -> int:
    text = request.query_params.get("project")
    if not text:
        raise NotFoundError("Neither project nor view id specified")
    if not (text.isascii() and text.isdigit()) or int(text[:20]) > BIG or len(text) > 19:
        raise ValidationFailedError(validation_errors={"project": ["The id of a project is expected."]})
    return int(text)
