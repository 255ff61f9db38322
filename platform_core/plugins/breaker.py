"""The circuit breaker of one hook of one plugin in one organization: its rules, its numbers and its state. Django-free.

Closed: calls are made. It opens when, in a sliding window, enough calls failed and they are a large enough share. Open:
no call is made for the cooldown. Half-open: a few probes are let through; if all succeed it closes, if one fails it
opens again. A breaker is memory of one process: another process learns for itself.
"""

from collections import deque
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from platform_core.plugins.hookspecs import HookClass

SLOTS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerRule:
    """When a breaker opens.

    Attributes:
        failures: in the window, at least.
        share: of the calls in the window that failed, at least.
        window: seconds.
        cooldown: seconds for which it stays open.
        probes: calls that must succeed before it closes.
    """

    failures: int
    share: float
    window: float = 300.0
    cooldown: float = 120.0
    probes: int = 3


# docs/reference/hooks.md and `GET /api/plugins/{slug}/health/` publish these; a test compares. Register and lifecycle
# hooks have none: the first run once at boot, the others when an admin asks, who must be able to try again.
_IN_REQUESTS: Final = BreakerRule(failures=5, share=0.5)
_ELSEWHERE: Final = BreakerRule(failures=20, share=0.35)
RULES: Final = MappingProxyType(
    {
        HookClass.VALIDATE: _IN_REQUESTS,
        HookClass.NARROW: _IN_REQUESTS,
        HookClass.PROVIDE: _ELSEWHERE,
        HookClass.EVENT: _ELSEWHERE,
    }
)
QUARANTINE_ORGANIZATIONS: Final = 3
"""Open in so many organizations of a process at once, a plugin's hooks are called in none of them."""
QUARANTINE_SECONDS: Final = 600.0


@dataclass(slots=True)
class Breaker:
    """State of one breaker. Not thread-safe: its owner holds a lock. Times are of the monotonic clock.

    Attributes:
        incident: id of the log line that says why it opened.
        open_until: 0 while it is closed.
    """

    rule: BreakerRule
    incident: str = ""
    open_until: float = 0.0
    _slot: int = 0
    _calls: deque[int] = field(default_factory=lambda: deque([0] * SLOTS, SLOTS))
    _failed: deque[int] = field(default_factory=lambda: deque([0] * SLOTS, SLOTS))
    _probing: int = 0
    _succeeded: int = 0

    def state(self, now: float) -> str:
        """Return closed, open or half_open."""
        if not self.open_until:
            return "closed"
        return "open" if now < self.open_until else "half_open"

    def admits(self, now: float) -> bool:
        """Say whether a call may be made; a probe that is let through is counted."""
        if not self.open_until:
            return True
        if now < self.open_until or self._probing + self._succeeded >= self.rule.probes:
            # A probe that never came back, as its process was recycled or forked, must not keep it shut for ever.
            if now < self.open_until + self.rule.cooldown:
                return False
            self._probing = 0
        self._probing += 1
        return True

    def record(self, *, failed: bool, now: float) -> bool:
        """Count a call that was made; say whether it opened the breaker."""
        if self.open_until:
            return self._record_probe(failed=failed, now=now)
        slot = int(now * SLOTS / self.rule.window)
        if slot != self._slot:
            self._roll(slot)
        self._calls[-1] += 1
        if not failed:
            return False
        self._failed[-1] += 1
        failures = sum(self._failed)
        if failures < self.rule.failures or failures < self.rule.share * sum(self._calls):
            return False
        self.open_until = now + self.rule.cooldown
        return True

    def _record_probe(self, *, failed: bool, now: float) -> bool:
        if now < self.open_until:
            # It began before the breaker opened.
            return False
        self._probing = max(0, self._probing - 1)
        if failed:
            self.open_until, self._probing, self._succeeded = now + self.rule.cooldown, 0, 0
            return True
        self._succeeded += 1
        if self._succeeded >= self.rule.probes:
            self.close()
        return False

    def close(self) -> None:
        """Begin anew."""
        self.open_until, self.incident, self._probing, self._succeeded = 0.0, "", 0, 0
        self._calls.extend([0] * SLOTS)
        self._failed.extend([0] * SLOTS)

    def _roll(self, slot: int) -> None:
        empty = [0] * min(slot - self._slot, SLOTS)
        self._calls.extend(empty)
        self._failed.extend(empty)
        self._slot = slot
