"""Remembering what is dear to compute, apart for each organization and plugin.

    cache = OrganizationCache("orders")
    best = cache.get_or_make("best-sellers", best_sellers, seconds=300)

A key carries the organization and the plugin by construction, so nothing of one organization is ever found in another.
Values are JSON. What is remembered may be gone at any time, and may be stale until its seconds are over.
"""

from collections.abc import Callable
from typing import Any

import orjson
from django.core.cache import cache

from tenants.scope import current_organization

__all__ = ["OrganizationCache"]

MOST_SECONDS = 24 * 3600


class OrganizationCache:
    """The part of the cache that is one plugin's, in the organization in scope.

    Args:
        slug: of the plugin.
    """

    def __init__(self, slug: str) -> None:
        self._slug = slug

    def get(self, key: str, default: Any = None) -> Any:
        """Return what is remembered, or the default."""
        found = cache.get(self._key(key))
        return default if found is None else orjson.loads(found)

    def put(self, key: str, value: Any, *, seconds: int) -> None:
        """Remember a JSON value.

        Raises:
            ValueError: `seconds` is not from 1 to a day.
            TypeError: the value is no JSON.
        """
        if not 1 <= seconds <= MOST_SECONDS:
            raise ValueError(f"remember for 1 to {MOST_SECONDS} seconds, not {seconds}")
        # Bytes, so that whatever keeps them need not unpickle anything.
        cache.set(self._key(key), orjson.dumps(value), timeout=seconds)

    def get_or_make(self, key: str, make: Callable[[], Any], *, seconds: int) -> Any:
        """Return what is remembered, or make it and remember it; two may make it at the same time."""
        found = cache.get(self._key(key))
        if found is not None:
            return orjson.loads(found)
        value = make()
        self.put(key, value, seconds=seconds)
        return value

    def forget(self, key: str) -> None:
        """Forget what is remembered under a key."""
        cache.delete(self._key(key))

    def _key(self, key: str) -> str:
        return f"{current_organization().schema}:{self._slug}:{key}"
