"""The machine and its processes as /proc shows them: shape, CPU, memory, and the share that strangers take."""

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

TICK = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


def shape() -> dict[str, str]:
    """Return what a reader needs to compare figures: processors, memory, system."""
    cpu = next(
        (line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "?"
    )
    memory = next(int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal"))
    return {
        "processors": f"{os.cpu_count()} x {cpu}",
        "memory": f"{memory / 2**20:.0f} GiB",
        "system": f"{os.uname().sysname} {os.uname().release}",
    }


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines()


def family(roots: Iterable[int]) -> list[int]:
    """Return these processes and all their descendants."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, todo = [], list(roots)
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += children.get(pid, [])
    return found


def _stat(pid: int) -> list[str]:
    try:
        return (PROC / str(pid) / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def cpu_seconds(roots: Iterable[int]) -> float:
    """Return the CPU seconds of processes, their descendants, and those of theirs that have ended."""
    return sum(sum(map(int, fields[11:15])) for pid in family(roots) if (fields := _stat(pid))) / TICK


def resident_bytes(pid: int, field: str = "VmRSS") -> int:
    """Return resident memory now (`VmRSS`) or its peak since `forget_peak` (`VmHWM`)."""
    line = next(line for line in _lines(f"/proc/{pid}/status") if line.startswith(field))
    return int(line.split()[1]) * 1024


def forget_peak(pid: int) -> None:
    """Begin a new measurement of the peak."""
    (PROC / str(pid) / "clear_refs").write_text("5", encoding="ascii")


class Meter:
    """CPU of the server, the database and everybody else over a span.

    Attributes:
        wall: seconds.
        server, database, own: CPU seconds; `own` is this process.
        foreign: share of the whole machine's CPU time that processes of others took; above 0.15 the wall-clock
            figures of that line are worth little.
    """

    def __init__(self, *, server: Iterable[int] = (), database: Iterable[int] = ()) -> None:
        self._server, self._database = list(server), list(database)
        self.wall = self.server = self.database = self.own = self.foreign = 0.0

    def __enter__(self) -> Self:
        self._before = self._now()
        return self

    def __exit__(self, *_error: object) -> None:
        after = self._now()
        spent = [now - before for now, before in zip(after, self._before, strict=True)]
        self.wall, self.server, self.database, self.own, busy = spent
        capacity = self.wall * (os.cpu_count() or 1)
        self.foreign = max(0.0, busy - self.own - self.server - self.database) / capacity

    def _now(self) -> tuple[float, ...]:
        times = [int(word) for word in _lines("/proc/stat")[0].split()[1:9]]
        busy = (sum(times) - times[3] - times[4]) / TICK
        return (
            time.perf_counter(),
            cpu_seconds(self._server) if self._server else 0.0,
            cpu_seconds(self._database) if self._database else 0.0,
            time.process_time(),
            busy,
        )


@dataclass(slots=True)
class Memory:
    """Resident memory of some processes over idle.

    Attributes:
        idle: bytes by process at the start.
    """

    idle: dict[int, int]

    @classmethod
    def of(cls, pids: Iterable[int]) -> Self:
        """Note what is in use now and begin to watch the peak."""
        idle = {pid: resident_bytes(pid) for pid in pids}
        for pid in idle:
            forget_peak(pid)
        return cls(idle)

    def peak_over_idle(self) -> int:
        """Return the largest growth of any one process, in bytes."""
        return max(resident_bytes(pid, "VmHWM") - idle for pid, idle in self.idle.items())
