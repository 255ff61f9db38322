"""Serving a plugin that is being written: a child process, started anew after each change."""

import signal
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from platform_core.cli import boot
from platform_core.embedded import process
from platform_core.plugins.lock import Lock
from platform_core.plugins.trial import CoreStartError

STOP_SECONDS = 15


@dataclass(slots=True, kw_only=True)
class DevServer:
    """Locks the plugins, serves, and does both again.

    Attributes:
        slug: of the plugin whose verdict is told.
        lock: checks all plugins anew and returns the verdicts.
        command: serves the platform until it is terminated.
        tell: takes lines for the author.
    """

    slug: str
    lock: Callable[[], Lock]
    command: Sequence[str]
    tell: Callable[[str], Any]
    child: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    def run(self, changes: Iterable[object]) -> None:
        """Serve until there are no more changes; no child is left behind."""
        try:
            self.restart()
            for _change in changes:
                self.restart()
        finally:
            self.stop()

    def restart(self) -> None:
        """Check the plugin as it is now and serve it."""
        self.stop()
        try:
            lock = self.lock()
        except CoreStartError as error:
            self.tell(str(error))
            return
        for plugin in lock.plugins:
            if plugin.slug == self.slug:
                reason = f", {plugin.reason}" if plugin.reason else ""
                self.tell(f"{plugin.slug} {plugin.version}: {plugin.verdict}{reason}")
        self.child = process.spawn(
            list(self.command),
            env=boot.children_environment(),
            cwd=Path.cwd(),
            death_signal=signal.SIGTERM,
            output=None,
        )

    def stop(self) -> None:
        """End the child, by force where it does not listen."""
        if self.child is None:
            return
        self.child.terminate()
        try:
            self.child.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.child = None
