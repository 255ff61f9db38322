"""What a member, or an administrator, may change of a member's card. Never the global name, password or address."""

from typing import Any, Final

from django.db import transaction

from platform_core.api.errors import MethodNotAllowedError, NotFoundError, PermissionDeniedError
from platform_core.events.services import record_audit
from platform_core.members.models import Member
from platform_core.members.principal import Principal

CARD_CHANGES: Final = frozenset({"first_name", "last_name", "phone", "allow_newsletters", "custom_hotkeys"})
OWN_CHANGES: Final = frozenset({"allow_newsletters", "custom_hotkeys"})


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
