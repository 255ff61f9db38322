"""Reads of the plugin's tables: always of one member."""

from dataclasses import dataclass

from django.db.models import QuerySet

from platform_core.sdk import Notice
from platform_core.sdk.events import known_event_types
from platform_core.sdk.views import Principal
from tenon_notifications.models import Notification, Preference


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Whether a member is told of a type of event."""

    type: str
    description: str
    enabled: bool


def inbox_of(principal: Principal, *, unread: bool | None = None) -> QuerySet[Notification]:
    """Return the acting member's notifications, newest first."""
    inbox = Notification.objects.filter(member=principal.id).order_by("-id")
    return inbox if unread is None else inbox.filter(read_at__isnull=unread)


def told_types() -> dict[str, tuple[str, Notice]]:
    """Return the types of events that anybody is told of, with summary and notice."""
    return {name: (spec.summary, spec.notice) for name, spec in known_event_types().items() if spec.notice is not None}


def wishes_of(principal: Principal) -> list[Wish]:
    """Return what the acting member may be told of, and whether they are; unless they said otherwise, they are."""
    said = dict(Preference.objects.filter(member=principal.id).values_list("type", "enabled"))
    return [
        Wish(type=name, description=summary, enabled=said.get(name, True))
        for name, (summary, notice) in sorted(told_types().items())
        if notice.permission is None or principal.can(notice.permission)
    ]
