"""Remembers which tasks a filter found, so that the pages of one list do not search the project again and again.

An entry is of one revision of its project, which every write of tasks, annotations and predictions raises in its own
transaction; so nothing found is ever older than the last committed write. `SECONDS` only bounds what a writer that
forgot the revision could do.
"""

import time
from array import array
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

SECONDS: Final = 5.0
WINDOW: Final = 10_000
MAX_IDS: Final = 1_000_000
MAX_ENTRIES: Final = 1_000

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTotals:
    """How many tasks a filter finds, and their annotations and predictions."""

    tasks: int
    annotations: int
    predictions: int


@dataclass(slots=True)
class _Entry:
    made: float
    totals: FoundTotals | None
    start: int
    ids: "array[int]"


class FoundTasks:
    """Of each list its totals and one stretch of ids in order; bounded, thread-safe, per process."""

    def __init__(self) -> None:
        self._entries: OrderedDict[Key, _Entry] = OrderedDict()
        self._held = 0
        self._lock = Lock()

    def totals(self, key: Key) -> FoundTotals | None:
        """Return what is known of a list, or None."""
        with self._lock:
            entry = self._fresh(key)
            return entry.totals if entry is not None else None

    def ids(self, key: Key, offset: int, count: int, *, total: int) -> list[int] | None:
        """Return up to `count` ids from `offset` on, or None where they are not known.

        Args:
            total: length of the whole list.
        """
        with self._lock:
            entry = self._fresh(key)
            if entry is None or offset < entry.start:
                return None
            end = offset + count
            if min(end, total) > entry.start + len(entry.ids):
                return None
            return entry.ids[offset - entry.start : end - entry.start].tolist()

    def put_totals(self, key: Key, totals: FoundTotals) -> None:
        """Remember the totals of a list."""
        with self._lock:
            entry = self._fresh(key) or _Entry(time.monotonic(), None, 0, array("q"))
            self._store(key, _Entry(entry.made, totals, entry.start, entry.ids))

    def put_ids(self, key: Key, start: int, ids: list[int]) -> None:
        """Remember a stretch of a list, instead of the one before."""
        with self._lock:
            entry = self._fresh(key)
            made, totals = (entry.made, entry.totals) if entry else (time.monotonic(), None)
            self._store(key, _Entry(made, totals, start, array("q", ids)))

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self._held = 0

    def _fresh(self, key: Key) -> _Entry | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        if time.monotonic() - entry.made > SECONDS:
            self._drop(key)
            return None
        self._entries.move_to_end(key)
        return entry

    def _store(self, key: Key, entry: _Entry) -> None:
        self._drop(key)
        self._entries[key] = entry
        self._held += len(entry.ids)
        while self._held > MAX_IDS or len(self._entries) > MAX_ENTRIES:
            self._drop(next(iter(self._entries)))

    def _drop(self, key: Key) -> None:
        entry = self._entries.pop(key, None)
        self._held -= len(entry.ids) if entry is not None else 0


found_tasks: Final = FoundTasks()
