"""REST views of what happened: the history of annotations, and states over time."""

from datetime import datetime
from typing import Any, Final, cast, get_args

from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.errors import NotFoundError, ValidationFailedError
from platform_core.api.json import RawJSON
from platform_core.api.operations import operation
from platform_core.api.pagination import positive_number
from platform_core.api.views import TenonAPIView
from platform_core.events.actions import WebhookAction, api_webhook
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.members.principal import Principal
from platform_core.projects.queries import visible_project
from platform_core.projects.queries.visible import MAX_ID
from platform_core.tasks.api import examples
from platform_core.tasks.api.serializers import (
    AnnotationHistorySerializer,
    RemovedSerializer,
    StateChangeSerializer,
    TransitionResultSerializer,
    TransitionSerializer,
)
from platform_core.tasks.queries.history import ORDERINGS, By, history_json
from platform_core.tasks.queries.states import Entity, StateChange, state_changes
from platform_core.tasks.queries.visible import visible_annotation, visible_task
from platform_core.tasks.services.annotations import update_annotation
from platform_core.tasks.services.history import delete_history

TAG = "Annotation history"
STATES = "States"
TRANSITIONS: Final = {"annotation_skipped": True, "annotation_submitted": False}
"""Transitions by hand: whether the annotation is skipped afterwards."""


class AnnotationHistoryAPI(TenonAPIView):
    """Changes of annotations."""

    serializer_class = AnnotationHistorySerializer
    pagination_class = None
    permission_required = ViewClassPermission(
        GET=all_permissions.annotations_view, DELETE=all_permissions.annotations_delete_all
    )

    @operation(
        tag=TAG,
        summary="List the changes of an annotation",
        description="Who changed an annotation, or the annotations of a task, when, with the result before and after.",
        response=AnnotationHistorySerializer(many=True),
        example=[examples.HISTORY_ITEM],
        parameters=[
            OpenApiParameter("annotation", int, description="Of this annotation; this or `task` is needed."),
            OpenApiParameter("task", int, description="Of all annotations of this task."),
            OpenApiParameter("ordering", str, description="Oldest first unless given.", enum=list(ORDERINGS)),
        ],
    )
    def get(self, request: Request) -> Response:
        """Return changes, those of deleted annotations too."""
        by, pk = _whose(request, ("annotation", "task"))
        ordering = request.query_params.get("ordering") or "id"
        if ordering not in ORDERINGS:
            raise ValidationFailedError(validation_errors={"ordering": [f"One of {', '.join(ORDERINGS)} is expected."]})
        rows = history_json(self.principal, by=by, pk=pk, ordering=ordering)
        return Response(RawJSON(b"[" + b",".join(rows) + b"]"))

    @operation(
        tag=TAG,
        summary="Delete the history of annotations",
        response=RemovedSerializer,
        example={"removed": 3},
        parameters=[
            OpenApiParameter("annotation", int, description="Of this annotation; one of the three is needed."),
            OpenApiParameter("task", int, description="Of all annotations of this task."),
            OpenApiParameter("project", int, description="Of all annotations of this project."),
        ],
    )
    def delete(self, request: Request) -> Response:
        """Delete changes; the audit says that they are gone."""
        by, pk = _whose(request, ("annotation", "task", "project"))
        return Response({"removed": delete_history(by=by, pk=pk, actor=self.principal)})


class AnnotationHistoryItemAPI(TenonAPIView):
    """One change of an annotation."""

    serializer_class = AnnotationHistorySerializer
    permission_required = ViewClassPermission(GET=all_permissions.annotations_view)

    @operation(
        tag=TAG,
        summary="Get a change of an annotation",
        response=AnnotationHistorySerializer,
        example=examples.HISTORY_ITEM,
    )
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Return a change."""
        rows = history_json(self.principal, by="item", pk=pk)
        if not rows:
            raise NotFoundError(f"There is no change {pk}.")
        return Response(RawJSON(rows[0]))


class StateHistoryAPI(TenonAPIView):
    """States of an object over time."""

    serializer_class = StateChangeSerializer
    permission_required = ViewClassPermission(GET=all_permissions.annotations_view)

    @operation(
        tag=STATES,
        summary="List the states of an annotation, a task or a project",
        description="A page of `count`, `next`, `previous` and `results`; read off the records of what was done.",
        response=StateChangeSerializer(many=True),
        example={"count": 1, "next": None, "previous": None, "results": [examples.STATE_CHANGE]},
        parameters=[
            OpenApiParameter(
                "ordering", str, enum=["created_at", "-created_at"], description="Newest first if absent."
            ),
            OpenApiParameter("state", str),
            OpenApiParameter("previous_state", str),
            OpenApiParameter("transition_name", str),
            OpenApiParameter("triggered_by", int),
            OpenApiParameter("created_at_from", str, description="ISO 8601."),
            OpenApiParameter("created_at_to", str, description="ISO 8601."),
        ],
    )
    def get(self, request: Request, entity: str, pk: int) -> Response:
        """Return changes of state."""
        kind = _visible_entity(self.principal, entity, pk)
        changes = [change for change in state_changes(kind, pk) if _matches(change, request)]
        if request.query_params.get("ordering") != "created_at":
            changes.reverse()
        size = positive_number(request, "page_size", 30, highest=1000)
        start = (positive_number(request, "page", 1, highest=MAX_ID) - 1) * size
        shown = [_shown(change) for change in changes[start : start + size]]
        return Response({"count": len(changes), "next": None, "previous": None, "results": shown})


class TransitionAPI(TenonAPIView):
    """Changes a state by hand."""

    serializer_class = TransitionSerializer
    permission_required = ViewClassPermission(POST=all_permissions.annotations_change)

    @api_webhook(WebhookAction.ANNOTATION_UPDATED)
    @operation(
        tag=STATES,
        summary="Change the state of an annotation",
        description=(
            f"Of annotations: {', '.join(TRANSITIONS)}. States of tasks and projects follow from their annotations "
            "and are not changed by hand."
        ),
        request=TransitionSerializer,
        response=TransitionResultSerializer,
        example={"success": True, "new_state": "SKIPPED", "state_record": examples.STATE_CHANGE},
        request_example={"transition_name": "annotation_skipped"},
    )
    def post(self, request: Request, entity: str, pk: int) -> Response:
        """Skip an annotation, or take that back."""
        kind = _visible_entity(self.principal, entity, pk)
        name = self.validated(request)["transition_name"]
        allowed = list(TRANSITIONS) if kind == "annotation" else []
        if name not in allowed:
            words = f"one of {', '.join(allowed)}" if allowed else "its states follow from annotations"
            message = f"An object of the kind {kind} has no transition {name}; {words}."
            raise ValidationFailedError(validation_errors={"transition_name": [message]}, data={"allowed": allowed})
        update_annotation(annotation_id=pk, values={"was_cancelled": TRANSITIONS[name]}, actor=self.principal)
        record = state_changes(kind, pk)[-1]
        return Response({"success": True, "new_state": record.state, "state_record": _shown(record)})


def _whose(request: Request, names: tuple[By, ...]) -> tuple[By, int]:
    for name in names:
        text = request.query_params.get(name)
        if text:
            if not (text.isascii() and text.isdigit()) or len(text) > 18:
                raise ValidationFailedError(validation_errors={name: ["A number is expected."]})
            return name, int(text)
    raise ValidationFailedError(validation_errors={names[0]: [f"One of {', '.join(names)} is needed."]})


def _visible_entity(principal: Principal, entity: str, pk: int) -> Entity:
    if entity not in get_args(Entity):
        raise NotFoundError(f"There are no states of {entity}; of {', '.join(get_args(Entity))}.")
    look_up: dict[str, Any] = {"annotation": visible_annotation, "task": visible_task, "project": visible_project}
    look_up[entity](principal, pk)
    return cast("Entity", entity)


def _matches(change: StateChange, request: Request) -> bool:
    query = request.query_params
    wanted = {
        "state": change.state,
        "previous_state": change.previous_state or "",
        "transition_name": change.transition_name,
        "triggered_by": str(change.member_id),
    }
    if any(query.get(name) and query[name].lower() != value.lower() for name, value in wanted.items()):
        return False
    earliest, latest = _moment(request, "created_at_from"), _moment(request, "created_at_to")
    return not ((earliest and change.created_at < earliest) or (latest and change.created_at > latest))


def _moment(request: Request, name: str) -> datetime | None:
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise ValidationFailedError(validation_errors={name: ["A moment in ISO 8601 is expected."]})
    return make_aware(moment) if is_naive(moment) else moment


def _shown(change: StateChange) -> dict[str, Any]:
    who = {"id": change.member_id, "email": change.member_email} if change.member_id is not None else None
    return {
        "id": change.pk,
        "state": change.state,
        "previous_state": change.previous_state,
        "transition_name": change.transition_name,
        "reason": "",
        "context_data": {},
        "triggered_by": who,
        "created_at": change.created_at,
    }
