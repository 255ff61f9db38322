"""`api/roles/`: the built-in roles, and those of the organization's own making."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.members.api import examples
from platform_core.members.models import CustomRole, Member, Role
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.members.queries.roles import custom_role_here, role_card, roles_here
from platform_core.members.services.roles import change_role_definition, create_role, delete_role

MAX_PERMISSIONS = 1000


class RoleCardSerializer(serializers.Serializer[Any]):
    """A role."""

    id = serializers.UUIDField(allow_null=True, help_text="Null for a built-in role.")
    code = serializers.CharField(help_text="Role code that Label Studio's clients see; of an own role its base.")
    name = serializers.CharField(help_text="Name.")
    description = serializers.CharField(help_text="What it is for.")
    permissions = serializers.ListField(child=serializers.CharField(), help_text="Codenames it gives here.")
    member_count = serializers.IntegerField(help_text="How many members have it.")
    built_in = serializers.SerializerMethodField(help_text="Built-in roles cannot be changed.")

    def get_built_in(self, card: Any) -> bool:
        """Say whether the role is the same in every organization."""
        return card.id is None


class RoleChangeSerializer(serializers.Serializer[Any]):
    """What a PATCH may change of a role."""

    name = serializers.CharField(min_length=2, max_length=100, help_text="Name.")
    description = serializers.CharField(max_length=1000, allow_blank=True, required=False, help_text="What it is for.")
    permissions = serializers.ListField(
        child=serializers.CharField(max_length=100),
        max_length=MAX_PERMISSIONS,
        help_text="Codenames it gives, each of them one's own.",
    )


class RoleCreateSerializer(RoleChangeSerializer):
    """A role to make."""

    base = serializers.ChoiceField(
        choices=[choice for choice in Role.choices if choice[0] != Role.OWNER],
        default=Role.ANNOTATOR,
        help_text="Built-in role that Label Studio's clients see of its members.",
    )


class RoleListAPI(TenonAPIView):
    """Roles of the organization."""

    permission_required = ViewClassPermission(GET=all_permissions.members_view, POST=all_permissions.roles_manage)
    serializer_class = RoleCreateSerializer
    pagination_class = None

    @operation(tag="Members", summary="List roles", response=RoleCardSerializer(many=True), example=[examples.ROLE])
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Answer with the built-in roles, highest first, then the organization's own."""
        return Response(RoleCardSerializer(roles_here(self.principal.enabled_plugins), many=True).data)

    @operation(
        tag="Members",
        summary="Make a role",
        description="Its permissions are among the caller's own; they count instead of those of the base.",
        request=RoleCreateSerializer,
        request_example={"name": "Exporter", "base": "AN", "permissions": ["projects.view", "projects.export"]},
        response=RoleCardSerializer,
        status=201,
        example=examples.ROLE,
    )
    def post(self, request: Request) -> Response:
        """Make a role."""
        return Response(_body(self, create_role(actor=self.principal, **self.validated(request))), status=201)


class RoleAPI(TenonAPIView):
    """One role of the organization's own."""

    permission_required = ViewClassPermission(
        GET=all_permissions.members_view, PATCH=all_permissions.roles_manage, DELETE=all_permissions.roles_manage
    )
    serializer_class = RoleChangeSerializer

    @operation(tag="Members", summary="Show a role", response=RoleCardSerializer, example=examples.ROLE)
    def get(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002
        """Answer with one role of the organization's own."""
        return Response(_body(self, custom_role_here(pk)))

    @operation(
        tag="Members",
        summary="Change a role",
        description="Its members have the new permissions at once. The base stays.",
        request=RoleChangeSerializer(partial=True),
        request_example={"permissions": ["projects.view"]},
        response=RoleCardSerializer,
        example=examples.ROLE,
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change a role."""
        changes = self.validated(request, partial=True)
        return Response(_body(self, change_role_definition(role_id=pk, changes=changes, actor=self.principal)))

    @operation(tag="Members", summary="Delete a role that nobody has", status=204)
    def delete(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002
        """Delete a role."""
        delete_role(role_id=pk, actor=self.principal)
        return Response(status=204)


def _body(view: TenonAPIView, role: CustomRole) -> dict[str, Any]:
    count = Member.objects.filter(custom_role=role, removed_at=None).count()
    card = role_card(role, view.principal.enabled_plugins, member_count=count)
    body: dict[str, Any] = RoleCardSerializer(card).data
    return body
