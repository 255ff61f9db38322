"""`api/auth/...` on the public host: sign-up, sign-in, sign-out, change of password."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.accounts.api.authentication import SameSiteOnly
from platform_core.accounts.api.views import AccountAPIView
from platform_core.accounts.models import User
from platform_core.accounts.principal import ACCOUNT_OWN
from platform_core.accounts.services.passwords import accept_sign_in, check_credentials
from platform_core.accounts.services.sessions import close_account_session, open_account_session
from platform_core.accounts.services.sign_up import confirm_sign_up, request_sign_up
from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.members.api.auth import fresh_csrf_token, session_of
from platform_core.members.api.auth_bodies import (
    DetailSerializer,
    EmailOnlySerializer,
    LoginSerializer,
    PasswordChangeSerializer,
)
from platform_core.members.api.passwords import SENT
from platform_core.members.permissions import PUBLIC, ViewClassPermission
from platform_core.members.services.sign_in import change_password


class SignUpConfirmSerializer(serializers.Serializer[Any]):
    """Token of the mail, and what the account gets."""

    token = serializers.CharField(max_length=600, help_text="Token of the mail.")
    password = serializers.CharField(max_length=256, trim_whitespace=False, help_text="Password of the new account.")
    first_name = serializers.CharField(max_length=140, allow_blank=True, default="", help_text="Given name.")
    last_name = serializers.CharField(max_length=140, allow_blank=True, default="", help_text="Family name.")


class AccountSerializer(serializers.Serializer[Any]):
    """An account."""

    id = serializers.IntegerField(help_text="User id, the same in every organization.")
    email = serializers.EmailField(help_text="Address.")
    first_name = serializers.CharField(allow_null=True, help_text="Given name.")
    last_name = serializers.CharField(allow_null=True, help_text="Family name.")
    date_joined = serializers.DateTimeField(help_text="When the account was made (UTC).")


class SignedInSerializer(serializers.Serializer[Any]):
    """The signed-in account."""

    user = AccountSerializer(help_text="The account.")
    csrf_token = serializers.CharField(help_text="Value for the header X-CSRFToken of writes.")


ACCOUNT_EXAMPLE = {
    "id": 7,
    "email": "amelia@aero.example",
    "first_name": "Amelia",
    "last_name": "Earhart",
    "date_joined": "2026-11-01T08:00:00.000000Z",
}
SIGNED_IN_EXAMPLE = {"user": ACCOUNT_EXAMPLE, "csrf_token": "b4nT...x9"}


def _sign_in(request: Request, user: User) -> dict[str, Any]:
    open_account_session(session=session_of(request), user=user)
    return {"user": AccountSerializer(user).data, "csrf_token": fresh_csrf_token(request)}


class SignUpAPI(TenonAPIView):
    """First step of a sign-up: a mail."""

    authentication_classes = [SameSiteOnly]
    permission_required = ViewClassPermission(POST=PUBLIC)
    serializer_class = EmailOnlySerializer

    @operation(
        tag="Sign-in",
        summary="Sign up: get a mail",
        description="The answer is the same for known and unknown addresses. The mailed token works for a day.",
        request=EmailOnlySerializer,
        request_example={"email": "amelia@aero.example"},
        response=DetailSerializer,
        status=202,
        example={"detail": SENT},
    )
    def post(self, request: Request) -> Response:
        """Send the mail."""
        request_sign_up(self.validated(request)["email"])
        return Response({"detail": SENT}, status=202)


class SignUpConfirmAPI(TenonAPIView):
    """Second step of a sign-up: the account."""

    authentication_classes = [SameSiteOnly]
    permission_required = ViewClassPermission(POST=PUBLIC)
    serializer_class = SignUpConfirmSerializer

    @operation(
        tag="Sign-in",
        summary="Sign up: make the account",
        description="Signs in at once.",
        request=SignUpConfirmSerializer,
        request_example={
            "token": "ImFtZWxpYSI:1t...",
            "password": "correct-horse-1",
            "first_name": "Amelia",
            "last_name": "Earhart",
        },
        response=SignedInSerializer,
        status=201,
        example=SIGNED_IN_EXAMPLE,
    )
    def post(self, request: Request) -> Response:
        """Make the account and sign in."""
        user = confirm_sign_up(**self.validated(request))
        return Response(_sign_in(request, user), status=201)


class AccountLoginAPI(TenonAPIView):
    """Sign-in on the public host."""

    authentication_classes = [SameSiteOnly]
    permission_required = ViewClassPermission(POST=PUBLIC)
    serializer_class = LoginSerializer

    @operation(
        tag="Sign-in",
        summary="Sign in on the public host",
        description="Sets a session cookie. Tokens belong to organizations: ask their own host for them.",
        request=LoginSerializer,
        request_example={"email": "amelia@aero.example", "password": "correct-horse-1"},
        response=SignedInSerializer,
        example=SIGNED_IN_EXAMPLE,
    )
    def post(self, request: Request) -> Response:
        """Sign in."""
        data = self.validated(request)
        user = check_credentials(email=data["email"], password=data["password"])
        accept_sign_in(user)
        return Response(_sign_in(request, user))


class AccountLogoutAPI(AccountAPIView):
    """Sign-out on the public host."""

    permission_required = ViewClassPermission(POST=ACCOUNT_OWN)
    serializer_class = LoginSerializer

    @operation(tag="Sign-in", summary="Sign out on the public host", status=204)
    def post(self, request: Request) -> Response:
        """End the session."""
        close_account_session(session=session_of(request), user_id=self.holder.id)
        return Response(status=204)


class AccountPasswordChangeAPI(AccountAPIView):
    """Change of the own password on the public host."""

    permission_required = ViewClassPermission(POST=ACCOUNT_OWN)
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
        change_password(user_id=self.holder.id, **self.validated(request))
        session_of(request).flush()
        return Response(status=204)
