"""Ctrl-C and SIGTERM as a wish that the main loop sees, so that everything stops in order."""

import signal
import time
from types import FrameType
from typing import Self

from platform_core.quickstart.errors import StoppedError

_TICK_SECONDS = 0.1


class StopRequest:
    """Whether somebody asked to stop; a context manager that listens for it."""

    def __init__(self) -> None:
        self.requested = False
        self._previous: dict[signal.Signals, signal._HANDLER] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._previous[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def check(self) -> None:
        """Return when nobody asked.

        Raises:
            StoppedError: somebody did.
        """
        if self.requested:
            raise StoppedError

    def sleep(self, seconds: float) -> None:
        """Wait, but no longer than until somebody asks to stop."""
        deadline = time.monotonic() + seconds
        while not self.requested and (left := deadline - time.monotonic()) > 0:
            time.sleep(min(_TICK_SECONDS, left))

    def _on_signal(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 -- Python's signature
        self.requested = True
