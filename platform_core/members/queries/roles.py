"""Roles of the organization: the built-in ones and its own."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q

from platform_core.api.errors import NotFoundError
from platform_core.members.models import CustomRole, Member, Role
from platform_core.members.permissions import permissions_of, permissions_of_role
from platform_core.plugins.permissions import plugin_permissions


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleCard:
    """A role as lists show it.

    Attributes:
        id: None for a built-in role.
        code: the role code that Label Studio's clients see.
    """

    id: UUID | None
    code: str
    name: str
    description: str
    permissions: tuple[str, ...]
    member_count: int


def custom_role_here(role_id: UUID) -> CustomRole:
    """Return one of the organization's own roles.

    Raises:
        NotFoundError: there is none with this id.
    """
    role = CustomRole.objects.filter(pk=role_id).first()
    if role is None:
        raise NotFoundError("There is no such role.")
    return role


def roles_here(enabled_plugins: frozenset[str]) -> list[RoleCard]:
    """Return the built-in roles, highest first, then the organization's own by name."""
    table = plugin_permissions(enabled_plugins)
    members = Member.objects.filter(removed_at=None, custom_role=None).values_list("role").annotate(Count("pk"))
    counts = dict(members.order_by())
    built_in = [
        RoleCard(
            id=None,
            code=role.value,
            name=str(role.label),
            description="",
            permissions=tuple(sorted(permissions_of_role(role, plugin_permissions=table))),
            member_count=counts.get(role.value, 0),
        )
        for role in Role
    ]
    lasting = Count("members", filter=Q(members__removed_at=None))
    own = CustomRole.objects.annotate(member_count=lasting).order_by("name", "pk")
    return built_in + [role_card(role, enabled_plugins, member_count=role.member_count) for role in own]


def role_card(role: CustomRole, enabled_plugins: frozenset[str], *, member_count: int) -> RoleCard:
    """Return one of the organization's own roles; what plugins that are off would give is left out."""
    permissions = permissions_of(
        role=role.base, custom=role.permissions, plugin_permissions=plugin_permissions(enabled_plugins)
    )
    return RoleCard(
        id=role.pk,
        code=role.base,
        name=role.name,
        description=role.description,
        permissions=tuple(sorted(permissions)),
        member_count=member_count,
    )
