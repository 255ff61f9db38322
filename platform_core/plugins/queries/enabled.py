"""Which plugins are enabled in the organization in scope; remembered for half a second."""

import time
from typing import Final

from django.db import connection

from tenants.scope import current_schema

MEMORY_SECONDS: Final = 0.5
MEMORY_ENTRIES: Final = 4096
_QUERY: Final = "SELECT slug FROM plugins_activation WHERE state = 'enabled'"

_memory: dict[str, tuple[float, frozenset[str]]] = {}


def enabled_plugins() -> frozenset[str]:
    """Return the slugs of the enabled plugins; the memory's key is the schema."""
    schema = current_schema()
    known = _memory.get(schema)
    now = time.monotonic()
    if known is not None and known[0] > now:
        return known[1]
    with connection.cursor() as cursor:
        cursor.execute(_QUERY)
        enabled = frozenset(row[0] for row in cursor.fetchall())
    if len(_memory) >= MEMORY_ENTRIES:
        _memory.clear()
    _memory[schema] = (now + MEMORY_SECONDS, enabled)
    return enabled


def forget_enabled_plugins() -> None:
    """Forget what this process remembers, after an activation changed."""
    _memory.clear()
