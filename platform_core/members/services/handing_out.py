"""Nobody hands out, or takes away, more than they have: the one rule behind roles, invitations and links."""

from platform_core.api.errors import PermissionDeniedError
from platform_core.members.models import CustomRole, Role
from platform_core.members.permissions import may_hand_out, permissions_of
from platform_core.members.principal import Principal
from platform_core.plugins.permissions import plugin_permissions


def may_give(actor: Principal, role: str, custom: CustomRole | None = None) -> bool:
    """Say whether somebody may give a role, or take it away.

    Built-in roles are compared by rank. As soon as a custom role is on either side, its permissions count too: they
    may hold more or less than those of the base.
    """
    if not may_hand_out(giver=actor.role, role=role):
        return False
    if custom is None and actor.custom_role is None:
        return True
    wanted = permissions_of(
        role=role,
        custom=custom.permissions if custom is not None else None,
        plugin_permissions=plugin_permissions(actor.enabled_plugins),
    )
    return wanted <= actor.permissions


def refuse_above(actor: Principal, role: str, custom: CustomRole | None = None) -> None:
    """Refuse a role that the actor may not give.

    Raises:
        PermissionDeniedError: it is above the actor's own, or holds a permission that the actor lacks.
    """
    if not may_give(actor, role, custom):
        name = custom.name if custom is not None else Role(role).label
        raise PermissionDeniedError(f"The role {name} is above yours: ask somebody who has it.")
