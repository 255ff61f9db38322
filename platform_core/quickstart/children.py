"""The child processes of a quickstart: started, watched, started anew with growing pauses, stopped in order."""

import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from platform_core.embedded import process

_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 30.0
_STABLE_AFTER_SECONDS = 60.0


@dataclass(slots=True, kw_only=True)
class Child:
    """One long-running child.

    Attributes:
        name: what messages call it.
        argv: its command line.
        grace_seconds: how long it may take to stop.
        failures: how often in a row it ended soon after its start.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    grace_seconds: float
    failures: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _started: float = field(default=0.0, init=False)
    _due: float = field(default=0.0, init=False)

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        """Start it; it ends with the calling thread."""
        self._process = process.spawn(self.argv, env=self.env, cwd=self.cwd, death_signal=signal.SIGTERM)
        self._started = time.monotonic()

    def watch(self) -> str | None:
        """Start it anew if it has ended and its pause is over; return a line for the operator when something happened.

        The pause doubles with every failure and is short again after a minute of running.
        """
        if self.pid is not None:
            return None
        now = time.monotonic()
        if self._process is not None:
            code = self._process.wait()
            # Its own children would hold the port or jobs that the next run needs.
            process.stop(self._process, ())
            self._process = None
            self.failures = 1 if now - self._started > _STABLE_AFTER_SECONDS else self.failures + 1
            pause = min(_FIRST_PAUSE_SECONDS * 2 ** (self.failures - 1), _LONGEST_PAUSE_SECONDS)
            self._due = now + pause
            return f"{self.name} ended with code {code}; starting it again in {pause:.0f} s"
        if now < self._due:
            return None
        self.start()
        return f"{self.name} started again as process {self.pid}"

    def stop(self) -> None:
        """Ask it to end, then make it end, with all of its own children."""
        if self._process is not None:
            process.stop(self._process, ((signal.SIGTERM, self.grace_seconds), (signal.SIGKILL, 5.0)))
            self._process = None
