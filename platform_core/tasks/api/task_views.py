"""REST views of tasks."""

from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.json import RawJSON
from platform_core.api.operations import operation
from platform_core.api.preconditions import if_match_of, tagged
from platform_core.api.views import TenonAPIView
from platform_core.events.actions import WebhookAction, api_webhook
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.members.principal import Principal
from platform_core.projects.queries import visible_project
from platform_core.repeats.requests import IDEMPOTENCY_KEY, repeatable
from platform_core.tasks.api import examples
from platform_core.tasks.api.serializers import (
    TaskCreateSerializer,
    TaskPageSerializer,
    TaskSerializer,
    TaskWriteSerializer,
)
from platform_core.tasks.api.task_lists import PARAMETERS, list_request
from platform_core.tasks.queries.filtered import filtered_page
from platform_core.tasks.queries.found_tasks import FoundTotals
from platform_core.tasks.queries.tasks import Fields, ProjectTotals, TaskPage, project_totals, task_json, task_page
from platform_core.tasks.services.tasks import create_task, delete_all_tasks, delete_task, update_task

TAG = "Tasks"


class TaskListAPI(TenonAPIView):
    """Tasks of a project."""

    serializer_class = TaskCreateSerializer
    permission_required = ViewClassPermission(GET=all_permissions.tasks_view, POST=all_permissions.tasks_create)

    @operation(
        tag=TAG,
        summary="List tasks of a project",
        description=(
            "A page in order of ids, or filtered and ordered by `query` or a stored view. `page` goes anywhere; in "
            "order of ids `cursor` goes on from an earlier answer and costs the same at any depth. A page past the end "
            "is empty. The totals are those of the filtered tasks. A filter may take ten seconds."
        ),
        response=TaskPageSerializer,
        example=examples.PAGE,
        parameters=PARAMETERS,
    )
    def get(self, request: Request) -> Response:
        """Return a page of tasks."""
        principal = self.principal
        asked = list_request(request, principal)
        totals = project_totals(principal, asked.project_id)
        fields: Fields = "all" if request.query_params.get("fields") == "all" else "task_only"
        place = asked.place
        if asked.is_plain:
            page = task_page(
                principal,
                project_id=asked.project_id,
                totals=totals,
                fields=fields,
                page=place.page,
                page_size=place.page_size,
                cursor=place.cursor,
            )
            return _page(page, totals, place.page_size)
        found = filtered_page(
            principal,
            project_id=asked.project_id,
            project=totals,
            query=asked.query,
            columns=asked.columns,
            fields=fields,
            place=place,
        )
        return _page(found.page, found.totals, place.page_size)

    @api_webhook(WebhookAction.TASKS_CREATED)
    @operation(
        tag=TAG,
        summary="Create a task",
        request=TaskCreateSerializer,
        response=TaskSerializer,
        status=201,
        example=examples.TASK,
        request_example=examples.NEW_TASK,
        parameters=[IDEMPOTENCY_KEY],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        """Add one task to a project."""
        values = self.validated(request)
        project = visible_project(self.principal, values.pop("project"))
        task = create_task(project=project, values=values, actor=self.principal)
        return _tagged(self.principal, task.pk, status=201)


class TaskAPI(TenonAPIView):
    """One task."""

    serializer_class = TaskWriteSerializer
    permission_required = ViewClassPermission(
        GET=all_permissions.tasks_view, PATCH=all_permissions.tasks_change, DELETE=all_permissions.tasks_delete
    )

    @operation(tag=TAG, summary="Get a task", response=TaskSerializer, example=examples.TASK)
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Return a task with its annotations and predictions."""
        return _tagged(self.principal, pk)

    @api_webhook(WebhookAction.TASK_UPDATED)
    @operation(
        tag=TAG,
        summary="Change a task",
        request=TaskWriteSerializer(partial=True),
        response=TaskSerializer,
        example=examples.TASK,
        request_example={"meta": {"source": "survey"}},
        errors=(412,),
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Change fields of a task."""
        values = self.validated(request, partial=True)
        update_task(task_id=pk, values=values, actor=self.principal, if_match=if_match_of(request))
        return _tagged(self.principal, pk)

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


def _page(page: TaskPage, totals: ProjectTotals | FoundTotals, page_size: int) -> Response:
    cursor = f'"{page.next_cursor}"' if page.next_cursor else "null"
    tail = (
        f'],"total":{totals.tasks},"total_annotations":{totals.annotations},'
        f'"total_predictions":{totals.predictions},"next_cursor":{cursor}'
    )
    # The legacy client asks for page after page until it reads this; an empty page alone does not end it.
    tail += ',"end_pagination":true}' if page.count < page_size else "}"
    return Response(RawJSON(b'{"tasks":[' + page.content + tail.encode()))


def _tagged(principal: Principal, task_id: int, *, status: int = 200) -> Response:
    content, version = task_json(principal, task_id)
    return tagged(RawJSON(content), version, status=status)
