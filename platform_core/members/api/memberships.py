"""`api/organizations/{id}/memberships`: members in Label Studio's form."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.errors import MethodNotAllowedError
from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.events.actions import WebhookAction, api_webhook
from platform_core.members.api import examples
from platform_core.members.api.organizations import refuse_foreign_organization
from platform_core.members.api.pagination import MemberPagination, roles_parameter, text_parameter
from platform_core.members.api.serializers import UserSerializer
from platform_core.members.models import Member
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.members.queries.contributions import annotation_count, contributed_projects, created_projects
from platform_core.members.queries.organization import organization_card
from platform_core.members.queries.people import matching, member_here, members_here, ordered
from platform_core.members.services.membership import remove_member

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})


class ProjectInShortSerializer(serializers.Serializer[Any]):
    """A project in short."""

    id = serializers.IntegerField(help_text="Id of the project.")
    title = serializers.CharField(help_text="Its title.")


class MembershipSerializer(serializers.Serializer[Any]):
    """A membership in a list."""

    id = serializers.IntegerField(help_text="User id.")
    organization = serializers.IntegerField(help_text="Id of the organization.")
    user = UserSerializer(help_text="The member.")
    role = serializers.CharField(help_text="Role code.")
    created_projects = ProjectInShortSerializer(many=True, allow_null=True, help_text="Null unless asked for.")
    contributed_to_projects = ProjectInShortSerializer(many=True, allow_null=True, help_text="Null unless asked for.")


class MembershipFilterSerializer(serializers.Serializer[Any]):
    """The query string of the list, in the SDK's words."""

    exclude_project_id = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    user__last_activity__gte = serializers.DateTimeField(required=False)
    user__last_activity__lte = serializers.DateTimeField(required=False)


class MembershipDetailSerializer(serializers.Serializer[Any]):
    """One membership with figures."""

    user = serializers.IntegerField(help_text="User id.")
    organization = serializers.IntegerField(help_text="Id of the organization.")
    annotations_count = serializers.IntegerField(help_text="Annotations of the member.")
    contributed_projects_count = serializers.IntegerField(help_text="Projects the member annotated in.")
    created_at = serializers.DateTimeField(help_text="Start of the membership (UTC).")


def _flag(request: Request, name: str) -> bool:
    return request.query_params.get(name, "").lower() in TRUE_WORDS


class MembershipListAPI(TenonAPIView):
    """Members of the organization, in pages."""

    permission_required = ViewClassPermission(GET=all_permissions.members_view)
    serializer_class = MembershipSerializer
    pagination_class = MemberPagination

    @operation(
        tag="Organizations",
        summary="List memberships",
        response=MembershipSerializer(many=True),
        example={
            "count": 1,
            "next": None,
            "previous": None,
            "results": [
                {
                    "id": 7,
                    "organization": 1,
                    "user": examples.USER,
                    "role": "RE",
                    "created_projects": None,
                    "contributed_to_projects": None,
                }
            ],
        },
        parameters=[
            OpenApiParameter("search", str, description="Part of an address or name."),
            OpenApiParameter("role", str, description="Role codes, separated by commas."),
            OpenApiParameter("is_deleted", bool, description="Former members instead."),
            OpenApiParameter("exclude_project_id", int, description="Leave out who was given this project in person."),
            OpenApiParameter("user__last_activity__gte", datetime, description="Last request then or later."),
            OpenApiParameter("user__last_activity__lte", datetime, description="Last request then or earlier."),
            OpenApiParameter("ordering", str, description="A field, with a minus for descending; else by id."),
            OpenApiParameter("tags", str, description="Members have no tags: any tag gives an empty page."),
            OpenApiParameter("contributed_to_projects", bool, description="Add projects made and worked on."),
        ],
    )
    def get(self, request: Request, pk: int) -> Response:
        """Answer with a page of members."""
        refuse_foreign_organization(pk)
        wanted = MembershipFilterSerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        found: dict[str, Any] = wanted.validated_data
        members = matching(
            members_here(removed=_flag(request, "is_deleted")),
            search=text_parameter(request, "search"),
            roles=roles_parameter(request),
            not_in_project=found.get("exclude_project_id"),
            active_since=found.get("user__last_activity__gte"),
            active_until=found.get("user__last_activity__lte"),
        )
        members = ordered(members, text_parameter(request, "ordering"))
        if text_parameter(request, "tags"):
            members = members.none()
        page: list[Member] = list(self.paginate_queryset(members) or [])
        return self.get_paginated_response(self._items(page, with_projects=_flag(request, "contributed_to_projects")))

    def _items(self, page: list[Member], *, with_projects: bool) -> list[Any]:
        card = organization_card()
        ids = [member.pk for member in page]
        created = created_projects(ids) if with_projects else None
        contributed = contributed_projects(ids) if with_projects else None
        rows = [
            {
                "id": member.pk,
                "organization": card.id,
                "user": member,
                "role": member.role,
                "created_projects": None if created is None else created.get(member.pk, []),
                "contributed_to_projects": None if contributed is None else contributed.get(member.pk, []),
            }
            for member in page
        ]
        return list(MembershipSerializer(rows, many=True, context={"organization": card}).data)


class MembershipAPI(TenonAPIView):
    """One membership."""

    permission_required = ViewClassPermission(GET=all_permissions.members_view, DELETE=all_permissions.members_remove)
    serializer_class = MembershipDetailSerializer

    @operation(
        tag="Organizations",
        summary="Show a membership",
        response=MembershipDetailSerializer,
        example={
            "user": 7,
            "organization": 1,
            "annotations_count": 120,
            "contributed_projects_count": 3,
            "created_at": "2026-11-01T08:00:00.000000Z",
        },
    )
    def get(self, request: Request, pk: int, user_pk: int) -> Response:  # noqa: ARG002
        """Answer with one membership."""
        refuse_foreign_organization(pk)
        member = member_here(user_pk)
        body = {
            "user": member.pk,
            "organization": pk,
            "annotations_count": annotation_count(member.pk),
            "contributed_projects_count": len(contributed_projects([member.pk]).get(member.pk, [])),
            "created_at": member.created_at,
        }
        return Response(MembershipDetailSerializer(body).data)

    @api_webhook(WebhookAction.MEMBER_REMOVED)
    @operation(tag="Organizations", summary="End a membership", status=204)
    def delete(self, request: Request, pk: int, user_pk: int) -> Response:  # noqa: ARG002
        """Remove a member; one's own membership ends at `api/members/leave/`."""
        refuse_foreign_organization(pk)
        if user_pk == self.principal.id:
            raise MethodNotAllowedError("Your own membership ends by POST api/members/leave/.")
        remove_member(member_id=user_pk, actor=self.principal)
        return Response(status=204)
