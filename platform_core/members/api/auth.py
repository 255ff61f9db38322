"""`api/auth/...` on an organization's host: sign-in, sign-out, change of password."""

from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.middleware.csrf import get_token, rotate_token
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.accounts.api.authentication import SameSiteOnly
from platform_core.api.errors import BadRequestError
from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.members.api import examples
from platform_core.members.api.auth_bodies import LoginSerializer, PasswordChangeSerializer
from platform_core.members.api.serializers import UserSerializer
from platform_core.members.api.users import user_body
from platform_core.members.models import Member
from platform_core.members.permissions import PUBLIC, ViewClassPermission, all_permissions
from platform_core.members.services.refresh_tokens import access_token_for, revoke_refresh_row
from platform_core.members.services.sign_in import (
    change_password,
    check_member_credentials,
    close_session,
    open_session,
    open_token,
)


class LoginAnswerSerializer(serializers.Serializer[Any]):
    """The signed-in member, with a CSRF token or with a pair of tokens."""

    user = UserSerializer(help_text="The member.")
    csrf_token = serializers.CharField(
        required=False, help_text="Value for the header X-CSRFToken of writes by cookie."
    )
    access = serializers.CharField(required=False, help_text="Access token, when `token` was asked for.")
    refresh = serializers.CharField(required=False, help_text="Refresh token, when `token` was asked for.")
    access_expires_at = serializers.DateTimeField(required=False, help_text="End of the access token (UTC).")
    refresh_expires_at = serializers.DateTimeField(required=False, help_text="End of the refresh token (UTC).")


def session_of(request: Request) -> SessionBase:
    """Return the session of a request, which the middleware has put there."""
    session: SessionBase = request._request.session  # noqa: SLF001
    return session


def fresh_csrf_token(request: Request) -> str:
    """Return a new CSRF token; the middleware sets its cookie."""
    rotate_token(request._request)  # noqa: SLF001
    return get_token(request._request)  # noqa: SLF001


class LoginAPI(TenonAPIView):
    """Sign-in with address and password."""

    authentication_classes = [SameSiteOnly]
    permission_required = ViewClassPermission(POST=PUBLIC)
    serializer_class = LoginSerializer

    @operation(
        tag="Sign-in",
        summary="Sign in",
        description="Sets a session cookie; with `token` it answers with an access and a refresh token instead.",
        request=LoginSerializer,
        request_example={"email": "amelia@aero.example", "password": "correct-horse-1"},
        response=LoginAnswerSerializer,
        example={"user": examples.USER, "csrf_token": "b4nT...x9"},
    )
    def post(self, request: Request) -> Response:
        """Sign in; 401 for a wrong address, a wrong password or somebody who is no member, without saying which."""
        data = self.validated(request)
        member = check_member_credentials(email=data["email"], password=data["password"])
        proof = self._tokens(member) if data["token"] else self._session(request, member)
        return Response({"user": user_body(member), **proof})

    def _session(self, request: Request, member: Member) -> dict[str, Any]:
        open_session(session=session_of(request), member=member)
        return {"csrf_token": fresh_csrf_token(request)}

    def _tokens(self, member: Member) -> dict[str, Any]:
        refresh = open_token(member=member)
        access = access_token_for(refresh.row)
        return {
            "access": access.token,
            "access_expires_at": access.expires_at,
            "refresh": refresh.secret,
            "refresh_expires_at": refresh.row.expires_at,
        }


class LogoutAPI(TenonAPIView):
    """Sign-out."""

    permission_required = ViewClassPermission(POST=all_permissions.credentials_own)
    serializer_class = LoginSerializer

    @operation(
        tag="Sign-in",
        summary="Sign out",
        description="Ends the session, or revokes the refresh token behind the access token in use.",
        status=204,
    )
    def post(self, request: Request) -> Response:
        """Sign out."""
        if self.principal.credential == "session":
            close_session(session=session_of(request), actor=self.principal)
        elif self.principal.credential == "access_token" and self.principal.credential_id is not None:
            revoke_refresh_row(row_id=self.principal.credential_id, actor=self.principal)
        else:
            raise BadRequestError("An API key is not signed in: revoke it by DELETE api/api-keys/{id}/.")
        return Response(status=204)


class PasswordChangeAPI(TenonAPIView):
    """Change of the own password."""

    permission_required = ViewClassPermission(POST=all_permissions.credentials_own)
    serializer_class = PasswordChangeSerializer

    @operation(
        tag="Sign-in",
        summary="Change the own password",
        description="Ends every session and refresh token of the account, this one too; API keys stay.",
        request=PasswordChangeSerializer,
        request_example={"current_password": "correct-horse-1", "new_password": "correct-horse-2"},
        status=204,
    )
    def post(self, request: Request) -> Response:
        """Change it."""
        change_password(user_id=self.principal.id, **self.validated(request))
        session_of(request).flush()
        return Response(status=204)
