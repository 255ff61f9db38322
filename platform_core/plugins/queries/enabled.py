"""Which plugins are enabled in the organization in scope; remembered for half a second."""

from typing import Final

from django.db import connection

from tenants.scope import current_schema
from tenants.short_memory import ShortMemory

_QUERY: Final = "SELECT slug FROM plugins_activation WHERE state = 'enabled'"

_memory: Final[ShortMemory[str, frozenset[str]]] = ShortMemory()


def enabled_plugins() -> frozenset[str]:
    """Return the slugs of the enabled plugins; the memory's key is the schema."""
    schema = current_schema()
    known, remembered = _memory.get(schema)
    if known and remembered is not None:
        return remembered
    with connection.cursor() as cursor:
        cursor.execute(_QUERY)
        enabled = frozenset(row[0] for row in cursor.fetchall())
    _memory.put(schema, enabled)
    return enabled


def known_plugins() -> frozenset[str] | None:
    """Return what this process remembers of the enabled plugins, or None when it would have to ask."""
    return _memory.get(current_schema())[1]


def remember_enabled_plugins(enabled: frozenset[str]) -> None:
    """Take over what another statement has just read in the organization in scope."""
    _memory.put(current_schema(), enabled)


def forget_enabled_plugins() -> None:
    """Forget what this process remembers, after an activation changed."""
    _memory.clear()
