"""Which plugins are enabled in the organization in scope; remembered for half a second."""

from dataclasses import dataclass
from typing import Final

import orjson
from django.db import connection

from tenants.scope import current_schema
from tenants.short_memory import ShortMemory

_QUERY: Final = "SELECT slug, withheld::text FROM plugins_activation WHERE state = 'enabled'"


@dataclass(frozen=True, slots=True)
class _Enabled:
    slugs: frozenset[str]
    withheld: frozenset[str]


_memory: Final[ShortMemory[str, _Enabled]] = ShortMemory()


def enabled_plugins() -> frozenset[str]:
    """Return the slugs of the enabled plugins; the memory's key is the schema."""
    return _enabled_here().slugs


def withheld_here() -> frozenset[str]:
    """Return what enabled plugins ask for and nobody here has agreed to: see `consent.Asked.withheld`."""
    return _enabled_here().withheld


def _enabled_here() -> _Enabled:
    schema = current_schema()
    known, remembered = _memory.get(schema)
    if known and remembered is not None:
        return remembered
    with connection.cursor() as cursor:
        cursor.execute(_QUERY)
        rows = cursor.fetchall()
    found = _Enabled(
        frozenset(slug for slug, _withheld in rows),
        frozenset(item for _slug, withheld in rows if withheld for item in orjson.loads(withheld)),
    )
    _memory.put(schema, found)
    return found


def knows_enabled_plugins() -> bool:
    """Say whether this process remembers them, or would have to ask."""
    return _memory.get(current_schema())[0]


def remember_enabled_plugins(enabled: frozenset[str], withheld: frozenset[str]) -> None:
    """Take over what another statement has just read in the organization in scope."""
    _memory.put(current_schema(), _Enabled(enabled, withheld))


def forget_enabled_plugins() -> None:
    """Forget what this process remembers, after an activation changed."""
    _memory.clear()
