"""`api/account/` on the public host: one's own account."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.accounts.api.views import AccountAPIView
from platform_core.accounts.models import User
from platform_core.accounts.preferences import is_time_zone
from platform_core.accounts.principal import ACCOUNT_OWN
from platform_core.accounts.services.profile import change_profile
from platform_core.api.errors import NotFoundError
from platform_core.api.operations import operation
from platform_core.members.permissions import ViewClassPermission

PREFERENCES = [
    *("time_format", "date_format", "date_separator", "datetime_separator", "decimal_separator"),
    *("list_separator", "time_zone"),
]
EXAMPLE = {
    "id": 7,
    "email": "amelia@aero.example",
    "first_name": "Amelia",
    "last_name": "Earhart",
    "full_name": "Amelia Earhart",
    "user_profile": "",
    "time_format": "24H",
    "date_format": "DMY",
    "date_separator": "/",
    "datetime_separator": " ",
    "decimal_separator": ",",
    "list_separator": ",",
    "time_zone": "Europe/Berlin",
    "date_joined": "2026-11-01T08:00:00.000000Z",
}


class ProfileSerializer(serializers.ModelSerializer[User]):
    """An account with its preferences."""

    full_name = serializers.CharField(source="get_full_name", read_only=True, help_text="Both names, or the address.")

    class Meta:
        model = User
        fields = ["id", "email", "first_name", "last_name", "full_name", "user_profile", *PREFERENCES, "date_joined"]
        read_only_fields = ["id", "email", "date_joined"]
        # What separates date and time may be a space, which trimming would take away.
        extra_kwargs = {"user_profile": {"max_length": 10_000}}

    def validate_time_zone(self, value: str) -> str:
        """Take the names of the time zone database alone."""
        if not is_time_zone(value):
            raise serializers.ValidationError("No time zone has this name; it is one such as Europe/Berlin.")
        return value


class ProfileAPI(AccountAPIView):
    """One's own account."""

    serializer_class = ProfileSerializer
    permission_required = ViewClassPermission(GET=ACCOUNT_OWN, PATCH=ACCOUNT_OWN)

    @operation(tag="Sign-in", summary="Read one's own account", response=ProfileSerializer, example=EXAMPLE)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Return account and preferences."""
        user = User.objects.filter(pk=self.holder.id).first()
        if user is None:
            raise NotFoundError("The account does not exist any more.")
        return Response(ProfileSerializer(user).data)

    @operation(
        tag="Sign-in",
        summary="Change one's own account",
        request=ProfileSerializer(partial=True),
        request_example={"date_format": "MDY", "decimal_separator": "."},
        response=ProfileSerializer,
        example=EXAMPLE,
    )
    def patch(self, request: Request) -> Response:
        """Change names, profile text and preferences; the address stays."""
        user = change_profile(user_id=self.holder.id, values=self.validated(request, partial=True))
        return Response(ProfileSerializer(user).data)
