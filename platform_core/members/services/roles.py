"""Roles of an organization's own making: a choice of permissions, never more than those of who makes them."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from platform_core.api.errors import NotFoundError, PermissionDeniedError, ValidationFailedError
from platform_core.events.services import record_audit
from platform_core.members.gate import memory
from platform_core.members.models import CustomRole, Invitation, Member, Role
from platform_core.members.permissions import CORE_PERMISSIONS, may_hand_out
from platform_core.members.principal import Principal
from platform_core.plugins.permissions import plugin_permissions

MAX_ROLES: Final = 100


@transaction.atomic
def create_role(
    *, name: str, base: str, permissions: Collection[str], actor: Principal, description: str = ""
) -> CustomRole:
    """Make a role.

    Args:
        base: built-in role that Label Studio's clients see of its members; not OW.
        permissions: codenames it gives, instead of the base's.

    Raises:
        ValidationFailedError: the name is taken, the base or a codename unknown, or there are too many roles.
        PermissionDeniedError: the base is above the actor's role, or the actor lacks one of the permissions.
    """
    if CustomRole.objects.count() >= MAX_ROLES:
        raise ValidationFailedError(f"There are {MAX_ROLES} roles already: delete one first.")
    _check_name(name)
    _check_base(base, actor)
    _check_permissions(permissions, actor)
    role = CustomRole.objects.create(
        name=name, base=base, description=description, permissions=sorted(set(permissions))
    )
    record_audit(
        actor=actor,
        action="role.created",
        target_type="role",
        target_id=str(role.pk),
        data={"name": name, "base": base, "permissions": role.permissions},
    )
    return role


@transaction.atomic
def change_role_definition(*, role_id: UUID, changes: dict[str, Any], actor: Principal) -> CustomRole:
    """Change name, description or permissions of a role; its members have the new permissions at once.

    Args:
        changes: any of `name`, `description`, `permissions`.

    Raises:
        NotFoundError: there is no such role.
        ValidationFailedError: the name is taken, or a codename unknown.
        PermissionDeniedError: the role holds, or would hold, a permission that the actor lacks.
    """
    role = _locked(role_id, actor)
    if changes.get("name", role.name) != role.name:
        _check_name(changes["name"])
    if "permissions" in changes:
        _check_permissions(changes["permissions"], actor)
        changes = {**changes, "permissions": sorted(set(changes["permissions"]))}
    changed = {name: value for name, value in changes.items() if getattr(role, name) != value}
    if not changed:
        return role
    facts: dict[str, Any] = {"fields": sorted(changed)}
    if "permissions" in changed:
        before, after = set(role.permissions), set(changed["permissions"])
        facts |= {"added": sorted(after - before), "removed": sorted(before - after)}
    for name, value in changed.items():
        setattr(role, name, value)
    role.save(update_fields=[*changed, "updated_at"])
    record_audit(actor=actor, action="role.changed", target_type="role", target_id=str(role.pk), data=facts)
    transaction.on_commit(memory.clear, robust=True)
    return role


@transaction.atomic
def delete_role(*, role_id: UUID, actor: Principal) -> None:
    """Delete a role that nobody has.

    Raises:
        NotFoundError: there is no such role.
        ValidationFailedError: members have it.
        PermissionDeniedError: it holds a permission that the actor lacks.
    """
    role = _locked(role_id, actor)
    holders = Member.objects.filter(custom_role=role)
    count = holders.filter(removed_at=None).count()
    if count:
        raise ValidationFailedError(f"{count} members have this role: give them another one first.")
    # Nobody was promised the base instead: who is invited with this role is invited no more.
    invited = Invitation.objects.filter(custom_role=role, accepted_at=None, revoked_at=None)
    now = timezone.now()
    invited.update(revoked_at=now, updated_at=now)
    # Former members keep the base, should they come back.
    holders.update(custom_role=None)
    role.delete()
    record_audit(
        actor=actor, action="role.deleted", target_type="role", target_id=str(role_id), data={"name": role.name}
    )


def _locked(role_id: UUID, actor: Principal) -> CustomRole:
    role = CustomRole.objects.select_for_update().filter(pk=role_id).first()
    if role is None:
        raise NotFoundError("There is no such role.")
    table = plugin_permissions(actor.enabled_plugins)
    held = {name for name in role.permissions if name in CORE_PERMISSIONS or name in table}
    if not may_hand_out(giver=actor.role, role=role.base) or held - actor.permissions:
        raise PermissionDeniedError(f"The role {role.name} is above yours: ask somebody who has it.")
    return role


def _check_name(name: str) -> None:
    taken = {str(word).lower() for pair in Role.choices for word in pair}
    if name.lower() in taken or CustomRole.objects.filter(name__iexact=name).exists():
        raise ValidationFailedError(validation_errors={"name": ["There is a role of this name already."]})


def _check_base(base: str, actor: Principal) -> None:
    if base not in Role.values or base == Role.OWNER:
        codes = ", ".join(code for code in Role.values if code != Role.OWNER)
        raise ValidationFailedError(validation_errors={"base": [f"One of {codes} is expected."]})
    if not may_hand_out(giver=actor.role, role=base):
        raise PermissionDeniedError(f"The role {Role(base).label} is above yours: ask somebody who has it.")


def _check_permissions(permissions: Collection[str], actor: Principal) -> None:
    table = plugin_permissions(actor.enabled_plugins)
    unknown = sorted(name for name in set(permissions) if name not in CORE_PERMISSIONS and name not in table)
    if unknown:
        raise ValidationFailedError(validation_errors={"permissions": [f"Unknown here: {', '.join(unknown[:20])}."]})
    missing = sorted(set(permissions) - actor.permissions)
    if missing:
        raise PermissionDeniedError(f"You lack {', '.join(missing)}.", data={"permission": missing[0]})
