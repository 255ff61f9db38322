"""Keeps the worker processes of one host running, and ends them together."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from platform_core.embedded import process
from platform_core.jobs.heartbeat import StopRequest

WATCH_SECONDS: Final = 0.2
RESTART_SECONDS: Final = 1.0
KILL_GRACE_SECONDS: Final = 4.0
logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Child:
    name: str
    arguments: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    start_at: float = 0.0


@dataclass(slots=True)
class WorkerSupervisor:
    """Starts one process for each role again and again until asked to leave.

    Attributes:
        roles: name of the process to its arguments of `tenon_worker`.
        stop: request to leave.
        grace_seconds: what a child may take to finish or give back its job.
    """

    roles: dict[str, Sequence[str]]
    stop: StopRequest
    grace_seconds: float
    _children: list[_Child] = field(default_factory=list)

    def run(self) -> None:
        """Return when asked to leave and all children have ended."""
        self._children = [_Child(name, arguments) for name, arguments in self.roles.items()]
        try:
            while not self.stop.requested:
                for child in self._children:
                    self._watch(child)
                time.sleep(WATCH_SECONDS)
        finally:
            self._end()

    def _watch(self, child: _Child) -> None:
        if child.process is not None and child.process.poll() is not None:
            logger.warning("Worker %s ended with code %d and is started anew", child.name, child.process.returncode)
            child.process = None
            child.start_at = time.monotonic() + RESTART_SECONDS
        if child.process is None and time.monotonic() >= child.start_at:
            argv = [sys.executable, "-m", "django", "tenon_worker", *child.arguments]
            child.process = process.spawn(argv, env=os.environ, cwd=Path.cwd(), death_signal=signal.SIGTERM)

    def _end(self) -> None:
        running = [child.process for child in self._children if child.process is not None]
        for item in running:
            if item.poll() is None:
                item.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + self.grace_seconds + KILL_GRACE_SECONDS
        for item in running:
            process.exited(item, max(0.0, deadline - time.monotonic()))
            process.stop(item, [(signal.SIGKILL, KILL_GRACE_SECONDS)])
