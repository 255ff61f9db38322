"""Calling one hook of one plugin: arguments, time limit, result check, measurement. Policies are the facade's."""

import logging
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import pluggy

from platform_core.plugins.acting import begin_acting, end_acting
from platform_core.plugins.breaker import QUARANTINE_SECONDS
from platform_core.plugins.collection import check_sequence
from platform_core.plugins.errors import HookTimeoutError
from platform_core.plugins.hookspecs import HookSpec
from platform_core.plugins.implementations import Implementation
from platform_core.plugins.statistics import Entry, HookMeter, Opened, process_meter
from platform_core.plugins.watchdog import Watchdog, process_watchdog

logger = logging.getLogger(__name__)
SHOWN_RESULT = 200


class HookFailedError(Exception):
    """One call failed.

    Attributes:
        plugin: slug.
        hook: name of the hook.
        reason: for logs and admins, never for a client's body.
        incident_id: finds the log line with the traceback.
    """

    def __init__(self, *, plugin: str, hook: str, reason: str) -> None:
        self.plugin = plugin
        self.hook = hook
        self.reason = reason
        self.incident_id = uuid.uuid4().hex[:12]
        super().__init__(f"{plugin}.{hook}: {reason} (incident {self.incident_id})")


class HookSuspendedError(HookFailedError):
    """The call was not made: the breaker is open, or the plugin in quarantine. The incident is that of the opening."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookCall:
    """One call that was observed.

    Attributes:
        outcome: ok, failed or timeout.
        result: what it returned, as text; empty for nothing.
    """

    plugin: str
    hook: str
    outcome: str
    seconds: float
    result: str


_observer: ContextVar[Callable[[HookCall], None] | None] = ContextVar("tenon_hook_observer", default=None)


@contextmanager
def observed(observe: Callable[[HookCall], None]) -> Iterator[None]:
    """Tell `observe` of each call in the block; for `tenon plugin trace`."""
    token = _observer.set(observe)
    try:
        yield
    finally:
        _observer.reset(token)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoker:
    """Runs implementations under a watchdog and a breaker, and counts."""

    watchdog: Watchdog = field(default_factory=process_watchdog)
    meter: HookMeter = field(default_factory=process_meter)

    def invoke(self, slug: str, implementation: Implementation, arguments: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the items that the implementation returned.

        Raises:
            HookFailedError: it raised, ran too long, or returned something of another type.
            HookSuspendedError: it was not called, after repeated failures.
            pluggy.HookCallError: the core did not pass an argument of the specification: our own mistake.
        """
        values = _bind(implementation, arguments)
        return self.measure(slug, implementation.spec, lambda: implementation.function(*values))

    def measure(self, slug: str, spec: HookSpec, call: Callable[[], object]) -> tuple[Any, ...]:
        """Run a call under a specification; raises as `invoke` does."""
        entry = self.meter.entry(slug, spec)
        refusal = self.meter.refusal(entry)
        if refusal is not None:
            raise _suspension(slug, spec, entry, refusal)
        started = time.monotonic()
        outcome = "failed"
        items: tuple[Any, ...] = ()
        try:
            token = begin_acting(slug)
            try:
                value = self.watchdog.run(call, seconds=spec.limit, culprit=f"{slug}.{spec.name}")
            finally:
                end_acting(token)
            items = check_sequence(spec, value)
            outcome = "ok"
        except HookTimeoutError as error:
            outcome = "timeout"
            raise record_failure(slug, spec, f"took longer than {spec.limit:g} s") from error
        except (Exception, SystemExit) as error:
            raise record_failure(slug, spec, f"{type(error).__name__}: {error}") from error
        finally:
            seconds = time.monotonic() - started
            self._record(entry, spec, outcome, seconds)
            _observe(slug, spec, outcome, seconds, items)
        return items

    def _record(self, entry: Entry, spec: HookSpec, outcome: str, seconds: float) -> None:
        opened = self.meter.record(entry, outcome, seconds)
        slug = entry.key[1]
        if seconds > spec.budget or logger.isEnabledFor(logging.DEBUG):
            facts = {"plugin": slug, "hook": spec.name, "outcome": outcome, "seconds": round(seconds, 6)}
            level = logging.WARNING if seconds > spec.budget else logging.DEBUG
            logger.log(level, "Hook %s.%s: %s in %.3f s", slug, spec.name, outcome, seconds, extra=facts)
        if opened is not None:
            _log_opening(entry, spec, opened)


def _bind(implementation: Implementation, arguments: Mapping[str, Any]) -> list[Any]:
    try:
        return [arguments[name] for name in implementation.arguments]
    except KeyError as error:
        raise pluggy.HookCallError(f"{implementation.spec.name}() was called without {error}") from error


def record_failure(slug: str, spec: HookSpec, reason: str) -> HookFailedError:
    """Log a failure, with the traceback of the exception being handled if there is one, and return it for raising."""
    failure = HookFailedError(plugin=slug, hook=spec.name, reason=reason)
    logger.error(
        "Plugin %s failed in %s: %s (incident %s)",
        slug,
        spec.name,
        reason,
        failure.incident_id,
        exc_info=sys.exc_info()[0] is not None,
        extra={"plugin": slug, "hook": spec.name, "incident_id": failure.incident_id},
    )
    return failure


def _observe(slug: str, spec: HookSpec, outcome: str, seconds: float, items: tuple[Any, ...]) -> None:
    observe = _observer.get()
    if observe is not None:
        text = ", ".join(map(repr, items))
        shown = text if len(text) <= SHOWN_RESULT else f"{text[:SHOWN_RESULT]}..."
        observe(HookCall(plugin=slug, hook=spec.name, outcome=outcome, seconds=seconds, result=shown))


def _suspension(slug: str, spec: HookSpec, entry: Entry, reason: str) -> HookSuspendedError:
    suspension = HookSuspendedError(plugin=slug, hook=spec.name, reason=reason)
    if entry.breaker is not None and entry.breaker.incident:
        suspension.incident_id = entry.breaker.incident
    return suspension


def _log_opening(entry: Entry, spec: HookSpec, opened: Opened) -> None:
    """Say that a breaker opened: once, not at each call that is not made from now on."""
    assert entry.breaker is not None
    organization, slug, hook = entry.key
    incident = entry.breaker.incident = uuid.uuid4().hex[:12]
    facts = {"plugin": slug, "hook": hook, "incident_id": incident, "organization_id": organization}
    rule = entry.breaker.rule
    logger.error(
        "Hook %s.%s is switched off for %g s in organization %d after repeated failures (incident %s)",
        slug,
        spec.name,
        rule.cooldown,
        organization,
        incident,
        extra=facts,
    )
    if opened.quarantined:
        logger.critical(
            "Plugin %s is in quarantine in this process for %g s: %s is switched off in %d organizations (incident %s)",
            slug,
            QUARANTINE_SECONDS,
            hook,
            opened.organizations,
            incident,
            extra=facts,
        )
