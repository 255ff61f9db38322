"""What was sent, sending it again, and trying a webhook out."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.sdk.views import TenonAPIView, ViewClassPermission, operation
from tenon_webhooks import queries
from tenon_webhooks.api import examples
from tenon_webhooks.api.serializers import (
    LOG_PARAMETERS,
    DeliverySerializer,
    DeliveryWithBodySerializer,
    LogQuerySerializer,
    NothingSerializer,
)
from tenon_webhooks.api.views import CHANGE, TAG, VIEW
from tenon_webhooks.services.deliveries import replay_delivery
from tenon_webhooks.services.trials import send_test


class WebhookTestAPI(TenonAPIView):
    """The test button."""

    permission_required = ViewClassPermission(POST=CHANGE)
    serializer_class = NothingSerializer

    @operation(
        tag=TAG,
        summary="Send a test message to a webhook now",
        description="Answers with the delivery and its one attempt, whatever became of it; waits at most 4 seconds.",
        response=DeliveryWithBodySerializer,
        status=201,
        example=examples.WITH_BODY,
    )
    def post(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Send it."""
        (sent,) = queries.with_attempts([send_test(actor=self.principal, webhook_id=pk)])
        return Response(DeliveryWithBodySerializer(sent).data, status=201)


class DeliveryListAPI(TenonAPIView):
    """The log of a webhook."""

    permission_required = ViewClassPermission(GET=VIEW)
    serializer_class = DeliverySerializer

    @operation(
        tag=TAG,
        summary="List what was sent to a webhook",
        response=DeliverySerializer(many=True),
        example=examples.page(examples.DELIVERY),
        parameters=LOG_PARAMETERS,
    )
    def get(self, request: Request, pk: int) -> Response:
        """Return a page, newest first; kept for 30 days."""
        query = LogQuerySerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        log = queries.deliveries_of(
            queries.visible_webhook(self.principal, pk), status=wanted.get("status"), action=wanted.get("action")
        )
        page = queries.with_attempts(self.paginate_queryset(log) or [])
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class DeliveryAPI(TenonAPIView):
    """One delivery."""

    permission_required = ViewClassPermission(GET=VIEW)
    serializer_class = DeliveryWithBodySerializer

    @operation(tag=TAG, summary="Show what was sent", response=DeliveryWithBodySerializer, example=examples.WITH_BODY)
    def get(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002
        """Return it with its body."""
        (found,) = queries.with_attempts([queries.visible_delivery(self.principal, pk)])
        return Response(DeliveryWithBodySerializer(found).data)


class DeliveryReplayAPI(TenonAPIView):
    """Sending again."""

    permission_required = ViewClassPermission(POST=CHANGE)
    serializer_class = NothingSerializer

    @operation(
        tag=TAG,
        summary="Send a message again",
        description="A new delivery with the same `webhook-id`, by which its receiver knows what it has seen.",
        response=DeliverySerializer,
        status=201,
        example=examples.DELIVERY,
    )
    def post(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002
        """Send it again, in the background."""
        again = replay_delivery(actor=self.principal, delivery_id=pk)
        (shown,) = queries.with_attempts([queries.visible_delivery(self.principal, again.pk)])
        return Response(DeliverySerializer(shown).data, status=201)
