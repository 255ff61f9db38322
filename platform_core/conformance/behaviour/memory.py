"""What a plugin's modules remember: globals, class attributes, its object, and memories of functions."""

import dataclasses
import functools
import gc
import itertools
import sys
from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any, Final

from platform_core.conformance.behaviour.world import World

DEPTH: Final = 6
ITEMS: Final = 5_000
_MEMORY: Final = type(functools.lru_cache(lambda: None))


def remembered(package: str, plugin: object, worlds: Sequence[World]) -> Iterator[tuple[str, str]]:
    """Yield (place, message) for each organization's text that is found outside of tables.

    A memory whose key carries the organization's schema may hold that organization's data.
    """
    for name, value in _roots(package, plugin):
        for world in worlds:
            if _Search(package, world).holds(value, DEPTH):
                yield name, f"still holds data of {world.organization.slug}"


def _roots(package: str, plugin: object) -> Iterator[tuple[str, Any]]:
    yield "the plugin object", plugin
    for name, module in sorted(sys.modules.items()):
        if name != package and not name.startswith(f"{package}."):
            continue
        for key, value in list(vars(module).items()):
            if (
                key.startswith("__")
                or isinstance(value, ModuleType)
                or (getattr(value, "__module__", name) != name and not _is_data(value))
            ):
                continue
            yield f"{name}.{key}", value
            if isinstance(value, type):
                for attribute, inner in list(vars(value).items()):
                    if not attribute.startswith("__"):
                        yield f"{name}.{key}.{attribute}", inner


def _is_data(value: object) -> bool:
    return isinstance(value, str | bytes | dict | list | set | tuple | frozenset)


class _Search:
    """Looks for one organization's text in a value, in containers, and in objects of the plugin's own classes."""

    def __init__(self, package: str, world: World) -> None:
        self._package, self._world = package, world
        self._seen: set[int] = set()

    def holds(self, value: Any, depth: int) -> bool:
        """Say whether the organization's mark or schema is in the value."""
        if isinstance(value, str):
            return self._world.mark in value or self._world.organization.schema in value
        if isinstance(value, bytes):
            return self._world.mark.encode() in value
        if depth == 0 or id(value) in self._seen or len(self._seen) > ITEMS:
            return False
        self._seen.add(id(value))
        if isinstance(value, Mapping):
            return any(self._entry_holds(key, item, depth) for key, item in list(value.items()))
        if isinstance(value, list | tuple | set | frozenset):
            return any(self.holds(item, depth - 1) for item in list(value))
        if isinstance(value, _MEMORY):
            return any(self._entry_holds(key, item, depth) for key, item in _entries(value))
        return any(self.holds(item, depth - 1) for item in self._attributes(value))

    def _entry_holds(self, key: Any, item: Any, depth: int) -> bool:
        if self._world.organization.schema in str(key):
            return False
        return self.holds(key, depth - 1) or self.holds(item, depth - 1)

    def _attributes(self, value: Any) -> list[Any]:
        """Return the attributes of an object of the plugin, or of one that only carries data."""
        kind = type(value)
        is_own = kind.__module__ == self._package or kind.__module__.startswith(f"{self._package}.")
        if isinstance(value, type) or not (is_own or dataclasses.is_dataclass(value)):
            return []
        if dataclasses.is_dataclass(value):
            return [getattr(value, item.name, None) for item in dataclasses.fields(value)]
        return list(getattr(value, "__dict__", {}).values())


def _entries(remembering: object) -> Iterator[tuple[Any, Any]]:
    """Yield (key, result) of what a function under `functools.lru_cache` remembers.

    Without a size limit its dictionary holds them; with one it holds links, and the collector is shown each key before
    its result.
    """
    parts = gc.get_referents(remembering)
    for memory in (part for part in parts if isinstance(part, dict)):
        keys = {id(key) for key in memory}
        yield from memory.items()
        yield from ((key, result) for key, result in itertools.pairwise(parts) if id(key) in keys)
