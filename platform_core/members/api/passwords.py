"""Reset of a password by mail; the same on every host, for the account is global."""

from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.accounts.api.authentication import SameSiteOnly
from platform_core.accounts.services.passwords import request_reset
from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.members.api.auth_bodies import DetailSerializer, EmailOnlySerializer, PasswordResetConfirmSerializer
from platform_core.members.permissions import PUBLIC, ViewClassPermission
from platform_core.members.services.sign_in import reset_password

SENT = "A mail is on its way to this address."


class PasswordResetAPI(TenonAPIView):
    """A mail with a reset link."""

    authentication_classes = [SameSiteOnly]
    permission_required = ViewClassPermission(POST=PUBLIC)
    serializer_class = EmailOnlySerializer

    @operation(
        tag="Sign-in",
        summary="Ask for a password reset",
        description="The answer is the same for known and unknown addresses. The link works once, for an hour.",
        request=EmailOnlySerializer,
        request_example={"email": "amelia@aero.example"},
        response=DetailSerializer,
        status=202,
        example={"detail": SENT},
    )
    def post(self, request: Request) -> Response:
        """Send the mail."""
        request_reset(self.validated(request)["email"])
        return Response({"detail": SENT}, status=202)


class PasswordResetConfirmAPI(TenonAPIView):
    """A new password by a reset link."""

    authentication_classes = [SameSiteOnly]
    permission_required = ViewClassPermission(POST=PUBLIC)
    serializer_class = PasswordResetConfirmSerializer

    @operation(
        tag="Sign-in",
        summary="Set a password by a reset link",
        description="Ends every session and refresh token of the account; API keys stay.",
        request=PasswordResetConfirmSerializer,
        request_example={"uid": "Nw", "token": "d0x1y2-0123456789abcdef", "new_password": "correct-horse-2"},
        status=204,
    )
    def post(self, request: Request) -> Response:
        """Set the password."""
        reset_password(**self.validated(request))
        return Response(status=204)
