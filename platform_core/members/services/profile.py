"""What a member, or an administrator, may change of a member's card. Never the global name, password or address."""

from typing import Any, Final

from django.db import transaction

from platform_core.api.errors import (
    MethodNotAllowedError,
    NotFoundError,
    PermissionDeniedError,
    ValidationFailedError,
)
from platform_core.events.services import record_audit
from platform_core.members.models import Member
from platform_core.members.principal import Principal
from platform_core.projects.models import Project

CARD_CHANGES: Final = frozenset({"first_name", "last_name", "phone", "allow_newsletters", "custom_hotkeys"})
MAX_PROJECTS: Final = 100
OWN_CHANGES: Final = frozenset({"allow_newsletters", "custom_hotkeys"})


@transaction.atomic
def change_project_hotkeys(*, project_id: int, hotkeys: dict[str, Any], actor: Principal) -> Member:
    """Set the actor's hotkeys for one project, over those for all; an empty object takes them away.

    Args:
        project_id: a project that the actor may see; the caller has checked it.

    Raises:
        NotFoundError: the membership has ended.
        ValidationFailedError: there are hotkeys for too many projects.
    """
    member = Member.objects.select_for_update().filter(pk=actor.id, removed_at=None).first()
    if member is None:
        raise NotFoundError(f"There is no member {actor.id} here.")
    ids = [int(text) for text in member.project_hotkeys if text != str(project_id)]
    # Projects that were deleted take their hotkeys along here: no row refers to them.
    kept = set(Project.objects.filter(pk__in=ids).values_list("pk", flat=True))
    if len(kept) >= MAX_PROJECTS:
        raise ValidationFailedError(f"There are hotkeys for {MAX_PROJECTS} projects: take some away first.")
    member.project_hotkeys = {text: keys for text, keys in member.project_hotkeys.items() if int(text) in kept}
    if hotkeys:
        member.project_hotkeys[str(project_id)] = hotkeys
    member.save(update_fields=["project_hotkeys", "updated_at"])
    record_audit(
        actor=actor,
        action="member.changed",
        target_type="member",
        target_id=member.pk,
        data={"fields": ["project_hotkeys"], "project": project_id},
    )
    return member


@transaction.atomic
def change_card(*, member_id: int, changes: dict[str, Any], actor: Principal) -> Member:
    """Change how a member is shown in this organization; the global account stays as it is.

    Args:
        changes: values of fields in `CARD_CHANGES`; those in `OWN_CHANGES` are the member's alone.

    Raises:
        NotFoundError: there is no such member.
        PermissionDeniedError: somebody else's card, without `members.change`, or a field that is the member's alone.
    """
    unknown = set(changes) - CARD_CHANGES
    assert not unknown, f"not fields of a card: {unknown}"
    member = Member.objects.select_for_update().filter(pk=member_id, removed_at=None).first()
    if member is None:
        raise NotFoundError(f"There is no member {member_id} here.")
    if member.pk != actor.id and (not actor.can("members.change") or set(changes) & OWN_CHANGES):
        raise PermissionDeniedError(data={"permission": "members.change"})
    changed = sorted(name for name, value in changes.items() if getattr(member, name) != value)
    if changed:
        for name in changed:
            setattr(member, name, changes[name])
        member.save(update_fields=[*changed, "updated_at"])
        record_audit(
            actor=actor, action="member.changed", target_type="member", target_id=member.pk, data={"fields": changed}
        )
    return member


def refuse_email_change(data: Any) -> None:
    """Refuse an address in a change, as Label Studio does.

    Raises:
        MethodNotAllowedError: there is one.
    """
    if isinstance(data, dict) and "email" in data:
        raise MethodNotAllowedError("An address is changed by its owner alone, at the public host.")
