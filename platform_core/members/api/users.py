"""`api/users/`, `api/current-user/...`: members, as Label Studio's clients know users."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.events.actions import WebhookAction, api_webhook
from platform_core.members.api import examples
from platform_core.members.api.serializers import (
    HotkeysSerializer,
    InvitedUserSerializer,
    UserChangeSerializer,
    UserCreateSerializer,
    UserSerializer,
    WhoamiSerializer,
)
from platform_core.members.models import Member
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.members.queries.organization import organization_card
from platform_core.members.queries.people import member_here, members_here
from platform_core.members.services.invitations import invite
from platform_core.members.services.membership import remove_member
from platform_core.members.services.profile import change_card, refuse_email_change


def user_body(member: Member) -> dict[str, Any]:
    """Return a member as Label Studio's clients know users."""
    body: dict[str, Any] = UserSerializer(member, context={"organization": organization_card()}).data
    return body


class WhoamiAPI(TenonAPIView):
    """The acting member."""

    permission_required = ViewClassPermission(GET=all_permissions.organization_view)
    serializer_class = WhoamiSerializer

    @operation(tag="Users", summary="Show who acts", response=WhoamiSerializer, example=examples.WHOAMI)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Answer with the acting member and its permissions."""
        context = {"organization": organization_card(), "permissions": self.principal.permissions}
        return Response(WhoamiSerializer(member_here(self.principal.id), context=context).data)


class UserListAPI(TenonAPIView):
    """Members of the organization."""

    permission_required = ViewClassPermission(GET=all_permissions.members_view, POST=all_permissions.members_invite)
    serializer_class = UserCreateSerializer

    @operation(tag="Users", summary="List users", response=UserSerializer(many=True), example=[examples.USER])
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Answer with all members, oldest id first."""
        context = {"organization": organization_card()}
        return Response(UserSerializer(members_here(), many=True, context=context).data)

    @operation(
        tag="Users",
        summary="Invite a user",
        description=(
            "Sends an invitation. The answer is the same whether the address has an account or not; "
            "the user appears, with an id, once the invitation is accepted."
        ),
        request=UserCreateSerializer,
        request_example={"email": "new@aero.example", "role": "AN"},
        response=InvitedUserSerializer,
        status=201,
        example=examples.INVITED_USER,
    )
    def post(self, request: Request) -> Response:
        """Invite an address."""
        data = self.validated(request)
        row = invite(email=data["email"], role=data["role"], actor=self.principal)
        body = {
            "id": None,
            "email": row.email,
            "username": row.email,
            "first_name": "",
            "last_name": "",
            "role": row.role,
            "invitation": row.pk,
            "expires_at": row.expires_at,
        }
        return Response(InvitedUserSerializer(body).data, status=201)


class UserAPI(TenonAPIView):
    """One member."""

    permission_required = ViewClassPermission(
        GET=all_permissions.members_view, PATCH=all_permissions.credentials_own, DELETE=all_permissions.members_remove
    )
    serializer_class = UserChangeSerializer

    @operation(tag="Users", summary="Show a user", response=UserSerializer, example=examples.USER)
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Answer with one member."""
        return Response(user_body(member_here(pk)))

    @operation(
        tag="Users",
        summary="Change a user",
        description="Changes how a member is shown here; others' cards need `members.change`. The account stays.",
        request=UserChangeSerializer,
        request_example={"first_name": "Amelia"},
        response=UserSerializer,
        example=examples.USER,
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Change a member's card."""
        refuse_email_change(request.data)
        data = self.validated(request, partial=True)
        return Response(user_body(change_card(member_id=pk, changes=data, actor=self.principal)))

    @api_webhook(WebhookAction.MEMBER_REMOVED)
    @operation(tag="Users", summary="Remove a user from the organization", status=204)
    def delete(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """End the membership; the account stays."""
        remove_member(member_id=pk, actor=self.principal)
        return Response(status=204)


class HotkeysAPI(TenonAPIView):
    """Hotkeys of the acting member."""

    permission_required = ViewClassPermission(
        GET=all_permissions.organization_view, PATCH=all_permissions.credentials_own
    )
    serializer_class = HotkeysSerializer
    example = {"custom_hotkeys": {"annotation:submit": {"key": "ctrl+enter", "active": True}}}

    @operation(tag="Users", summary="Show own hotkeys", response=HotkeysSerializer, example=example)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Answer with the hotkeys."""
        return Response({"custom_hotkeys": member_here(self.principal.id).custom_hotkeys})

    @operation(
        tag="Users",
        summary="Set own hotkeys",
        request=HotkeysSerializer,
        request_example=example,
        response=HotkeysSerializer,
        example=example,
    )
    def patch(self, request: Request) -> Response:
        """Replace the hotkeys."""
        member = change_card(member_id=self.principal.id, changes=self.validated(request), actor=self.principal)
        return Response({"custom_hotkeys": member.custom_hotkeys})
