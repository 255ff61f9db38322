"""What a process knows of the hooks that it calls: counts, times and breakers, by organization, plugin and hook.

On the way of a call this costs two look-ups and a lock, nothing of the database: `platform_core.plugins.flushing`
writes what came together every few seconds. Free of Django.
"""

import os
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from platform_core.plugins.breaker import (
    QUARANTINE_ORGANIZATIONS,
    QUARANTINE_SECONDS,
    RULES,
    Breaker,
)
from platform_core.plugins.hookspecs import HookSpec
from tenants.scope import current_organization_or_none

BOUNDS: Final = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 30.0)
"""Upper bounds of the buckets in seconds; one more bucket is above them."""
NOBODY: Final = 0

Key = tuple[int, str, str]


@dataclass(slots=True)
class Tally:
    """What came together since the last writing."""

    calls: int = 0
    failures: int = 0
    timeouts: int = 0
    skipped: int = 0
    opened: int = 0
    seconds: float = 0.0
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))

    def add(self, other: "Tally") -> None:
        """Take another tally in."""
        self.calls += other.calls
        self.failures += other.failures
        self.timeouts += other.timeouts
        self.skipped += other.skipped
        self.opened += other.opened
        self.seconds += other.seconds
        self.buckets = [mine + theirs for mine, theirs in zip(self.buckets, other.buckets, strict=True)]


class Entry:
    """One hook of one plugin in one organization."""

    __slots__ = ("breaker", "key", "lock", "tally")

    def __init__(self, key: Key, spec: HookSpec) -> None:
        rule = RULES.get(spec.hook_class)
        self.key = key
        self.lock = threading.Lock()
        self.tally = Tally()
        self.breaker = Breaker(rule) if rule is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A breaker that has just opened.

    Attributes:
        organizations: in how many of this process it is open now.
        quarantined: that is many enough: the plugin's hooks are called nowhere in this process for a while.
    """

    organizations: int
    quarantined: bool


class HookMeter:
    """All entries of a process.

    Args:
        clock: seconds that never go back.
        started: called when the first entry is made, in this process or in a fork of it.
    """

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, started: Callable[[], None] | None = None
    ) -> None:
        self.clock = clock
        self._started = started
        self._entries: dict[Key, Entry] = {}
        self._quarantined: dict[str, float] = {}
        self._lock = threading.Lock()

    def entry(self, slug: str, spec: HookSpec) -> Entry:
        """Return the entry of a hook in the organization in scope."""
        organization = current_organization_or_none()
        key = (organization.id if organization is not None else NOBODY, slug, spec.name)
        found = self._entries.get(key)
        return found if found is not None else self._made(key, spec)

    def _made(self, key: Key, spec: HookSpec) -> Entry:
        with self._lock:
            is_first = not self._entries
            found = self._entries.setdefault(key, Entry(key, spec))
        if is_first and self._started is not None:
            self._started()
        return found

    def refusal(self, entry: Entry) -> str | None:
        """Return why a call must not be made, and count that; None where it may."""
        breaker = entry.breaker
        if breaker is None or (not breaker.open_until and not self._quarantined):
            return None
        now = self.clock()
        until = self._quarantined.get(entry.key[1], 0.0)
        with entry.lock:
            if until > now:
                entry.tally.skipped += 1
                return f"is in quarantine in this process for {until - now:.0f} s"
            if breaker.admits(now):
                return None
            entry.tally.skipped += 1
            left = max(0.0, breaker.open_until - now)
        return f"is switched off for {left:.0f} s after repeated failures"

    def record(self, entry: Entry, outcome: str, seconds: float) -> Opened | None:
        """Count a call: ok, failed or timeout; say when it opened the breaker."""
        failed = outcome != "ok"
        with entry.lock:
            tally = entry.tally
            tally.calls += 1
            tally.seconds += seconds
            tally.buckets[bisect_left(BOUNDS, seconds)] += 1
            if failed:
                tally.failures += outcome == "failed"
                tally.timeouts += outcome == "timeout"
            breaker = entry.breaker
            if breaker is None or not breaker.record(failed=failed, now=self.clock()):
                return None
            tally.opened += 1
        return self._opened(entry)

    def _opened(self, entry: Entry) -> Opened:
        now, (_organization, slug, hook) = self.clock(), entry.key
        organizations = {key[0] for key, _entry in self.open_entries() if key[1:] == (slug, hook)}
        quarantined = len(organizations) >= QUARANTINE_ORGANIZATIONS
        if quarantined:
            self._quarantined = {**self._quarantined, slug: now + QUARANTINE_SECONDS}
        return Opened(organizations=len(organizations), quarantined=quarantined)

    def open_entries(self) -> Iterator[tuple[Key, Entry]]:
        """Give the entries whose breaker is open or half-open."""
        for key, entry in list(self._entries.items()):
            if entry.breaker is not None and entry.breaker.open_until:
                yield key, entry

    def quarantined_seconds(self, slug: str) -> float:
        """Return for how long this process calls no hook of a plugin; 0 where it does."""
        return max(0.0, self._quarantined.get(slug, 0.0) - self.clock())

    def states(self, organization_id: int, slug: str) -> dict[str, tuple[str, float]]:
        """Return hook -> (state, seconds until probes) of the breakers of a plugin in an organization."""
        now = self.clock()
        return {
            key[2]: (entry.breaker.state(now), max(0.0, entry.breaker.open_until - now))
            for key, entry in list(self._entries.items())
            if key[:2] == (organization_id, slug) and entry.breaker is not None
        }

    def drain(self) -> list[tuple[Key, Tally, float]]:
        """Take what came together: key, tally and for how many seconds its breaker stays open."""
        taken, now = [], self.clock()
        for key, entry in list(self._entries.items()):
            with entry.lock:
                tally = entry.tally
                if not (tally.calls or tally.skipped):
                    continue
                entry.tally = Tally()
                left = max(0.0, entry.breaker.open_until - now) if entry.breaker is not None else 0.0
            taken.append((key, tally, left))
        return taken

    def give_back(self, taken: list[tuple[Key, Tally, float]]) -> None:
        """Take in again what could not be written."""
        for key, tally, _left in taken:
            entry = self._entries.get(key)
            if entry is not None:
                with entry.lock:
                    entry.tally.add(tally)

    def reset(self, organization_id: int, slug: str) -> None:
        """Close the breakers of a plugin in an organization, as when it is enabled or upgraded there."""
        for key, entry in list(self._entries.items()):
            if key[:2] == (organization_id, slug) and entry.breaker is not None:
                with entry.lock:
                    entry.breaker.close()

    def forget(self) -> None:
        """Forget everything; a fork begins anew, and so does a test."""
        self._entries, self._quarantined, self._lock = {}, {}, threading.Lock()


_starters: Final[list[Callable[[], None]]] = []


def when_started(function: Callable[[], None]) -> Callable[[], None]:
    """Have a function called when this process, or a fork of it, calls its first hook."""
    _starters.append(function)
    return function


def _start() -> None:
    for function in _starters:
        function()


@cache
def process_meter() -> HookMeter:
    """Return the one meter of this process."""
    meter = HookMeter(started=_start)
    os.register_at_fork(after_in_child=meter.forget)
    return meter
