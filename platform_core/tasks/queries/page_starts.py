"""Remembers where pages by number start in projects from which tasks were deleted.

There `inner_id` has gaps and only counting finds a page. What was counted stays true until the next deletion: new tasks
come last. The number of deleted tasks, which every request reads anyway, is part of the key, so nothing is ever stale.
"""

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from threading import Lock
from typing import Final

PROJECTS: Final = 256
STARTS: Final = 1024

Key = tuple[str, int, int]
"""Schema, project, number of deleted tasks."""


class PageStarts:
    """Of each project the last ids before some offsets; bounded, thread-safe, per process."""

    def __init__(self) -> None:
        self._projects: OrderedDict[Key, list[tuple[int, int]]] = OrderedDict()
        self._lock = Lock()

    def nearest(self, key: Key, offset: int) -> tuple[int, int]:
        """Return (tasks to skip, id after which to begin) for a page that starts at `offset`."""
        with self._lock:
            known = self._projects.get(key, [])
            index = bisect_right(known, offset, key=lambda start: start[0])
            place, last_id = known[index - 1] if index else (0, 0)
        return offset - place, last_id

    def put(self, key: Key, offset: int, last_id: int) -> None:
        """Remember that exactly `offset` tasks have ids up to `last_id`."""
        with self._lock:
            known = self._projects.setdefault(key, [])
            self._projects.move_to_end(key)
            index = bisect_left(known, (offset, last_id))
            if known[index : index + 1] != [(offset, last_id)]:
                known.insert(index, (offset, last_id))
            if len(known) > STARTS:
                del known[::2]
            while len(self._projects) > PROJECTS:
                self._projects.popitem(last=False)


page_starts: Final = PageStarts()
