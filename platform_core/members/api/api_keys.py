"""`api/api-keys/`: keys for programs."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.members.api import examples
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.members.queries.credentials import live_api_keys
from platform_core.members.services.api_keys import create_api_key, revoke_api_key


class ApiKeySerializer(serializers.Serializer[Any]):
    """A key, without its secret."""

    id = serializers.UUIDField(help_text="Identifier of the key.")
    name = serializers.CharField(help_text="What it is for.")
    prefix = serializers.CharField(help_text="First characters of the key.")
    scopes = serializers.ListField(
        child=serializers.CharField(),
        allow_null=True,
        help_text="Codenames it is limited to; null means all of its member's.",
    )
    expires_at = serializers.DateTimeField(
        allow_null=True, help_text="Worthless after this time (UTC); null means never."
    )
    last_used_at = serializers.DateTimeField(allow_null=True, help_text="Last use (UTC), at most a minute old.")
    created_at = serializers.DateTimeField(help_text="When it was made (UTC).")


class NewApiKeySerializer(ApiKeySerializer):
    """A fresh key; the only answer that shows its secret."""

    key = serializers.CharField(help_text="The key. It is shown this once.")


class ApiKeyCreateSerializer(serializers.Serializer[Any]):
    """A key to make."""

    name = serializers.CharField(max_length=100, help_text="What it is for.")
    scopes = serializers.ListField(
        child=serializers.CharField(max_length=100),
        allow_null=True,
        default=None,
        min_length=1,
        max_length=200,
        help_text="Codenames to limit it to, each among your own; null means all of yours.",
    )
    expires_at = serializers.DateTimeField(allow_null=True, default=None, help_text="End of the key; null means never.")


class ApiKeyListAPI(TenonAPIView):
    """Own API keys."""

    pagination_class = None
    permission_required = ViewClassPermission(GET=all_permissions.credentials_own, POST=all_permissions.credentials_own)
    serializer_class = ApiKeyCreateSerializer

    @operation(
        tag="API keys", summary="List own API keys", response=ApiKeySerializer(many=True), example=[examples.API_KEY]
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Answer with the keys that are not revoked, newest first."""
        return Response(ApiKeySerializer(live_api_keys(member_id=self.principal.id), many=True).data)

    @operation(
        tag="API keys",
        summary="Make an API key",
        description="The key is shown in this answer only. A key with scopes or with an end makes no other keys.",
        request=ApiKeyCreateSerializer,
        request_example={"name": "nightly export", "scopes": ["projects.view", "projects.export"]},
        response=NewApiKeySerializer,
        status=201,
        example={**examples.API_KEY, "key": "tnk_0a1b2c3d4e5f..."},
    )
    def post(self, request: Request) -> Response:
        """Make a key for the acting member."""
        data = self.validated(request)
        issued = create_api_key(
            actor=self.principal, name=data["name"], scopes=data["scopes"], expires_at=data["expires_at"]
        )
        return Response({**ApiKeySerializer(issued.row).data, "key": issued.secret}, status=201)


class ApiKeyAPI(TenonAPIView):
    """One own API key."""

    permission_required = ViewClassPermission(DELETE=all_permissions.credentials_own)
    serializer_class = ApiKeySerializer

    @operation(tag="API keys", summary="Revoke an API key", status=204)
    def delete(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002
        """Revoke the key; it is refused from now on."""
        revoke_api_key(key_id=pk, actor=self.principal)
        return Response(status=204)
