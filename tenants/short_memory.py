"""What a process may remember of the database: half a second, bounded, keyed by organization.

Nothing in it is the truth. A removed member, a disabled plugin and a deleted organization are gone everywhere within
`ShortMemory.seconds`, and at once in the process that removed them.
"""

import time
from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import ClassVar, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class ShortMemory(Generic[Key, Value]):
    """A bounded, thread-safe map whose entries live for `seconds`.

    Keys hold the organization's schema, or the host that leads to it, so that two organizations never share an entry.
    """

    seconds: ClassVar[float] = 0.5
    entries: ClassVar[int] = 4096

    def __init__(self) -> None:
        self._entries: OrderedDict[Key, tuple[float, Value]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> tuple[bool, Value | None]:
        """Return (known, value); a known value may be None."""
        entry = self._entries.get(key)
        if entry is None or entry[0] < time.monotonic():
            return False, None
        return True, entry[1]

    def put(self, key: Key, value: Value) -> None:
        """Remember a value."""
        with self._lock:
            self._entries[key] = (time.monotonic() + self.seconds, value)
            self._entries.move_to_end(key)
            while len(self._entries) > self.entries:
                self._entries.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
