"""`api/invites/`: invitations of an organization, and their acceptance on either kind of host."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.accounts.api.authentication import AccountSessionAuthentication
from platform_core.accounts.principal import AccountHolder
from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.events.actions import WebhookAction, api_webhook
from platform_core.members.api import examples
from platform_core.members.api.pagination import MemberPagination
from platform_core.members.api.serializers import RoleToGiveSerializer
from platform_core.members.models import Role
from platform_core.members.permissions import PUBLIC, ViewClassPermission, all_permissions
from platform_core.members.queries.teams import open_invitations
from platform_core.members.services.invitations import (
    Acceptance,
    accept_invitation,
    invite,
    organization_of_token,
    revoke_invitation,
)


class InvitationSerializer(serializers.Serializer[Any]):
    """An open invitation; its secret is in the mail only."""

    id = serializers.UUIDField(help_text="Identifier of the invitation.")
    email = serializers.EmailField(help_text="Address that may accept.")
    role = serializers.ChoiceField(
        choices=Role.choices, help_text="Role code on acceptance; of a custom role its base."
    )
    custom_role = serializers.UUIDField(
        source="custom_role_id", allow_null=True, help_text="Role of the organization's own, if it is one."
    )
    invited_by = serializers.IntegerField(source="invited_by_id", allow_null=True, help_text="Member who invited.")
    created_at = serializers.DateTimeField(help_text="When it was made (UTC).")
    expires_at = serializers.DateTimeField(help_text="Worthless after this time (UTC).")


class InviteSerializer(RoleToGiveSerializer):
    """An address to invite."""

    email = serializers.EmailField(max_length=254, help_text="Address to invite.")


class AcceptSerializer(serializers.Serializer[Any]):
    """Token of the mail, and who accepts."""

    token = serializers.CharField(max_length=200, help_text="Token of the mail.")
    password = serializers.CharField(
        max_length=256,
        trim_whitespace=False,
        required=False,
        allow_blank=True,
        default="",
        help_text="Password of the account, or one for a new account; not needed when signed in on the public host.",
    )
    first_name = serializers.CharField(
        max_length=140, allow_blank=True, default="", help_text="Given name of a new account."
    )
    last_name = serializers.CharField(
        max_length=140, allow_blank=True, default="", help_text="Family name of a new account."
    )


class AcceptedSerializer(serializers.Serializer[Any]):
    """The new membership."""

    user = serializers.IntegerField(help_text="User id.")
    email = serializers.EmailField(help_text="Address of the member.")
    role = serializers.CharField(help_text="Role code.")
    organization = serializers.IntegerField(help_text="Id of the organization.")
    organization_slug = serializers.CharField(help_text="Its name in addresses.")


class InviteListAPI(TenonAPIView):
    """Open invitations."""

    permission_required = ViewClassPermission(GET=all_permissions.members_invite, POST=all_permissions.members_invite)
    serializer_class = InviteSerializer
    pagination_class = MemberPagination

    @operation(
        tag="Invitations",
        summary="List open invitations",
        response=InvitationSerializer(many=True),
        example={"count": 1, "next": None, "previous": None, "results": [examples.INVITATION]},
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Answer with a page of open invitations, newest first."""
        page = self.paginate_queryset(open_invitations())
        return self.get_paginated_response(InvitationSerializer(page, many=True).data)

    @operation(
        tag="Invitations",
        summary="Invite an address",
        description=(
            "Mails a link that works once, for a week. A role above one's own cannot be given. `custom_role` names one "
            "of the organization's own roles; when that is deleted, the invitation ends."
        ),
        request=InviteSerializer,
        request_example={"email": "new@aero.example", "role": "AN"},
        response=InvitationSerializer,
        status=201,
        example=examples.INVITATION,
    )
    def post(self, request: Request) -> Response:
        """Invite; an open invitation of the same address is replaced."""
        data = self.validated(request)
        row = invite(email=data["email"], give=data["give"], actor=self.principal)
        return Response(InvitationSerializer(row).data, status=201)


class InviteAPI(TenonAPIView):
    """One open invitation."""

    permission_required = ViewClassPermission(DELETE=all_permissions.members_invite)
    serializer_class = InvitationSerializer

    @operation(tag="Invitations", summary="Revoke an invitation", status=204)
    def delete(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002
        """Withdraw it."""
        revoke_invitation(invitation_id=pk, actor=self.principal)
        return Response(status=204)


class AcceptInviteAPI(TenonAPIView):
    """Acceptance of an invitation, on the organization's host or on the public one."""

    authentication_classes = [AccountSessionAuthentication]
    permission_required = ViewClassPermission(POST=PUBLIC)
    serializer_class = AcceptSerializer

    @api_webhook(WebhookAction.MEMBER_ADDED)
    @operation(
        tag="Invitations",
        summary="Accept an invitation",
        description="With the password of one's account, with one for a new account, or signed in on the public host.",
        request=AcceptSerializer,
        request_example={"token": "1.d2hhdGV2ZXI", "password": "correct-horse-1"},
        response=AcceptedSerializer,
        status=201,
        example={"user": 9, "email": "new@aero.example", "role": "AN", "organization": 1, "organization_slug": "aero"},
    )
    def post(self, request: Request) -> Response:
        """Become a member."""
        data = self.validated(request)
        holder: object = request.user
        signed_in = holder.id if isinstance(holder, AccountHolder) and not data["password"] else None
        acceptance = Acceptance(
            signed_in_user_id=signed_in,
            password=data["password"],
            first_name=data["first_name"],
            last_name=data["last_name"],
        )
        member = accept_invitation(token=data["token"], acceptance=acceptance)
        organization, _secret = organization_of_token(data["token"])
        body = {
            "user": member.pk,
            "email": member.email,
            "role": member.role,
            "organization": organization.id,
            "organization_slug": organization.slug,
        }
        return Response(AcceptedSerializer(body).data, status=201)
