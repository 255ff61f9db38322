"""`api/users/`, `api/current-user/...`: members, as Label Studio's clients know users."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.events.actions import WebhookAction, api_webhook
from platform_core.members.api import examples
from platform_core.members.api.serializers import (
    HotkeysSerializer,
    InvitedUserSerializer,
    ProjectQuerySerializer,
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
from platform_core.members.services.profile import change_card, change_project_hotkeys, refuse_email_change
from platform_core.projects.queries import visible_project


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


class CurrentUserAPI(TenonAPIView):
    """The acting member's own card."""

    permission_required = ViewClassPermission(
        GET=all_permissions.organization_view, PATCH=all_permissions.credentials_own
    )
    serializer_class = UserChangeSerializer

    @operation(tag="Users", summary="Show one's own card", response=WhoamiSerializer, example=examples.WHOAMI)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Answer as `api/current-user/whoami`."""
        return Response(self._body())

    @operation(
        tag="Users",
        summary="Change one's own card",
        description="Changes how one is shown here. Address and password belong to the account, at the public host.",
        request=UserChangeSerializer,
        request_example={"first_name": "Amelia"},
        response=WhoamiSerializer,
        example=examples.WHOAMI,
    )
    def patch(self, request: Request) -> Response:
        """Change the own card."""
        refuse_email_change(request.data)
        change_card(member_id=self.principal.id, changes=self.validated(request, partial=True), actor=self.principal)
        return Response(self._body())

    def _body(self) -> dict[str, Any]:
        context = {"organization": organization_card(), "permissions": self.principal.permissions}
        return dict(WhoamiSerializer(member_here(self.principal.id), context=context).data)


class UserListAPI(TenonAPIView):
    """Members of the organization."""

    pagination_class = None
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
        row = invite(email=data["email"], give=data["give"], actor=self.principal)
        body = {
            "id": None,
            "email": row.email,
            "username": row.email,
            "first_name": "",
            "last_name": "",
            "role": row.role,
            "custom_role_id": row.custom_role_id,
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

    parameters = [
        OpenApiParameter("project", int, description="Hotkeys in this project: one's own for all, and over them its.")
    ]

    @operation(
        tag="Users",
        summary="Show own hotkeys",
        response=HotkeysSerializer,
        example=example,
        parameters=parameters,
    )
    def get(self, request: Request) -> Response:
        """Answer with the hotkeys, of a project those that hold there."""
        return Response(self._body(member_here(self.principal.id), self._project(request)))

    @operation(
        tag="Users",
        summary="Set own hotkeys",
        description="Replaces the hotkeys, or with `project` those of one project; an empty object takes these away.",
        request=HotkeysSerializer,
        request_example=example,
        response=HotkeysSerializer,
        example=example,
        parameters=parameters,
    )
    def patch(self, request: Request) -> Response:
        """Replace the hotkeys."""
        project, values = self._project(request), self.validated(request)
        if project is None:
            member = change_card(member_id=self.principal.id, changes=values, actor=self.principal)
        else:
            member = change_project_hotkeys(project_id=project, hotkeys=values["custom_hotkeys"], actor=self.principal)
        return Response(self._body(member, project))

    def _project(self, request: Request) -> int | None:
        query = ProjectQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        project: int | None = query.validated_data.get("project")
        return visible_project(self.principal, project).pk if project is not None else None

    def _body(self, member: Member, project: int | None) -> dict[str, Any]:
        over = member.project_hotkeys.get(str(project), {}) if project is not None else {}
        return {"custom_hotkeys": {**member.custom_hotkeys, **over}}
