"""Webhooks, as Label Studio's clients know them."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.sdk.errors import ValidationFailedError
from platform_core.sdk.views import TenonAPIView, ViewClassPermission, operation
from tenon_webhooks import catalogue, queries
from tenon_webhooks.api import examples
from tenon_webhooks.api.serializers import (
    BIG,
    INFO_PARAMETERS,
    LIST_PARAMETERS,
    ActionSerializer,
    NothingSerializer,
    WebhookCreateSerializer,
    WebhookSerializer,
    WebhookUpdateSerializer,
    WebhookWithSecretSerializer,
)
from tenon_webhooks.models import Webhook
from tenon_webhooks.services import webhooks as services

TAG = "Webhooks"
VIEW = "webhooks.hooks.view"
CHANGE = "webhooks.hooks.change"


class WebhookListAPI(TenonAPIView):
    """All webhooks."""

    permission_required = ViewClassPermission(GET=VIEW, POST=CHANGE)
    serializer_class = WebhookCreateSerializer
    pagination_class = None

    @operation(
        tag=TAG,
        summary="List webhooks",
        response=WebhookSerializer(many=True),
        example=[examples.WEBHOOK],
        parameters=LIST_PARAMETERS,
    )
    def get(self, request: Request) -> Response:
        """Return them all, oldest first."""
        found = queries.webhooks_visible_to(self.principal)
        project = request.query_params.get("project")
        if project:
            if not (project.isascii() and project.isdigit()) or len(project) > 19 or int(project) > BIG:
                raise ValidationFailedError(validation_errors={"project": ["An id is expected."]})
            found = found.filter(project=int(project))
        return Response([shown(webhook, self) for webhook in found])

    @operation(
        tag=TAG,
        summary="Make a webhook",
        description="The answer has the secret that signs what is sent; it is shown this once.",
        request=WebhookCreateSerializer,
        request_example={"url": "https://receiver.example/hook", "project": 12, "actions": ["ANNOTATION_CREATED"]},
        response=WebhookWithSecretSerializer,
        status=201,
        example=examples.WITH_SECRET,
    )
    def post(self, request: Request) -> Response:
        """Make one."""
        values = self.validated(request)
        project = values.pop("project", None)
        made = services.create_webhook(actor=self.principal, project_id=project, values=values)
        return Response({**shown(made.webhook, self), "secret": made.secret}, status=201)


class WebhookInfoAPI(TenonAPIView):
    """What can be asked for."""

    permission_required = ViewClassPermission(GET=VIEW)
    serializer_class = ActionSerializer
    pagination_class = None

    @operation(
        tag=TAG,
        summary="List the actions that webhooks may ask for",
        response=serializers.DictField(child=ActionSerializer()),
        example=examples.INFO,
        parameters=INFO_PARAMETERS,
    )
    def get(self, request: Request) -> Response:
        """Return actions by name."""
        only = request.query_params.get("organization-only", "").lower()
        wanted = {"true": True, "1": True, "false": False, "0": False}.get(only)
        found = {
            name: {
                "name": name.replace("_", " ").capitalize(),
                "description": action.description,
                "key": _key(name),
                "organization-only": action.organization_only,
            }
            for name, action in catalogue.actions().items()
            if wanted is None or action.organization_only == wanted
        }
        return Response(found)


class WebhookAPI(TenonAPIView):
    """One webhook."""

    permission_required = ViewClassPermission(GET=VIEW, PATCH=CHANGE, DELETE=CHANGE)
    serializer_class = WebhookUpdateSerializer

    @operation(tag=TAG, summary="Show a webhook", response=WebhookSerializer, example=examples.WEBHOOK)
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Return it."""
        return Response(shown(queries.visible_webhook(self.principal, pk), self))

    @operation(
        tag=TAG,
        summary="Change a webhook",
        description="What is not given stays as it is, the actions too. A webhook stays with its project.",
        request=WebhookUpdateSerializer,
        request_example={"is_active": True},
        response=WebhookSerializer,
        example=examples.WEBHOOK,
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Change it."""
        values = self.validated(request, partial=True)
        return Response(shown(services.update_webhook(actor=self.principal, webhook_id=pk, values=values), self))

    @operation(tag=TAG, summary="Delete a webhook and its log", status=204)
    def delete(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Delete it."""
        services.delete_webhook(actor=self.principal, webhook_id=pk)
        return Response(status=204)


class WebhookSecretAPI(TenonAPIView):
    """Its secret."""

    permission_required = ViewClassPermission(POST=CHANGE)
    serializer_class = NothingSerializer

    @operation(
        tag=TAG,
        summary="Rotate the secret of a webhook",
        description="The new secret is shown this once. For 24 hours both sign what is sent.",
        response=WebhookWithSecretSerializer,
        example=examples.WITH_SECRET,
    )
    def post(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Rotate it."""
        made = services.rotate_secret(actor=self.principal, webhook_id=pk)
        return Response({**shown(made.webhook, self), "secret": made.secret})


def shown(webhook: Webhook, view: TenonAPIView) -> dict[str, Any]:
    """Return a webhook as the API shows it."""
    webhook.organization = view.principal.organization.id  # type: ignore[attr-defined]  # no column: it is the schema
    shown: dict[str, Any] = WebhookSerializer(webhook).data
    return shown


def _key(name: str) -> str:
    return name.partition("_")[0].lower()
