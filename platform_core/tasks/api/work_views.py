"""REST views of annotations and predictions."""

from typing import Any

import orjson
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.errors import ValidationFailedError
from platform_core.api.json import RawJSON
from platform_core.api.operations import operation
from platform_core.api.preconditions import if_match_of, tagged
from platform_core.api.views import TenonAPIView
from platform_core.events.actions import WebhookAction, api_webhook
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.repeats.requests import IDEMPOTENCY_KEY, repeatable
from platform_core.tasks.api import examples
from platform_core.tasks.api.serializers import (
    BIG,
    AnnotationSerializer,
    AnnotationWriteSerializer,
    PredictionCreateSerializer,
    PredictionSerializer,
    PredictionWriteSerializer,
)
from platform_core.tasks.queries.visible import predictions_visible_to, visible_prediction
from platform_core.tasks.queries.work import (
    MAX_LIST,
    ORDERINGS,
    annotation_json,
    annotations_of_task_json,
    predictions_json,
)
from platform_core.tasks.services.annotations import delete_annotation, update_annotation
from platform_core.tasks.services.predictions import create_prediction, delete_prediction, update_prediction
from platform_core.tasks.services.submissions import Submitted, create_annotation


def _written(submitted: Submitted, status: int) -> Response:
    """Answer with an annotation and the warnings that came with it."""
    body = submitted.content[:-1] + b',"warnings":' + orjson.dumps(submitted.warnings) + b"}"
    return tagged(RawJSON(body), submitted.version, status=status if submitted.made else 200)


def _array(rows: list[bytes]) -> RawJSON:
    return RawJSON(b"[" + b",".join(rows) + b"]")


class AnnotationListAPI(TenonAPIView):
    """Annotations of a task."""

    serializer_class = AnnotationWriteSerializer
    pagination_class = None
    permission_required = ViewClassPermission(
        GET=all_permissions.annotations_view, POST=all_permissions.annotations_create
    )

    @operation(
        tag="Annotations",
        summary="List annotations of a task",
        response=AnnotationSerializer(many=True),
        example=[examples.ANNOTATION],
        parameters=[
            OpenApiParameter("ordering", str, description="id unless given.", enum=list(ORDERINGS)),
        ],
    )
    def get(self, request: Request, pk: int) -> Response:
        """Return the annotations that the member may see; skipped ones are left out."""
        ordering = request.query_params.get("ordering") or "id"
        if ordering not in ORDERINGS:
            raise ValidationFailedError(validation_errors={"ordering": [f"One of {', '.join(ORDERINGS)} is expected."]})
        return Response(_array(annotations_of_task_json(self.principal, pk, ordering=ordering)))

    @api_webhook(WebhookAction.ANNOTATION_CREATED, WebhookAction.TASK_COMPLETED, WebhookAction.PROJECT_COMPLETED)
    @operation(
        tag="Annotations",
        summary="Submit an annotation",
        description=(
            "Submit an annotation, or skip the task with `was_cancelled`. The result is checked against the label "
            "config and by the enabled plugins; their warnings come back in `warnings`, their errors are answered 400. "
            "A repeated `unique_id` with the same submission answers 200 with the annotation that it made. "
            "One's draft of the task is consumed, with or without `draft_id`."
        ),
        request=AnnotationWriteSerializer,
        response=AnnotationSerializer,
        status=201,
        example=examples.ANNOTATION,
        request_example=examples.NEW_ANNOTATION,
        parameters=[IDEMPOTENCY_KEY],
    )
    @repeatable
    def post(self, request: Request, pk: int) -> Response:
        """Create an annotation."""
        values = self.validated(request)
        if request.query_params.get("was_cancelled", "").lower() in ("1", "true"):
            values["was_cancelled"] = True
        return _written(create_annotation(task_id=pk, values=values, actor=self.principal), 201)


class AnnotationAPI(TenonAPIView):
    """One annotation."""

    serializer_class = AnnotationWriteSerializer
    permission_required = ViewClassPermission(
        GET=all_permissions.annotations_view,
        PATCH=all_permissions.annotations_change,
        DELETE=all_permissions.annotations_delete,
    )

    @operation(
        tag="Annotations", summary="Get an annotation", response=AnnotationSerializer, example=examples.ANNOTATION
    )
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Return an annotation."""
        content, version = annotation_json(self.principal, pk)
        return tagged(RawJSON(content), version)

    @api_webhook(WebhookAction.ANNOTATION_UPDATED, WebhookAction.TASK_COMPLETED, WebhookAction.PROJECT_COMPLETED)
    @operation(
        tag="Annotations",
        summary="Change an annotation",
        request=AnnotationWriteSerializer(partial=True),
        response=AnnotationSerializer,
        example=examples.ANNOTATION,
        request_example=examples.NEW_ANNOTATION,
        errors=(412,),
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Change an annotation; annotators may change only their own."""
        values = self.validated(request, partial=True)
        changed = update_annotation(
            annotation_id=pk, values=values, actor=self.principal, if_match=if_match_of(request)
        )
        return _written(changed, 200)

    @api_webhook(WebhookAction.ANNOTATIONS_DELETED)
    @operation(tag="Annotations", summary="Delete an annotation", status=204)
    def delete(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Delete an annotation; most may delete only their own."""
        delete_annotation(annotation_id=pk, actor=self.principal)
        return Response(status=204)


class PredictionListAPI(TenonAPIView):
    """Predictions."""

    serializer_class = PredictionCreateSerializer
    pagination_class = None
    permission_required = ViewClassPermission(
        GET=all_permissions.predictions_view, POST=all_permissions.predictions_change
    )

    @operation(
        tag="Predictions",
        summary="List predictions",
        response=PredictionSerializer(many=True),
        example=[examples.PREDICTION],
        parameters=[
            OpenApiParameter("task", int, description="Of one task."),
            OpenApiParameter("project", int, description="Of one project."),
        ],
    )
    def get(self, request: Request) -> Response:
        """Return at most 10,000 predictions, in order of ids."""
        queryset = predictions_visible_to(self.principal)
        for parameter, field in (("task", "task"), ("project", "project"), ("task__project", "project")):
            if text := request.query_params.get(parameter):
                queryset = queryset.filter(**{field: _id(text, parameter)})
        ids = queryset.order_by("pk").values_list("pk", flat=True)[:MAX_LIST]
        return Response(_array(predictions_json(list(ids))))

    @api_webhook(WebhookAction.PREDICTION_CREATED)
    @operation(
        tag="Predictions",
        summary="Create a prediction",
        request=PredictionCreateSerializer,
        response=PredictionSerializer,
        status=201,
        example=examples.PREDICTION,
        request_example=examples.NEW_PREDICTION,
        parameters=[IDEMPOTENCY_KEY],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        """Store what a model says about a task."""
        values: dict[str, Any] = self.validated(request)
        prediction = create_prediction(task_id=values.pop("task"), values=values, actor=self.principal)
        return Response(RawJSON(predictions_json([prediction.pk])[0]), status=201)


class PredictionAPI(TenonAPIView):
    """One prediction."""

    serializer_class = PredictionWriteSerializer
    permission_required = ViewClassPermission(
        GET=all_permissions.predictions_view,
        PATCH=all_permissions.predictions_change,
        DELETE=all_permissions.predictions_change,
    )

    @operation(
        tag="Predictions", summary="Get a prediction", response=PredictionSerializer, example=examples.PREDICTION
    )
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Return a prediction."""
        return Response(RawJSON(predictions_json([visible_prediction(self.principal, pk).pk])[0]))

    @api_webhook(WebhookAction.PREDICTION_UPDATED)
    @operation(
        tag="Predictions",
        summary="Change a prediction",
        request=PredictionWriteSerializer(partial=True),
        response=PredictionSerializer,
        example=examples.PREDICTION,
        request_example={"score": 0.9},
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Change a prediction."""
        update_prediction(prediction_id=pk, values=self.validated(request, partial=True), actor=self.principal)
        return Response(RawJSON(predictions_json([pk])[0]))

    @api_webhook(WebhookAction.PREDICTION_DELETED)
    @operation(tag="Predictions", summary="Delete a prediction", status=204)
    def delete(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Delete a prediction."""
        delete_prediction(prediction_id=pk, actor=self.principal)
        return Response(status=204)


def _id(text: str, parameter: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= BIG):
        raise ValidationFailedError(validation_errors={parameter: ["A number is expected."]})
    return int(text)
