"""Which kinds of events there are where the running code works: the core's, and those of the enabled plugins."""

from collections.abc import Mapping

from platform_core.events.catalogue import CORE_EVENTS
from platform_core.plugins.loader import get_registry
from platform_core.plugins.queries.enabled import enabled_plugins
from platform_core.plugins.registrations import EventTypeSpec


def event_types_of(enabled: frozenset[str]) -> Mapping[str, EventTypeSpec]:
    """Return the kinds of events by their full names, with those of these plugins."""
    return {**CORE_EVENTS, **get_registry().event_types(enabled)}


def known_event_types() -> Mapping[str, EventTypeSpec]:
    """Return the kinds of events of the organization in scope by their full names."""
    return event_types_of(enabled_plugins())
