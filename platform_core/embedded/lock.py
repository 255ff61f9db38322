"""A lock file that is free again the moment its holder dies, however it dies."""

import fcntl
import os
from pathlib import Path

from platform_core.embedded.errors import EmbeddedServiceInUseError


class FileLock:
    """An exclusive `flock` on `path`; the file itself stays and holds the process id of the last holder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def acquire(self, *, what: str) -> None:
        """Take the lock at once.

        Args:
            what: what the lock protects, for the message.

        Raises:
            EmbeddedServiceInUseError: another process, or another object of this one, holds it.
        """
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(descriptor, 32).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise EmbeddedServiceInUseError(
                f"{what} is already run by process {holder}. "
                "Stop that process, or choose another folder with --data-dir."
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode("ascii"), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back; nothing happens when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
