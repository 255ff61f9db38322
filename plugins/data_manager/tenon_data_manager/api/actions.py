"""Actions on selections of tasks."""

from typing import Any

from django.db import transaction
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.sdk import TaskActionSpec
from platform_core.sdk.errors import NotFoundError, ValidationFailedError
from platform_core.sdk.events import WebhookAction, api_webhook
from platform_core.sdk.jobs import start_job
from platform_core.sdk.projects import visible_project
from platform_core.sdk.views import TenonAPIView, ViewClassPermission, operation
from tenon_data_manager import queries
from tenon_data_manager.api import examples
from tenon_data_manager.api.serializers import (
    PROJECT,
    ActionFormSerializer,
    ActionQuerySerializer,
    ActionRequestSerializer,
    ActionResultSerializer,
    ActionSerializer,
)
from tenon_data_manager.api.views import TAG, project_of
from tenon_data_manager.jobs import run_selected
from tenon_data_manager.running import Order, count_action, find_action, offered_actions, run_action
from tenon_data_manager.selections import asked_parameters, asked_parts, joined_parts


class ActionListAPI(TenonAPIView):
    """What can be done to the tasks of a selection, and doing it."""

    serializer_class = ActionRequestSerializer
    pagination_class = None
    permission_required = ViewClassPermission(GET="data_manager.actions.view", POST="data_manager.actions.run")

    @operation(
        tag=TAG,
        summary="List actions on tasks",
        response=ActionSerializer(many=True),
        example=[examples.ACTION],
        parameters=[PROJECT],
    )
    def get(self, request: Request) -> Response:
        """Return the actions that the member may run, of all enabled plugins."""
        visible_project(self.principal, project_of(request))
        offered = offered_actions(self.principal)
        return Response([_shown(action_id, spec) for action_id, (_, spec) in offered.items()])

    @api_webhook(
        WebhookAction.TASKS_UPDATED,
        WebhookAction.TASKS_DELETED,
        WebhookAction.ANNOTATIONS_CREATED,
        WebhookAction.ANNOTATIONS_UPDATED,
        WebhookAction.ANNOTATIONS_DELETED,
        WebhookAction.PREDICTIONS_DELETED,
    )
    @operation(
        tag=TAG,
        summary="Run an action on a selection of tasks",
        description=(
            "Works on the tasks that the view, the filters and `selectedItems` leave; on all of the project where none "
            "is given, on none where an empty selection is given. Up to 5,000 tasks are done at once, all or nothing; "
            "more are done by a job, part by part. `dry_run=1` only counts."
        ),
        request=ActionRequestSerializer,
        response=ActionResultSerializer,
        example=examples.RESULT,
        request_example=examples.SELECTED,
        parameters=[
            OpenApiParameter("id", str, required=True, description="Id of the action."),
            OpenApiParameter("project", int, description="Id of the project; needed unless `view` is given."),
            OpenApiParameter("view", int, description="Id of a stored view."),
            OpenApiParameter("dry_run", bool, description="Only count what would be changed."),
        ],
    )
    def post(self, request: Request) -> Response:
        """Run the action, or start the job that does."""
        body = _body(request)
        address = ActionQuerySerializer(data={**_address(body), **request.query_params.dict()})
        address.is_valid(raise_exception=True)
        order = self._order(address.validated_data, body)
        if address.validated_data.get("dry_run"):
            return Response({**count_action(actor=self.principal, order=order), "reload": False, "job": None})
        with transaction.atomic():
            result, run_id = run_action(actor=self.principal, order=order)
            job_id = start_job(run_selected, str(run_id), actor=self.principal) if run_id is not None else None
        return Response(
            {
                "processed_items": result.processed,
                "detail": result.detail,
                "reload": job_id is None,
                "job": str(job_id) if job_id is not None else None,
            }
        )

    def _order(self, address: dict[str, Any], body: dict[str, Any]) -> Order:
        name, spec = find_action(self.principal, address["id"])
        stored: dict[str, Any] = {}
        if address.get("view"):
            view = queries.visible_view(self.principal, address["view"])
            if address.get("project") not in (None, view.project_id):
                raise NotFoundError(f"There is no view {view.pk} of project {address['project']}.")
            project_id, stored = view.project_id, queries.query_parts(view.data)
        else:
            project_id = address["project"]
        visible_project(self.principal, project_id)
        return Order(
            name=name,
            spec=spec,
            project_id=project_id,
            parts=joined_parts(stored, asked_parts(body)),
            parameters=asked_parameters(body),
        )


class ActionFormAPI(TenonAPIView):
    """The form of an action."""

    serializer_class = ActionFormSerializer
    pagination_class = None
    permission_required = ViewClassPermission(GET="data_manager.actions.view")

    @operation(
        tag=TAG,
        summary="Get the form of an action",
        response=ActionFormSerializer(many=True),
        example=examples.FORM,
        parameters=[PROJECT],
    )
    def get(self, request: Request, action: str) -> Response:
        """Return the groups of fields that the action asks for."""
        visible_project(self.principal, project_of(request))
        return Response(_form(find_action(self.principal, action)[1]) or [])


def _body(request: Request) -> dict[str, Any]:
    if not isinstance(request.data, dict):
        raise ValidationFailedError(validation_errors={"non_field_errors": ["An object is expected."]})
    return dict(request.data.items())


def _address(body: dict[str, Any]) -> dict[str, Any]:
    return {name: body[name] for name in ("id", "project", "view", "dry_run") if body.get(name) is not None}


def _shown(action_id: str, spec: TaskActionSpec) -> dict[str, Any]:
    return {
        "id": action_id,
        "title": spec.title,
        "order": spec.order,
        "permission": spec.permissions[0] if len(spec.permissions) == 1 else list(spec.permissions),
        "experimental": spec.experimental,
        "dialog": {"title": spec.title, "text": spec.question, "type": "confirm", "form": _form(spec)},
    }


def _form(spec: TaskActionSpec) -> list[dict[str, Any]] | None:
    if not spec.fields:
        return None
    fields = [
        {
            "type": field.type,
            "name": field.name,
            "label": field.label,
            "required": field.required,
            **({"options": list(field.options)} if field.options else {}),
        }
        for field in spec.fields
    ]
    return [{"columnCount": 1, "fields": fields}]
