"""The time limit of a whole call: the other side may drip one byte a second, within every time limit of a read."""

import socket
from contextlib import suppress
from threading import Lock, Timer
from time import monotonic
from types import TracebackType
from typing import Self


class Deadline:
    """Cuts the watched connections when the time is over, which wakes whoever reads from them."""

    def __init__(self, seconds: float) -> None:
        self._ends = monotonic() + seconds
        self._lock = Lock()
        self._twins: list[socket.socket] = []
        self._timer = Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            for twin in self._twins:
                twin.close()
            self._twins.clear()

    @property
    def left(self) -> float:
        """Seconds left; nothing or less once it is over."""
        return self._ends - monotonic()

    @property
    def over(self) -> bool:
        """Say whether the time is over."""
        return self.left <= 0

    def watch(self, connection: socket.socket) -> None:
        """Cut this connection too when the time is over.

        A duplicate is kept, because encryption takes the socket object's descriptor away from it.
        """
        with self._lock:
            self._twins.append(connection.dup())
        if self.over:
            self._cut()

    def _cut(self) -> None:
        with self._lock:
            for twin in self._twins:
                with suppress(OSError):
                    twin.shutdown(socket.SHUT_RDWR)
