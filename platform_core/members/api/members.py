"""`api/members/`: who belongs here, in which role."""

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.events.actions import WebhookAction, api_webhook
from platform_core.members.api import examples
from platform_core.members.api.pagination import MemberPagination, roles_parameter, text_parameter
from platform_core.members.api.serializers import MemberSerializer, RoleSerializer
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.members.queries.people import matching, member_here, members_here
from platform_core.members.services.membership import change_role, remove_member


class MemberListAPI(TenonAPIView):
    """Members of the organization."""

    permission_required = ViewClassPermission(GET=all_permissions.members_view)
    serializer_class = MemberSerializer
    pagination_class = MemberPagination

    @operation(
        tag="Members",
        summary="List members",
        response=MemberSerializer(many=True),
        example={"count": 1, "next": None, "previous": None, "results": [examples.MEMBER]},
        parameters=[
            OpenApiParameter("search", str, description="Part of an address or name."),
            OpenApiParameter("role", str, description="Role codes, separated by commas."),
        ],
    )
    def get(self, request: Request) -> Response:
        """Answer with a page of members, oldest id first."""
        members = matching(members_here(), search=text_parameter(request, "search"), roles=roles_parameter(request))
        page = self.paginate_queryset(members)
        return self.get_paginated_response(MemberSerializer(page, many=True).data)


class MemberAPI(TenonAPIView):
    """One member."""

    permission_required = ViewClassPermission(
        GET=all_permissions.members_view, PATCH=all_permissions.members_change, DELETE=all_permissions.members_remove
    )
    serializer_class = RoleSerializer

    @operation(tag="Members", summary="Show a member", response=MemberSerializer, example=examples.MEMBER)
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Answer with one member."""
        return Response(MemberSerializer(member_here(pk)).data)

    @api_webhook(WebhookAction.MEMBER_ROLE_CHANGED)
    @operation(
        tag="Members",
        summary="Change a member's role",
        description=(
            "Gives a built-in role, or with `custom_role` one of the organization's own. Neither the old nor the new "
            "role may be above the caller's own. The last owner stays owner."
        ),
        request=RoleSerializer,
        request_example={"role": "MA"},
        response=MemberSerializer,
        example={**examples.MEMBER, "role": "MA"},
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Give another role."""
        member = change_role(member_id=pk, actor=self.principal, **self.validated(request))
        return Response(MemberSerializer(member).data)

    @api_webhook(WebhookAction.MEMBER_REMOVED)
    @operation(tag="Members", summary="Remove a member", status=204)
    def delete(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """End the membership, with all its credentials."""
        remove_member(member_id=pk, actor=self.principal)
        return Response(status=204)


class LeaveAPI(TenonAPIView):
    """The caller leaves."""

    permission_required = ViewClassPermission(POST=all_permissions.credentials_own)
    serializer_class = MemberSerializer

    @api_webhook(WebhookAction.MEMBER_REMOVED)
    @operation(tag="Members", summary="Leave the organization", description="The last owner cannot leave.", status=204)
    def post(self, request: Request) -> Response:  # noqa: ARG002
        """End the own membership, with all its credentials."""
        remove_member(member_id=self.principal.id, actor=self.principal)
        return Response(status=204)
