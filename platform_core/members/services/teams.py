"""Teams: groups of members, with one permission each that nobody can hand out who does not have it."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from platform_core.api.errors import NotFoundError, PermissionDeniedError, ValidationFailedError
from platform_core.events.services import record_audit
from platform_core.members.credentials import digest_of, new_link_secret
from platform_core.members.gate import memory
from platform_core.members.models import Member, Team, TeamLink, TeamMembership
from platform_core.members.principal import Principal
from platform_core.members.types import IssuedSecret

LINK_LIFETIME: Final = timedelta(days=7)
LONGEST_LINK: Final = timedelta(days=30)
MAX_SLUG: Final = 60


@transaction.atomic
def create_team(*, name: str, actor: Principal, permission: str = "", admin_id: int | None = None) -> Team:
    """Make a team; its admin, the actor unless another is named, is its first member.

    Raises:
        PermissionDeniedError: the actor lacks the permission that the team would give.
        ValidationFailedError: the name is taken, or the admin is no member.
    """
    _refuse_beyond(actor, permission)
    admin = _member(actor.id if admin_id is None else admin_id, field="admin")
    with _name_not_taken(name):
        team = Team.objects.create(name=name, admin=admin, permission=permission, url=_free_url(name))
    TeamMembership.objects.create(team=team, member=admin)
    _note(actor, "team.created", team, {"permission": permission})
    return team


@transaction.atomic
def change_team(*, team_id: int, changes: dict[str, str | int | None], actor: Principal) -> Team:
    """Change `name`, `permission` or `admin` of a team. Another permission ends the links made before it.

    Raises:
        NotFoundError: there is no such team.
        PermissionDeniedError: the actor lacks the new permission, or names an admin for one they lack.
        ValidationFailedError: the name is taken, or the admin is no member.
    """
    team = _locked(team_id)
    name, permission, admin_id = changes.get("name"), changes.get("permission"), changes.get("admin")
    if isinstance(permission, str):
        _refuse_beyond(actor, permission)
        _end_links_of_another_permission(team, permission)
        team.permission = permission
    if isinstance(name, str):
        team.name = name
    if isinstance(admin_id, int):
        team.admin = _member(admin_id, field="admin")
    with _name_not_taken(team.name):
        team.save(update_fields=["name", "permission", "admin", "updated_at"])
    _note(actor, "team.changed", team, {"fields": sorted(changes)})
    return team


@transaction.atomic
def delete_team(*, team_id: int, actor: Principal) -> None:
    """Delete a team with its memberships, links and project grants.

    Raises:
        NotFoundError: there is no such team.
    """
    team = _locked(team_id)
    _note(actor, "team.deleted", team, {"name": team.name})
    team.delete()


@transaction.atomic
def add_user_to_team(*, team_id: int, member_id: int, actor: Principal) -> Team:
    """Put a member into a team; one who is in it already stays.

    Raises:
        NotFoundError: there is no such team.
        PermissionDeniedError: the actor lacks the permission that the team gives.
        ValidationFailedError: there is no such member.
    """
    team = _locked(team_id)
    _refuse_beyond(actor, team.permission)
    _join(team, _member(member_id, field="member"), actor)
    return team


@transaction.atomic
def remove_user_from_team(*, team_id: int, member_id: int, actor: Principal) -> None:
    """Take a member out of a team; the admin of the team who leaves is its admin no longer.

    Raises:
        NotFoundError: there is no such team, or the member is not in it.
    """
    team = _locked(team_id)
    gone, _rows = TeamMembership.objects.filter(team=team, member_id=member_id).delete()
    if not gone:
        raise NotFoundError(f"Member {member_id} is not in this team.")
    if team.admin_id == member_id:
        team.admin = None
        team.save(update_fields=["admin", "updated_at"])
    _note(actor, "team.member_removed", team, {"member": member_id})


@transaction.atomic
def generate_link(*, team_id: int, actor: Principal, lifetime: timedelta = LINK_LIFETIME) -> IssuedSecret:
    """Make a link by which members of the organization join a team.

    Raises:
        NotFoundError: there is no such team.
        PermissionDeniedError: the actor lacks the permission that the team gives.
    """
    team = _locked(team_id)
    _refuse_beyond(actor, team.permission)
    secret = new_link_secret()
    expires_at = timezone.now() + min(lifetime, LONGEST_LINK)
    link = TeamLink.objects.create(team=team, digest=digest_of(secret), expires_at=expires_at, created_by_id=actor.id)
    _note(actor, "team.link_created", team, {"link": str(link.pk)})
    return IssuedSecret(row=link, secret=secret)


@transaction.atomic
def revoke_link(*, team_id: int, link_id: UUID, actor: Principal) -> None:
    """Withdraw a link.

    Raises:
        NotFoundError: the team has no such live link.
    """
    team = _locked(team_id)
    now = timezone.now()
    if not TeamLink.objects.filter(pk=link_id, team=team, revoked_at=None).update(revoked_at=now, updated_at=now):
        raise NotFoundError("The team has no such link.")
    _note(actor, "team.link_revoked", team, {"link": str(link_id)})


@transaction.atomic
def join_by_link(*, secret: str, actor: Principal) -> Team:
    """Put the actor into the team that a link leads to.

    Raises:
        ValidationFailedError: the link is unknown, revoked or expired, or whoever made it has left.
    """
    link = TeamLink.objects.filter(
        digest=digest_of(secret), revoked_at=None, expires_at__gt=timezone.now(), created_by__removed_at=None
    ).first()
    if link is None:
        message = "This link is not valid or has expired."
        raise ValidationFailedError(message, validation_errors={"token": [message]})
    team = _locked(link.team_id)
    _join(team, _member(actor.id, field="member"), actor)
    return team


def _join(team: Team, member: Member, actor: Principal) -> None:
    _row, made = TeamMembership.objects.get_or_create(team=team, member=member)
    if made:
        _note(actor, "team.member_added", team, {"member": member.pk})


def _locked(team_id: int) -> Team:
    team = Team.objects.select_for_update().filter(pk=team_id).first()
    if team is None:
        raise NotFoundError(f"There is no team {team_id}.")
    return team


def _member(member_id: int, *, field: str) -> Member:
    member = Member.objects.filter(pk=member_id, removed_at=None).first()
    if member is None:
        raise ValidationFailedError(validation_errors={field: [f"There is no member {member_id} here."]})
    return member


def _refuse_beyond(actor: Principal, permission: str) -> None:
    """Keep people from giving, by a team, what they do not have themselves; an unknown codename is nobody's."""
    if permission and not actor.can(permission):
        raise PermissionDeniedError("Nobody hands out a permission they lack.", data={"permission": permission})


def _end_links_of_another_permission(team: Team, permission: str) -> None:
    """Whoever made a link could give the old permission; nothing says that they may give the new one."""
    if permission != team.permission:
        now = timezone.now()
        TeamLink.objects.filter(team=team, revoked_at=None).update(revoked_at=now, updated_at=now)


@contextmanager
def _name_not_taken(name: str) -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise ValidationFailedError(validation_errors={"name": [f'There is a team "{name}" already.']}) from error


def _free_url(name: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:MAX_SLUG].strip("-") or "team"
    return f"{words}-{secrets.token_hex(4)}"


def _note(actor: Principal, action: str, team: Team, data: dict[str, object]) -> None:
    record_audit(actor=actor, action=action, target_type="team", target_id=team.pk, data=data)
    transaction.on_commit(memory.clear, robust=True)
