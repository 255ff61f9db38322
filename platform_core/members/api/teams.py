"""`api/teams/`: teams, their members and the links that lead to them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.members.api import examples
from platform_core.members.api.pagination import MemberPagination
from platform_core.members.api.serializers import MemberSerializer
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.members.queries.teams import live_links_of_team, members_of_team, team_here, teams_here
from platform_core.members.services.teams import (
    LINK_LIFETIME,
    LONGEST_LINK,
    add_user_to_team,
    change_team,
    create_team,
    delete_team,
    generate_link,
    join_by_link,
    remove_user_from_team,
    revoke_link,
)

MAX_ID = 2**63 - 1


class TeamSerializer(serializers.Serializer[Any]):
    """A team."""

    id = serializers.IntegerField(help_text="Identifier.")
    name = serializers.CharField(help_text="Name of the team.")
    admin = serializers.IntegerField(source="admin_id", allow_null=True, help_text="Member who runs it.")
    url = serializers.CharField(allow_null=True, help_text="Stable URL segment.")
    permission = serializers.CharField(help_text="Codename its members gain; empty for none.")
    member_count = serializers.IntegerField(help_text="Number of members.")
    created_at = serializers.DateTimeField(help_text="When it was made (UTC).")
    updated_at = serializers.DateTimeField(help_text="When it was last changed (UTC).")


class TeamWriteSerializer(serializers.Serializer[Any]):
    """What a team can be given."""

    name = serializers.CharField(max_length=200, help_text="Name of the team.")
    permission = serializers.CharField(
        max_length=100, allow_blank=True, required=False, help_text="Codename its members gain; it must be one's own."
    )
    admin = serializers.IntegerField(
        min_value=1, max_value=MAX_ID, required=False, help_text="Member who runs it; default oneself."
    )


class TeamMemberSerializer(serializers.Serializer[Any]):
    """A member to put into a team."""

    member = serializers.IntegerField(min_value=1, max_value=MAX_ID, help_text="User id.")


class LinkSerializer(serializers.Serializer[Any]):
    """A link that leads to a team."""

    id = serializers.UUIDField(help_text="Identifier of the link.")
    expires_at = serializers.DateTimeField(help_text="Worthless after this time (UTC).")
    created_at = serializers.DateTimeField(help_text="When it was made (UTC).")
    created_by = serializers.IntegerField(source="created_by_id", allow_null=True, help_text="Member who made it.")


class NewLinkSerializer(LinkSerializer):
    """A fresh link; the only answer that shows its token."""

    token = serializers.CharField(help_text="Token to post to `api/teams/join/`. It is shown this once.")


class LinkWriteSerializer(serializers.Serializer[Any]):
    """How long a link shall work."""

    hours = serializers.IntegerField(
        min_value=1,
        max_value=int(LONGEST_LINK.total_seconds() // 3600),
        default=int(LINK_LIFETIME.total_seconds() // 3600),
        help_text="Hours until it is worthless.",
    )


class JoinSerializer(serializers.Serializer[Any]):
    """Token of a link."""

    token = serializers.CharField(max_length=100, help_text="Token of the link.")


LINK_EXAMPLE = {
    "id": "0b9d6f0e-3c58-4c22-8f4b-6f6f0c7f1a55",
    "expires_at": "2026-11-27T12:00:00.000000Z",
    "created_at": "2026-11-20T12:00:00.000000Z",
    "created_by": 7,
}


class TeamListAPI(TenonAPIView):
    """Teams of the organization."""

    permission_required = ViewClassPermission(GET=all_permissions.teams_view, POST=all_permissions.teams_change)
    serializer_class = TeamWriteSerializer
    pagination_class = MemberPagination

    @operation(
        tag="Teams",
        summary="List teams",
        response=TeamSerializer(many=True),
        example={"count": 1, "next": None, "previous": None, "results": [examples.TEAM]},
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Answer with a page of teams, by name."""
        return self.get_paginated_response(TeamSerializer(self.paginate_queryset(teams_here()), many=True).data)

    @operation(
        tag="Teams",
        summary="Make a team",
        request=TeamWriteSerializer,
        request_example={"name": "Safety", "permission": "projects.export"},
        response=TeamSerializer,
        status=201,
        example=examples.TEAM,
    )
    def post(self, request: Request) -> Response:
        """Make a team; its admin is its first member."""
        data = self.validated(request)
        team = create_team(
            name=data["name"], permission=data.get("permission", ""), admin_id=data.get("admin"), actor=self.principal
        )
        return Response(TeamSerializer(team_here(team.pk)).data, status=201)


class TeamAPI(TenonAPIView):
    """One team."""

    permission_required = ViewClassPermission(
        GET=all_permissions.teams_view, PATCH=all_permissions.teams_change, DELETE=all_permissions.teams_change
    )
    serializer_class = TeamWriteSerializer

    @operation(tag="Teams", summary="Show a team", response=TeamSerializer, example=examples.TEAM)
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Answer with one team."""
        return Response(TeamSerializer(team_here(pk)).data)

    @operation(
        tag="Teams",
        summary="Change a team",
        request=TeamWriteSerializer,
        request_example={"permission": ""},
        response=TeamSerializer,
        example=examples.TEAM,
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Change name, permission or admin."""
        change_team(team_id=pk, changes=self.validated(request, partial=True), actor=self.principal)
        return Response(TeamSerializer(team_here(pk)).data)

    @operation(tag="Teams", summary="Delete a team", status=204)
    def delete(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Delete it with its memberships, links and grants."""
        delete_team(team_id=pk, actor=self.principal)
        return Response(status=204)


class TeamMemberListAPI(TenonAPIView):
    """Members of a team."""

    permission_required = ViewClassPermission(GET=all_permissions.teams_view, POST=all_permissions.teams_change)
    serializer_class = TeamMemberSerializer
    pagination_class = MemberPagination

    @operation(
        tag="Teams",
        summary="List the members of a team",
        response=MemberSerializer(many=True),
        example={"count": 1, "next": None, "previous": None, "results": [examples.MEMBER]},
    )
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Answer with a page of its members."""
        team_here(pk)
        return self.get_paginated_response(
            MemberSerializer(self.paginate_queryset(members_of_team(pk)), many=True).data
        )

    @operation(
        tag="Teams",
        summary="Put a member into a team",
        request=TeamMemberSerializer,
        request_example={"member": 7},
        response=TeamSerializer,
        status=201,
        example=examples.TEAM,
    )
    def post(self, request: Request, pk: int) -> Response:
        """Add the member; one who is in it already stays."""
        add_user_to_team(team_id=pk, member_id=self.validated(request)["member"], actor=self.principal)
        return Response(TeamSerializer(team_here(pk)).data, status=201)


class TeamMemberAPI(TenonAPIView):
    """One member of a team."""

    permission_required = ViewClassPermission(DELETE=all_permissions.teams_change)
    serializer_class = TeamMemberSerializer

    @operation(tag="Teams", summary="Take a member out of a team", status=204)
    def delete(self, request: Request, pk: int, member_pk: int) -> Response:  # noqa: ARG002
        """Remove the member from the team."""
        remove_user_from_team(team_id=pk, member_id=member_pk, actor=self.principal)
        return Response(status=204)


class TeamLinkListAPI(TenonAPIView):
    """Links that lead to a team."""

    pagination_class = None
    permission_required = ViewClassPermission(GET=all_permissions.teams_change, POST=all_permissions.teams_change)
    serializer_class = LinkWriteSerializer

    @operation(
        tag="Teams", summary="List the links of a team", response=LinkSerializer(many=True), example=[LINK_EXAMPLE]
    )
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Answer with the links that still work."""
        team_here(pk)
        return Response(LinkSerializer(live_links_of_team(pk), many=True).data)

    @operation(
        tag="Teams",
        summary="Make a link to a team",
        description="Members of the organization join by it until it expires or is revoked.",
        request=LinkWriteSerializer,
        request_example={"hours": 48},
        response=NewLinkSerializer,
        status=201,
        example={**LINK_EXAMPLE, "token": "d2hhdGV2ZXI"},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Make a link."""
        lifetime = timedelta(hours=self.validated(request)["hours"])
        issued = generate_link(team_id=pk, lifetime=lifetime, actor=self.principal)
        return Response({**LinkSerializer(issued.row).data, "token": issued.secret}, status=201)


class TeamLinkAPI(TenonAPIView):
    """One link of a team."""

    permission_required = ViewClassPermission(DELETE=all_permissions.teams_change)
    serializer_class = LinkSerializer

    @operation(tag="Teams", summary="Revoke a link to a team", status=204)
    def delete(self, request: Request, pk: int, link_pk: UUID) -> Response:  # noqa: ARG002
        """Withdraw the link."""
        revoke_link(team_id=pk, link_id=link_pk, actor=self.principal)
        return Response(status=204)


class JoinTeamAPI(TenonAPIView):
    """A member joins a team by its link."""

    permission_required = ViewClassPermission(POST=all_permissions.credentials_own)
    serializer_class = JoinSerializer

    @operation(
        tag="Teams",
        summary="Join a team by its link",
        request=JoinSerializer,
        request_example={"token": "d2hhdGV2ZXI"},
        response=TeamSerializer,
        example=examples.TEAM,
    )
    def post(self, request: Request) -> Response:
        """Join."""
        team = join_by_link(secret=self.validated(request)["token"], actor=self.principal)
        return Response(TeamSerializer(team_here(team.pk)).data)
