"""`api/invite...`: the organization's open link, and invitations in the SDK's words."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.accounts.api.authentication import SameSiteOnly
from platform_core.accounts.services.links import organization_url
from platform_core.api.errors import PermissionDeniedError
from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.members.api.auth_bodies import DetailSerializer
from platform_core.members.api.pagination import text_parameter
from platform_core.members.api.passwords import SENT
from platform_core.members.api.serializers import RoleToGiveSerializer
from platform_core.members.permissions import PUBLIC, ViewClassPermission, all_permissions
from platform_core.members.queries.organization import organization_card, organization_domains
from platform_core.members.queries.policies import open_link_secret
from platform_core.members.services.invitations import (
    ask_to_join,
    invite_many,
    open_link_policy,
    revoke_invitations_of,
)
from platform_core.members.services.policies import close_open_link, reset_open_link
from platform_core.projects.queries import visible_project

JOIN_PATH = "/api/invite/join/"
MAX_ADDRESSES = 100
EXAMPLE = {
    "token": "d2hhdGV2ZXI",
    "invite_url": "https://aero.tenon.example/api/invite/join/?token=d2hhdGV2ZXI",
}


class OpenLinkSerializer(serializers.Serializer[Any]):
    """The open link."""

    token = serializers.CharField(allow_null=True, help_text="Its secret; null while there is none.")
    invite_url = serializers.CharField(allow_null=True, help_text="The link; null while there is none.")


class SendInvitesSerializer(RoleToGiveSerializer):
    """Addresses to invite; other keys are ignored, as the SDK sends Enterprise's."""

    emails = serializers.ListField(
        child=serializers.EmailField(max_length=254),
        min_length=1,
        max_length=MAX_ADDRESSES,
        help_text="Addresses to invite.",
    )
    projects = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        default=list,
        max_length=1000,
        help_text="Projects that the newcomers get access to.",
    )


class SentSerializer(serializers.Serializer[Any]):
    """Who was invited."""

    emails = serializers.ListField(child=serializers.EmailField(), help_text="Addresses that got a mail.")


class RevokeInviteSerializer(serializers.Serializer[Any]):
    """Whose invitation to withdraw."""

    email = serializers.EmailField(max_length=254, help_text="Address that was invited.")


class JoinSerializer(serializers.Serializer[Any]):
    """Who wants to join."""

    token = serializers.CharField(max_length=200, help_text="Token of the open link.")
    email = serializers.EmailField(max_length=254, help_text="One's own address; the invitation goes there.")


class JoinCardSerializer(serializers.Serializer[Any]):
    """What one would join."""

    title = serializers.CharField(help_text="Display name of the organization.")
    role = serializers.CharField(help_text="Role code of newcomers.")
    detail = serializers.CharField(help_text="How to join.")


def _link(secret: str | None) -> dict[str, str | None]:
    url = organization_url(organization_domains()[0], JOIN_PATH) if secret else None
    return {"token": secret, "invite_url": f"{url}?token={secret}" if url else None}


class OpenLinkAPI(TenonAPIView):
    """The open link of the organization."""

    permission_required = ViewClassPermission(GET=all_permissions.members_invite, DELETE=all_permissions.members_invite)
    serializer_class = OpenLinkSerializer

    @operation(
        tag="Invitations",
        summary="Show the open link",
        description="Null until `POST api/invite/reset-token` makes one: nobody joins by a link nobody has made.",
        response=OpenLinkSerializer,
        example=EXAMPLE,
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Answer with the link."""
        return Response(_link(open_link_secret()))

    @operation(tag="Invitations", summary="Switch the open link off", status=204)
    def delete(self, request: Request) -> Response:  # noqa: ARG002
        """End the link; invitations that came by it die."""
        close_open_link(actor=self.principal)
        return Response(status=204)


class ResetOpenLinkAPI(TenonAPIView):
    """A new open link."""

    permission_required = ViewClassPermission(POST=all_permissions.members_invite)
    serializer_class = OpenLinkSerializer

    @operation(
        tag="Invitations",
        summary="Make a new open link",
        description="The former one dies, with the invitations that came by it.",
        response=OpenLinkSerializer,
        status=201,
        example=EXAMPLE,
    )
    def post(self, request: Request) -> Response:  # noqa: ARG002
        """Make the link, and switch it on."""
        return Response(_link(reset_open_link(actor=self.principal)), status=201)


class SendInvitesAPI(TenonAPIView):
    """Invitations of several addresses at once."""

    permission_required = ViewClassPermission(POST=all_permissions.members_invite)
    serializer_class = SendInvitesSerializer

    @operation(
        tag="Invitations",
        summary="Invite addresses",
        description="All or none. Giving access to projects needs `projects.change`.",
        request=SendInvitesSerializer,
        request_example={"emails": ["new@aero.example"], "role": "AN", "projects": [3]},
        response=SentSerializer,
        example={"emails": ["new@aero.example"]},
    )
    def post(self, request: Request) -> Response:
        """Mail the invitations."""
        data = self.validated(request)
        if data["projects"] and not self.principal.can(all_permissions.projects_change):
            raise PermissionDeniedError(data={"permission": all_permissions.projects_change})
        projects = [visible_project(self.principal, pk).pk for pk in sorted(set(data["projects"]))]
        rows = invite_many(emails=data["emails"], give=data["give"], actor=self.principal, projects=projects)
        return Response({"emails": [row.email for row in rows]})


class RevokeInviteAPI(TenonAPIView):
    """The end of an invitation, by its address."""

    permission_required = ViewClassPermission(POST=all_permissions.members_invite)
    serializer_class = RevokeInviteSerializer

    @operation(
        tag="Invitations",
        summary="Revoke the invitation of an address",
        request=RevokeInviteSerializer,
        request_example={"email": "new@aero.example"},
        status=204,
    )
    def post(self, request: Request) -> Response:
        """Withdraw it."""
        revoke_invitations_of(email=self.validated(request)["email"], actor=self.principal)
        return Response(status=204)


class JoinAPI(TenonAPIView):
    """What the open link leads to."""

    authentication_classes = [SameSiteOnly]
    permission_required = ViewClassPermission(GET=PUBLIC, POST=PUBLIC)
    serializer_class = JoinSerializer

    @operation(
        tag="Invitations",
        summary="See what the open link leads to",
        response=JoinCardSerializer,
        example={"title": "Aero", "role": "AN", "detail": "Send token and email by POST to this address."},
        parameters=[OpenApiParameter("token", str, description="Token of the link.")],
    )
    def get(self, request: Request) -> Response:
        """Answer with the organization's name."""
        policy = open_link_policy(text_parameter(request, "token"))
        detail = "Send token and email by POST to this address; the invitation comes by mail."
        return Response({"title": organization_card().name, "role": policy.default_role, "detail": detail})

    @operation(
        tag="Invitations",
        summary="Join by the open link",
        description="Mails an invitation to the address: so nobody joins under an address that is not theirs.",
        request=JoinSerializer,
        request_example={"token": "d2hhdGV2ZXI", "email": "new@aero.example"},
        response=DetailSerializer,
        status=202,
        example={"detail": SENT},
    )
    def post(self, request: Request) -> Response:
        """Send the mail."""
        data = self.validated(request)
        ask_to_join(secret=data["token"], email=data["email"])
        return Response({"detail": SENT}, status=202)
