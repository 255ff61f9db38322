"""Which actions a webhook may ask for, and the plugin's own kinds of events."""

from dataclasses import dataclass
from typing import Final

from platform_core.sdk import EventTypeSpec, Notice
from platform_core.sdk.events import known_event_types, types_by_action

# Label Studio's clients may name them; what they tell of does not exist here, so they are never sent.
ACCEPTED_IN_VAIN: Final = frozenset(
    {
        *(f"LABEL_LINK_{what}" for what in ("CREATED", "UPDATED", "DELETED")),
        *("REVIEW_CREATED", "REVIEW_UPDATED", "REVIEWS_DELETED"),
    }
)
TEST_ACTION: Final = "TEST"

EVENT_TYPES: Final = (
    EventTypeSpec(
        key="switched_off",
        summary="a webhook was switched off because its receiver failed too often, or said that it is gone",
        payload={
            "webhook": {"type": "integer"},
            "reason": {"type": "string"},
        },
        organization_only=True,
        notice=Notice(text="Webhook {webhook} was switched off: {reason}", permission="webhooks.hooks.change"),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """An action that can be asked for.

    Attributes:
        name: as in `TASKS_CREATED`.
        types: types of the events that cause it.
        description: when it is sent.
        organization_only: webhooks of a project do not get it.
    """

    name: str
    types: tuple[str, ...]
    description: str
    organization_only: bool


def actions() -> dict[str, Action]:
    """Return what can be asked for in the organization in scope, by name."""
    types = known_event_types()
    return {
        name: Action(
            name=name,
            types=tuple(names),
            description="; ".join(types[one].summary for one in names),
            organization_only=all(types[one].organization_only for one in names),
        )
        for name, names in types_by_action(types).items()
    }
