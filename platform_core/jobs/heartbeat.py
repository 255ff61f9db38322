"""Keeps a lease while a job runs, and ends the job that must end.

A thread renews the lease over a connection of its own, so that progress is seen while the job's transaction is open.
In a worker process the kernel's timer is armed at each renewal: a process that cannot renew its lease in time (a call
stuck in C that holds the interpreter, a database that went away) is killed by the kernel before the lease ends. So a
job is never run twice at once.
"""

import contextlib
import ctypes
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from django.db import connection, connections

from platform_core.jobs.claims import lease_seconds, renew
from platform_core.jobs.errors import JobCanceled, JobInterruption, JobTimedOut, LeaseLost, WorkerStopping
from platform_core.jobs.types import Claim

CANCEL_GRACE_SECONDS: Final = 5.0
STUCK_GRACE_SECONDS: Final = 5.0
TICK_SECONDS: Final = 0.25
STUCK_EXIT_CODE: Final = 70
logger = logging.getLogger(__name__)


class StopRequest:
    """Asks a worker to leave: at once when idle, else after the running job or at the end of the grace time."""

    def __init__(self, grace_seconds: float = 10.0) -> None:
        self._grace_seconds = grace_seconds
        self._since: float | None = None

    def set(self) -> None:
        """Ask; safe in a signal handler."""
        if self._since is None:
            self._since = time.monotonic()

    @property
    def requested(self) -> bool:
        """Say whether somebody asked."""
        return self._since is not None

    @property
    def overdue(self) -> bool:
        """Say whether a running job must be given back now."""
        return self._since is not None and time.monotonic() > self._since + self._grace_seconds


class Progress:
    """What the job says about itself, read by the heartbeat."""

    def __init__(self) -> None:
        self.done = 0
        self.total: int | None = None
        self.cancel_requested = False


class Heartbeat:
    """Context of one running job; leaves no thread, timer or pending exception behind.

    Args:
        owned: the claim.
        progress: shared with the job's context.
        stop: request to leave; None outside a worker process, where no process is ever ended.
        on_stuck: writes the outcome of a job that does not react, before the process ends.
    """

    def __init__(
        self, owned: Claim, progress: Progress, *, stop: StopRequest | None, on_stuck: Callable[[JobInterruption], None]
    ) -> None:
        self._claim = owned
        self._progress = progress
        self._stop = stop
        self._on_stuck = on_stuck
        self._thread = threading.Thread(target=self._run, name="tenon-heartbeat", daemon=True)
        self._target = threading.get_ident()
        self._connection = connection.connection
        self._guard = threading.Lock()
        self._ended = threading.Event()
        self._started = time.monotonic()
        self._cancel_seen: float | None = None
        self._interrupted_at: float | None = None
        self.reason: JobInterruption | None = None

    def __enter__(self) -> Self:
        self._arm(lease_seconds())
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for the thread; call `finish()` first, inside the block that catches interruptions."""
        self.finish()
        self._thread.join()
        self._arm(0)

    def finish(self) -> None:
        """Say that the job's function has ended; afterwards nothing is raised into this thread.

        An interruption that is still pending arrives here, at the next jump backwards. Taking it back instead would
        leave the interpreter's signal set, which slows the process down for ever and hangs it under a tracer.
        """
        with self._guard:
            self._ended.set()
        if self.reason is not None:
            with contextlib.suppress(JobInterruption):
                for _ in range(100):
                    pass

    def _run(self) -> None:
        try:
            self._watch()
        except LeaseLost as lost:
            self._interrupt(lost)
            self._await_end(lost)
        finally:
            connections.close_all()

    def _watch(self) -> None:
        next_renewal = time.monotonic() + lease_seconds() / 4
        shown = (self._progress.done, self._progress.total)
        while not self._ended.wait(TICK_SECONDS):
            seen = (self._progress.done, self._progress.total)
            if seen != shown or time.monotonic() >= next_renewal or self._wants_news():
                shown = seen
                if self._renew(*seen):
                    next_renewal = time.monotonic() + lease_seconds() / 4
            reason = self._reason_to_end()
            if reason is not None:
                self._interrupt(reason)
            if self._is_stuck() and self.reason is not None:
                self._give_up(self.reason)

    def _wants_news(self) -> bool:
        """A cancel request is looked for once a second."""
        return int(time.monotonic()) != int(time.monotonic() - TICK_SECONDS)

    def _renew(self, done: int, total: int | None) -> bool:
        """Renew; a database that is away is tried again until the timer ends us."""
        before = time.monotonic()
        try:
            wanted = renew(self._claim, done=done, total=total)
        except LeaseLost:
            raise
        except Exception:
            logger.warning("Job %s: the lease was not renewed", self._claim.address.id, exc_info=True)
            with contextlib.suppress(Exception):
                connections.close_all()
            return False
        self._arm(lease_seconds() - (time.monotonic() - before))
        if wanted and self._cancel_seen is None:
            self._cancel_seen = time.monotonic()
            self._progress.cancel_requested = True
        return True

    def _reason_to_end(self) -> JobInterruption | None:
        now = time.monotonic()
        if now > self._started + self._claim.timeout_seconds:
            return JobTimedOut()
        if self._cancel_seen is not None and now > self._cancel_seen + CANCEL_GRACE_SECONDS:
            return JobCanceled()
        if self._stop is not None and self._stop.overdue:
            return WorkerStopping()
        return None

    def _interrupt(self, reason: JobInterruption) -> None:
        """Raise into the job's thread, once, and end the statement it waits for."""
        # While the interruption waits for a thread that is inside C, CPython 3.11 hangs every thread that is traced.
        sys.settrace(None)
        with self._guard:
            if self._ended.is_set() or self.reason is not None:
                return
            self.reason = reason
            self._interrupted_at = time.monotonic()
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._target), ctypes.py_object(type(reason)))
        if self._connection is not None:
            with contextlib.suppress(Exception):
                self._connection.cancel_safe(timeout=2)

    def _is_stuck(self) -> bool:
        return self._interrupted_at is not None and time.monotonic() > self._interrupted_at + STUCK_GRACE_SECONDS

    def _await_end(self, reason: JobInterruption) -> None:
        if not self._ended.wait(STUCK_GRACE_SECONDS):
            self._give_up(reason)

    def _give_up(self, reason: JobInterruption) -> None:
        """End the worker process; its supervisor starts another."""
        if self._stop is None:
            return
        logger.critical("Job %s (%s) does not stop; this worker ends", self._claim.address.id, self._claim.function)
        with contextlib.suppress(Exception):
            self._on_stuck(reason)
        logging.shutdown()
        os._exit(STUCK_EXIT_CODE)

    def _arm(self, seconds: float) -> None:
        """Let the kernel kill this process unless it renews in time; zero disarms."""
        if self._stop is not None:
            signal.setitimer(signal.ITIMER_REAL, max(0.001, seconds) if seconds else 0)
