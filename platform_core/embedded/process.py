"""Child processes that never outlive the process that started them."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from platform_core.embedded.account import ServerAccount

_PR_SET_PDEATHSIG = 1
# Loaded here, before any fork: a child that has not yet run its program must not load libraries.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(death_signal: signal.Signals, parent: int) -> None:
    """Ask the kernel to signal this process when the thread that started it ends (Linux; elsewhere nothing happens).

    Args:
        death_signal: what to be sent.
        parent: process id of the starter; when it is already gone the signal is sent at once.
    """
    if _LIBC is None:
        return
    _LIBC.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), death_signal)


def _tie(death_signal: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def in_child() -> None:
        die_with_parent(death_signal, parent)

    return in_child


def spawn(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path,
    death_signal: signal.Signals,
    account: ServerAccount | None = None,
    output: IO[bytes] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, so that a terminal's Ctrl-C reaches only its supervisor.

    Args:
        death_signal: sent to the child when the calling thread ends; call from a thread that lives on.
        account: operating system account to run as; None is the caller's own.
        output: where standard output and error go; None is the caller's own.
    """
    return subprocess.Popen(  # noqa: S603 -- the callers pass fixed programs
        [str(part) for part in argv],
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        # Runs after the change of account, which would clear the death signal. One system call, nothing allocated.
        preexec_fn=_tie(death_signal),  # noqa: PLW1509
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def exited(process: subprocess.Popen[bytes], timeout_seconds: float) -> bool:
    """Wait for the end of a child; False when it still runs after the time."""
    try:
        process.wait(timeout_seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def stop(process: subprocess.Popen[bytes], steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """Send each signal in turn until the child has ended, then kill what is left of its process group.

    Args:
        steps: pairs of a signal and the seconds to wait after it.
    """
    for number, seconds in steps:
        if process.poll() is not None:
            break
        process.send_signal(number)
        if exited(process, seconds):
            break
    # Nothing may be left of the group (macOS answers with the second error).
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def is_alive(pid: int) -> bool:
    """Say whether a process with this id runs, whoever owns it; one that waits to be reaped does not.

    In a container the first process often reaps nobody, so an orphan that has ended would look alive for ever.
    """
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return True
    return fields[0] not in {"Z", "X"}


def works_in(pid: int, folder: Path) -> bool:
    """Say whether a living process has `folder` as its working folder; PostgreSQL and Redis enter their data folder."""
    if Path("/proc/self").exists():
        try:
            return Path(f"/proc/{pid}/cwd").samefile(folder)
        except OSError:
            return False
    # macOS has no /proc: there the folder stands in the command line.
    listing = subprocess.run(  # noqa: S603 -- a fixed program
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return str(folder) in listing.stdout


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Say whether nothing listens on a TCP port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(host: str = "127.0.0.1") -> int:
    """Return a TCP port on which nothing listens now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
