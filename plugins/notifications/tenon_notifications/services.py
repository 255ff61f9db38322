"""Writes of the plugin's tables."""

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from platform_core.sdk import Event, Notice
from platform_core.sdk.errors import NotFoundError, ValidationFailedError
from platform_core.sdk.members import active_members, members_with_permission
from platform_core.sdk.streams import publish_to_members
from platform_core.sdk.views import Principal
from tenon_notifications.models import Notification, Preference
from tenon_notifications.queries import inbox_of, told_types, wishes_of

KEPT: Final = timedelta(days=90)
PRUNED_AT_ONCE: Final = 500
LONGEST_TEXT: Final = 500
STREAMED: Final = "notification"


@transaction.atomic
def notify_of_event(*, event: Event) -> int:
    """Tell those whom an event's notice names and who want to know; returns how many. Safe to repeat."""
    _summary, notice = told_types().get(event.type, ("", None))
    if notice is None or not _applies(notice, event):
        return 0
    members = _wanting(event.type, _meant(notice, event))
    members -= set(Notification.objects.filter(event_id=event.id).values_list("member_id", flat=True))
    text = notice.text.format_map(event.payload)[:LONGEST_TEXT]
    rows = Notification.objects.bulk_create(
        Notification(
            member_id=member,
            event_id=event.id,
            type=event.type,
            text=text,
            data=dict(event.payload),
            occurred_at=event.occurred_at,
        )
        for member in sorted(members)
    )
    for row in rows:
        facts = {"notification": row.pk, "type": row.type, "text": text, "data": row.data}
        publish_to_members(members=[row.member_id], type=STREAMED, data=facts)
    _prune(members)
    return len(rows)


def mark_read(*, actor: Principal, notification_id: int, read: bool) -> Notification:
    """Say that a notification was read, or was not.

    Raises:
        NotFoundError: the acting member has no such notification.
    """
    notification = inbox_of(actor).filter(pk=notification_id).first()
    if notification is None:
        raise NotFoundError(f"There is no notification {notification_id}.")
    if read != (notification.read_at is not None):
        notification.read_at = timezone.now() if read else None
        notification.save(update_fields=["read_at", "updated_at"])
    return notification


def mark_all_read(*, actor: Principal) -> int:
    """Say that all notifications of the acting member were read; returns how many were not."""
    now = timezone.now()
    return inbox_of(actor, unread=True).update(read_at=now, updated_at=now)


@transaction.atomic
def set_preferences(*, actor: Principal, wishes: dict[str, bool]) -> None:
    """Say of which types of events the acting member wants to be told; what is not named stays.

    Raises:
        ValidationFailedError: there is no such type for this member.
    """
    unknown = sorted(set(wishes) - {wish.type for wish in wishes_of(actor)})
    if unknown:
        text = f"Unknown: {', '.join(unknown)[:500]}; GET lists what there is."
        raise ValidationFailedError(validation_errors={"preferences": [text]})
    Preference.objects.bulk_create(
        [Preference(member_id=actor.id, type=name, enabled=enabled) for name, enabled in wishes.items()],
        update_conflicts=True,
        unique_fields=["member", "type"],
        update_fields=["enabled", "updated_at"],
    )


def _applies(notice: Notice, event: Event) -> bool:
    if notice.unless is not None and event.payload.get(notice.unless) is True:
        return False
    return notice.when is None or event.payload.get("status") == notice.when


def _meant(notice: Notice, event: Event) -> set[int]:
    if notice.member is not None:
        member = event.payload.get(notice.member)
        return active_members([member]) if isinstance(member, int) else set()
    return members_with_permission(notice.permission) if notice.permission is not None else set()


def _wanting(event_type: str, members: set[int]) -> set[int]:
    refused = Preference.objects.filter(type=event_type, enabled=False, member__in=members)
    return members - set(refused.values_list("member_id", flat=True))


def _prune(members: set[int]) -> None:
    """Forget what these members were told long ago, some at a time."""
    old = Notification.objects.filter(member__in=members, created_at__lt=timezone.now() - KEPT).order_by("id")
    Notification.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:PRUNED_AT_ONCE])).delete()
