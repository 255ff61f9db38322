"""Ends a hook that runs too long, in the thread in which it runs.

A hook cannot be moved to a helper thread: connections and scopes belong to its own. So one thread watches all calls and
raises `HookTimeoutError` into the late one. That reaches Python code; a call stuck in C (a sleep, a socket) is not
freed, and then, after a grace period, the process is recycled and the log names the culprit. Statements in the
database end by their own time-out (see `platform_core.plugins.facade`).
"""

import ctypes
import functools
import heapq
import itertools
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from platform_core.plugins.errors import HookTimeoutError

RECYCLE_EXIT_CODE = 70
GRACE_SECONDS = 2.0

T = TypeVar("T")
logger = logging.getLogger(__name__)


def end_process(culprit: str) -> None:
    """End this process at once; the server or the supervisor starts another."""
    logger.critical("Process %d is recycled: %s cannot be stopped", os.getpid(), culprit)
    logging.shutdown()
    os._exit(RECYCLE_EXIT_CODE)


@dataclass(slots=True)
class _Watch:
    """One watched call. `guard` makes "finished" and "fired" exclude each other."""

    culprit: str
    thread: int
    guard: threading.Lock = field(default_factory=threading.Lock)
    finished: bool = False
    fired: bool = False

    def fire(self) -> bool:  # pragma: no cover
        """Raise into the thread, once; say whether the call still runs."""
        with self.guard:
            if not self.finished and not self.fired:
                self.fired = True
                _raise_in(self.thread, HookTimeoutError)
            return not self.finished

    def finish(self) -> None:
        """Say that the call has ended, so that nothing is raised any more."""
        with self.guard:
            self.finished = True

    def receive(self) -> None:
        """Let an interruption that is still pending arrive here and not in the caller.

        It arrives at the next jump backwards. Taking it back instead would leave the interpreter's signal set, which
        slows the thread down for ever and hangs it under a tracer.

        Raises:
            HookTimeoutError: one was pending.
        """
        if self.fired:
            for _ in range(100):
                pass


def _raise_in(thread: int, error: type[BaseException]) -> None:  # pragma: no cover
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error))


class Watchdog:
    """Watches calls from any thread with one daemon thread, which starts at the first call and again after a fork.

    Args:
        grace: seconds between the time-out and `recycle`.
        recycle: called in the watching thread with the culprit's name when it is not freed.
    """

    def __init__(self, *, grace: float = GRACE_SECONDS, recycle: Callable[[str], None] = end_process) -> None:
        self._grace = grace
        self._recycle = recycle
        self._counter = itertools.count()
        self._start_lock = threading.Lock()
        self._process = 0
        self._wake = threading.Condition()
        self._due: list[tuple[float, int, _Watch]] = []

    def run(self, call: Callable[[], T], *, seconds: float, culprit: str) -> T:
        """Return what `call` returns.

        Raises:
            HookTimeoutError: it took longer than `seconds`, even if it swallowed the interruption and came back.
        """
        watch = _Watch(culprit, threading.get_ident())
        deadline = time.monotonic() + seconds
        self._schedule(deadline, watch)
        try:
            # The interruption arrives once at most, anywhere up to the end of `receive`.
            try:
                value = call()
            finally:
                watch.finish()
                watch.receive()
        except HookTimeoutError:
            watch.finish()
            raise
        if time.monotonic() > deadline:
            raise HookTimeoutError
        return value

    def _schedule(self, deadline: float, watch: _Watch) -> None:
        if self._process != os.getpid():
            self._start()
        with self._wake:
            heapq.heappush(self._due, (deadline, next(self._counter), watch))
            if self._due[0][2] is watch:
                self._wake.notify()

    def _start(self) -> None:
        with self._start_lock:
            if self._process == os.getpid():
                return
            # After a fork the old thread is gone, and so are the calls that it watched.
            self._wake, self._due = threading.Condition(), []
            threading.Thread(target=self._watch_forever, name="tenon-hook-watchdog", daemon=True).start()
            self._process = os.getpid()

    def _watch_forever(self) -> None:  # pragma: no cover - untraced, and so are `_overdue` and `fire`
        # While an interruption waits for a thread stuck in C, CPython 3.11 hangs every thread that is being traced.
        sys.settrace(None)
        while True:
            with self._wake:
                while not self._due or self._due[0][0] > time.monotonic():
                    self._wake.wait(self._due[0][0] - time.monotonic() if self._due else None)
                _, _, watch = heapq.heappop(self._due)
            self._overdue(watch)

    def _overdue(self, watch: _Watch) -> None:  # pragma: no cover
        first_time = not watch.fired
        if not watch.fire():
            return
        if first_time:
            with self._wake:
                heapq.heappush(self._due, (time.monotonic() + self._grace, next(self._counter), watch))
            return
        logger.critical("Hook %s did not stop within %g s after its time limit", watch.culprit, self._grace)
        self._recycle(watch.culprit)


@functools.cache
def process_watchdog() -> Watchdog:
    """Return the one watchdog of this process."""
    return Watchdog()
