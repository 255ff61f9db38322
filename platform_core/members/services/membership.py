"""Members of an organization and the public index of memberships, always changed together."""

from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from platform_core.accounts.models import User
from platform_core.api.errors import NotFoundError, ValidationFailedError
from platform_core.events.services import emit_event, record_audit
from platform_core.members.gate import memory
from platform_core.members.models import ApiKey, CustomRole, Invitation, Member, RefreshToken, Role, Session, TeamLink
from platform_core.members.principal import Principal
from platform_core.members.queries.roles import custom_role_here
from platform_core.members.services.handing_out import refuse_above
from tenants.models import MembershipIndex
from tenants.scope import current_organization, public_scope


@transaction.atomic
def add_member(*, user: User, role: str, actor: Principal | None, custom: CustomRole | None = None) -> Member:
    """Make a user a member here, or bring a removed member back with the new role.

    Args:
        custom: role of the organization's own, whose base `role` is.

    Raises:
        ValidationFailedError: the role is unknown, or the user is a member already.
    """
    if role not in Role.values:
        raise ValidationFailedError(
            validation_errors={"role": [f"Unknown role {role!r}; one of {', '.join(Role.values)}."]}
        )
    if Member.objects.select_for_update().filter(pk=user.pk, removed_at=None).exists():
        raise ValidationFailedError(validation_errors={"email": ["This person is a member already."]})
    return _write_member(user, role, actor, custom)


def add_founder(*, user: User) -> Member:
    """Make a user the first owner of the organization in scope, made in this same transaction: nobody is there yet."""
    assert connection.in_atomic_block, "a founder comes with the organization"
    return _write_member(user, Role.OWNER, None, None)


def _write_member(user: User, role: str, actor: Principal | None, custom: CustomRole | None) -> Member:
    values = {
        "email": user.email,
        "username": user.email,
        "first_name": user.first_name or "",
        "last_name": user.last_name or "",
        "role": role,
        "custom_role": custom,
        "removed_at": None,
    }
    member = Member(pk=user.pk, **values)
    # The person may have been here before, and somebody may add them at the same time: the later change stays.
    Member.objects.bulk_create(
        [member], update_conflicts=True, unique_fields=["id"], update_fields=[*values, "updated_at"]
    )
    index = MembershipIndex(user_id=user.pk, organization_id=current_organization().id, role=role)
    with public_scope():
        MembershipIndex.objects.bulk_create(
            [index],
            update_conflicts=True,
            unique_fields=["user", "organization"],
            update_fields=["role", "updated_at"],
        )
    name = _role_name(member)
    record_audit(actor=actor, action="member.added", target_type="member", target_id=member.pk, data={"role": name})
    emit_event(type="member.added", payload={"member": member.pk, "role": name})
    return member


@transaction.atomic
def change_role(
    *, member_id: int, actor: Principal, role: str | None = None, custom_role: UUID | None = None
) -> Member:
    """Give a member another role: a built-in one, or one of the organization's own.

    Raises:
        NotFoundError: there is no such member or no such custom role.
        ValidationFailedError: the role is unknown, or the last owner would lose it.
        PermissionDeniedError: the old or the new role is above the actor's own.
    """
    custom = custom_role_here(custom_role) if custom_role is not None else None
    role = custom.base if custom is not None else role
    if role not in Role.values:
        raise ValidationFailedError(
            validation_errors={"role": [f"Unknown role {role!r}; one of {', '.join(Role.values)}."]}
        )
    member = _locked(member_id)
    refuse_above(actor, role, custom)
    refuse_above(actor, member.role, member.custom_role)
    if member.role == Role.OWNER and role != Role.OWNER:
        _refuse_last_owner(member)
    facts = {"from": _role_name(member)}
    member.role, member.custom_role = role, custom
    member.save(update_fields=["role", "custom_role", "updated_at"])
    organization_id = current_organization().id
    with public_scope():
        MembershipIndex.objects.filter(user_id=member.pk, organization_id=organization_id).update(role=role)
    record_audit(
        actor=actor,
        action="member.role_changed",
        target_type="member",
        target_id=member.pk,
        data={**facts, "to": _role_name(member)},
    )
    names = {"role": _role_name(member), "from_role": facts["from"]}
    emit_event(type="member.role_changed", payload={"member": member.pk, **names})
    transaction.on_commit(memory.clear, robust=True)
    return member


@transaction.atomic
def remove_member(*, member_id: int, actor: Principal) -> None:
    """End a membership: keys, sessions, tokens and links die with it; the row stays for its work's sake.

    Raises:
        NotFoundError: there is no such member.
        ValidationFailedError: the last owner would leave.
        PermissionDeniedError: the member's role is above the actor's own.
    """
    member = _locked(member_id)
    refuse_above(actor, member.role, member.custom_role)
    if member.role == Role.OWNER:
        _refuse_last_owner(member)
    now = timezone.now()
    member.removed_at = now
    member.save(update_fields=["removed_at", "updated_at"])
    revoke_credentials(member_id=member.pk)
    member.team_memberships.all().delete()
    member.project_memberships.all().delete()
    Invitation.objects.filter(invited_by=member, accepted_at=None, revoked_at=None).update(
        revoked_at=now, updated_at=now
    )
    TeamLink.objects.filter(created_by=member, revoked_at=None).update(revoked_at=now, updated_at=now)
    organization_id = current_organization().id
    with public_scope():
        MembershipIndex.objects.filter(user_id=member.pk, organization_id=organization_id).delete()
    record_audit(actor=actor, action="member.removed", target_type="member", target_id=member.pk)
    emit_event(type="member.removed", payload={"member": member.pk})


@transaction.atomic
def revoke_credentials(*, member_id: int) -> None:
    """End every key, token and session of a member here."""
    now = timezone.now()
    ApiKey.objects.filter(member_id=member_id, revoked_at=None).update(revoked_at=now, updated_at=now)
    RefreshToken.objects.filter(member_id=member_id, revoked_at=None).update(revoked_at=now, updated_at=now)
    Session.objects.filter(member_id=member_id).delete()
    transaction.on_commit(memory.clear, robust=True)


def _locked(member_id: int) -> Member:
    """Lock the owners first, in one order: of two owners who remove each other at once, exactly one wins."""
    list(Member.objects.select_for_update().filter(role=Role.OWNER, removed_at=None).order_by("pk").values_list("pk"))
    rows = Member.objects.select_for_update(of=("self",)).select_related("custom_role")
    member = rows.filter(pk=member_id, removed_at=None).first()
    if member is None:
        raise NotFoundError(f"There is no member {member_id} here.")
    return member


def _role_name(member: Member) -> str:
    return member.custom_role.name if member.custom_role is not None else member.role


def _refuse_last_owner(member: Member) -> None:
    if not Member.objects.filter(role=Role.OWNER, removed_at=None).exclude(pk=member.pk).exists():
        raise ValidationFailedError(
            "The last owner cannot leave: make somebody else an owner first.",
            validation_errors={"role": ["This is the last owner of the organization."]},
        )
