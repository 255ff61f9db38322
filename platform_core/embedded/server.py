"""One run of the PostgreSQL server: launch, wait until it answers, find and end one that was left over."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from platform_core.embedded import process
from platform_core.embedded.account import ServerAccount
from platform_core.embedded.binaries import PostgresBinaries
from platform_core.embedded.bootstrap import clean_environment
from platform_core.embedded.cluster_home import ClusterHome
from platform_core.embedded.errors import EmbeddedServiceError

# SIGINT is PostgreSQL's fast stop (sessions are ended, data are flushed), SIGQUIT the immediate one.
STOP_STEPS = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
_LOG_LIMIT_BYTES = 10 * 1024 * 1024
_PID_LINE, _STATUS_LINE = 0, 7
_BIND_FAILED = re.compile(r"could not bind|could not create any TCP/IP sockets")

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "password_encryption": "scram-sha-256",
    # A dump or drop of many schemas locks each table (reference/tenancy.md §6).
    "max_locks_per_transaction": "1024",
    # Statements and key values of a failed statement are somebody's data; they stay out of the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_timezone": "UTC",
}
UNSAFE_BUT_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum_naptime": "600"}


class PortTakenError(EmbeddedServiceError):
    """Something else listens on the port."""


def launch(
    home: ClusterHome,
    binaries: PostgresBinaries,
    account: ServerAccount | None,
    *,
    port: int,
    socket_folder: Path,
    settings: Mapping[str, str],
    timeout_seconds: float,
) -> subprocess.Popen[bytes]:
    """Start the server and return when it takes connections; its end is tied to the calling thread's.

    Raises:
        PortTakenError: the port was taken in the meantime.
        EmbeddedServiceError: it ended or did not get ready in time; the message carries the end of its log.
    """
    if home.log.exists() and home.log.stat().st_size > _LOG_LIMIT_BYTES:
        home.log.replace(home.log.with_suffix(".log.1"))
    options = {**SETTINGS, **settings, "port": str(port), "unix_socket_directories": str(socket_folder)}
    argv: list[str | Path] = [binaries.program("postgres"), "-D", home.data]
    for name, value in options.items():
        argv += ["-c", f"{name}={value}"]
    with home.log.open("ab") as log:
        home.log.chmod(0o600)
        began = log.tell()
        child = process.spawn(
            argv, env=clean_environment(), cwd=home.data, death_signal=signal.SIGINT, account=account, output=log
        )
    try:
        _wait_until_ready(home, child, began, timeout_seconds)
    except BaseException:
        process.stop(child, STOP_STEPS)
        raise
    return child


def ready_pid(home: ClusterHome) -> int | None:
    """Return the process id of the server that takes connections on this cluster now, or None."""
    lines = _pid_lines(home)
    if len(lines) <= _STATUS_LINE or lines[_STATUS_LINE].strip() != "ready":
        return None
    pid = int(lines[_PID_LINE])
    return pid if process.is_alive(pid) and process.works_in(pid, home.data) else None


def end_leftover(home: ClusterHome, *, patience_seconds: float = 30.0) -> None:
    """Wait for, then stop, a server that outlived its supervisor; drop the pid file of one that did not.

    PostgreSQL trusts a pid file whose number is alive, even when a stranger has that number after a restart of the
    machine. Only call this while holding the cluster's lock.

    Raises:
        EmbeddedServiceError: the server does not end.
    """
    lines = _pid_lines(home)
    if not lines:
        return
    pid = abs(int(lines[_PID_LINE])) if lines[_PID_LINE].strip().lstrip("-").isdigit() else 0
    if pid and process.is_alive(pid) and process.works_in(pid, home.data):
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + patience_seconds
        while process.is_alive(pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        if process.is_alive(pid):
            raise EmbeddedServiceError(
                f"A PostgreSQL left over by an earlier run does not end: process {pid}. Stop it."
            )
    (home.data / "postmaster.pid").unlink(missing_ok=True)


def _pid_lines(home: ClusterHome) -> list[str]:
    try:
        return (home.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


def _wait_until_ready(home: ClusterHome, child: subprocess.Popen[bytes], began: int, timeout_seconds: float) -> None:
    deadline = time.monotonic() + timeout_seconds
    while ready_pid(home) != child.pid:
        if child.poll() is not None:
            tail = _log_since(home, began)
            if _BIND_FAILED.search(tail):
                raise PortTakenError(f"PostgreSQL cannot listen:\n{tail}")
            raise EmbeddedServiceError(
                f"The embedded PostgreSQL ended with code {child.returncode}. The end of {home.log}:\n{tail}"
            )
        if time.monotonic() > deadline:
            raise EmbeddedServiceError(
                f"The embedded PostgreSQL was not ready after {timeout_seconds:.0f} s. "
                f"The end of {home.log}:\n{_log_since(home, began)}"
            )
        time.sleep(0.02)


def _log_since(home: ClusterHome, began: int) -> str:
    with home.log.open("rb") as log:
        log.seek(began)
        return log.read()[-2000:].decode("utf-8", "replace").strip()
