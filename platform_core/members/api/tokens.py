"""Refresh tokens in Label Studio's routes, and the one `SDK token` of its older clients."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.members.api import examples
from platform_core.members.models import RefreshToken
from platform_core.members.permissions import PUBLIC, ViewClassPermission, all_permissions
from platform_core.members.queries.credentials import TOKEN_ORDERINGS, live_refresh_tokens
from platform_core.members.services.api_keys import reset_sdk_token
from platform_core.members.services.refresh_tokens import (
    MAX_TOKEN_LENGTH,
    exchange_refresh_token,
    issue_refresh_token,
    revoke_refresh_token,
    rotate_refresh_token,
    signed,
    unsigned,
)


class TokenSerializer(serializers.Serializer[Any]):
    """A refresh token."""

    token = serializers.CharField(help_text="The token; in lists without its signature.")
    created_at = serializers.DateTimeField(help_text="When it was made (UTC).")
    expires_at = serializers.DateTimeField(help_text="Worthless after this time (UTC).")


class RefreshSerializer(serializers.Serializer[Any]):
    """A refresh token to act with or on."""

    refresh = serializers.CharField(max_length=MAX_TOKEN_LENGTH, help_text="Refresh token.")


class AccessSerializer(serializers.Serializer[Any]):
    """An access token."""

    access = serializers.CharField(help_text="Access token, for `Authorization: Bearer`.")


class SdkTokenSerializer(serializers.Serializer[Any]):
    """The key of Label Studio's older clients."""

    token = serializers.CharField(allow_null=True, help_text="The key, where it can be shown.")
    detail = serializers.CharField(required=False, help_text="Why it cannot be shown.")


def _token_body(row: RefreshToken, token: str) -> dict[str, Any]:
    body: dict[str, Any] = TokenSerializer(
        {"token": token, "created_at": row.created_at, "expires_at": row.expires_at}
    ).data
    return body


class TokenListAPI(TenonAPIView):
    """Own refresh tokens: what Label Studio calls personal access tokens."""

    pagination_class = None
    permission_required = ViewClassPermission(GET=all_permissions.credentials_own, POST=all_permissions.credentials_own)
    serializer_class = TokenSerializer
    example = {"created_at": "2026-11-20T12:00:00.000000Z", "expires_at": "2026-11-27T12:00:00.000000Z"}

    @operation(
        tag="Tokens",
        summary="List own refresh tokens, signatures cut off",
        response=TokenSerializer(many=True),
        example=[{"token": examples.CUT_REFRESH, **example}],
        parameters=[OpenApiParameter("ordering", str, enum=sorted(TOKEN_ORDERINGS), description="Order of the list.")],
    )
    def get(self, request: Request) -> Response:
        """Answer with the tokens that still work."""
        rows = live_refresh_tokens(member_id=self.principal.id, ordering=request.query_params.get("ordering", ""))
        return Response([_token_body(row, unsigned(signed(row))) for row in rows])

    @operation(
        tag="Tokens",
        summary="Make a refresh token",
        description="The whole token is shown once; give it to the SDK as `api_key`.",
        response=TokenSerializer,
        status=201,
        example={"token": examples.REFRESH, **example},
    )
    def post(self, request: Request) -> Response:  # noqa: ARG002
        """Make a refresh token of the acting member."""
        issued = issue_refresh_token(member_id=self.principal.id, actor=self.principal)
        return Response(_token_body(issued.row, issued.secret), status=201)


class TokenRefreshAPI(TenonAPIView):
    """A refresh token gives access tokens, again and again; it is not rotated."""

    authentication_classes = []
    permission_required = ViewClassPermission(POST=PUBLIC)
    serializer_class = RefreshSerializer

    @operation(
        tag="Tokens",
        summary="Get an access token",
        request=RefreshSerializer,
        request_example={"refresh": examples.REFRESH},
        response=AccessSerializer,
        example={"access": examples.ACCESS},
    )
    def post(self, request: Request) -> Response:
        """Answer with a fresh access token; 401 when the refresh token is not valid."""
        token = exchange_refresh_token(self.validated(request)["refresh"])
        return Response({"access": token.token})


class TokenRotateAPI(TenonAPIView):
    """A refresh token is replaced; its holder needs no other credential."""

    authentication_classes = []
    permission_required = ViewClassPermission(POST=PUBLIC)
    serializer_class = RefreshSerializer

    @operation(
        tag="Tokens",
        summary="Replace a refresh token",
        request=RefreshSerializer,
        request_example={"refresh": examples.REFRESH},
        response=RefreshSerializer,
        example={"refresh": examples.REFRESH},
    )
    def post(self, request: Request) -> Response:
        """Answer with the new token; the old one and its access tokens die."""
        issued = rotate_refresh_token(self.validated(request)["refresh"])
        return Response({"refresh": issued.secret})


class TokenBlacklistAPI(TenonAPIView):
    """A refresh token is revoked."""

    permission_required = ViewClassPermission(POST=all_permissions.credentials_own)
    serializer_class = RefreshSerializer

    @operation(
        tag="Tokens",
        summary="Revoke an own refresh token",
        description="Takes the whole token, or the form without signature that the list shows.",
        request=RefreshSerializer,
        request_example={"refresh": examples.CUT_REFRESH},
        status=204,
    )
    def post(self, request: Request) -> Response:
        """Revoke; 404 when there is no such live token."""
        revoke_refresh_token(token=self.validated(request)["refresh"], actor=self.principal)
        return Response(status=204)


class CurrentUserTokenAPI(TenonAPIView):
    """The key of Label Studio's older clients."""

    permission_required = ViewClassPermission(GET=all_permissions.credentials_own)
    serializer_class = SdkTokenSerializer

    @operation(
        tag="Tokens",
        summary="Show the key in use",
        description=(
            "Only digests of keys are kept. A caller that uses an API key gets that key back; "
            "any other gets null and makes a key by `POST api/current-user/reset-token/`."
        ),
        response=SdkTokenSerializer,
        example={"token": "tnk_0a1b2c3d4e5f..."},
    )
    def get(self, request: Request) -> Response:
        """Answer with the key that the caller itself has sent."""
        if self.principal.credential == "api_key":
            header = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")[2].strip()
            return Response({"token": header or request.META.get("HTTP_X_API_KEY")})
        detail = "Only digests of keys are kept: POST api/current-user/reset-token/ makes a new one."
        return Response({"token": None, "detail": detail})


class ResetTokenAPI(TenonAPIView):
    """A new key for Label Studio's older clients."""

    permission_required = ViewClassPermission(POST=all_permissions.credentials_own)
    serializer_class = SdkTokenSerializer

    @operation(
        tag="Tokens",
        summary="Replace the SDK token",
        description="Revokes the key named `SDK token` and the key in use; the new key is shown once.",
        response=SdkTokenSerializer,
        status=201,
        example={"token": "tnk_0a1b2c3d4e5f..."},
    )
    def post(self, request: Request) -> Response:  # noqa: ARG002
        """Answer with the new key."""
        return Response({"token": reset_sdk_token(actor=self.principal).secret}, status=201)
