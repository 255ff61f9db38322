"""How a plugin does: its hooks in the organization in scope, and over the fleet for operators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from platform_core.plugins.breaker import QUARANTINE_ORGANIZATIONS, QUARANTINE_SECONDS, RULES
from platform_core.plugins.hookspecs import hook_class_of
from platform_core.plugins.statistics import BOUNDS, process_meter
from tenants.scope import current_organization, public_scope

LONGEST: Final = timedelta(days=14)
_SUMS: Final = """
    sum(calls)::bigint, sum(failures)::bigint, sum(timeouts)::bigint, sum(skipped)::bigint, sum(opened)::bigint,
    sum(seconds), max(open_until)"""
_BUCKETS: Final = """
    SELECT hook, b.place, sum(b.count)::bigint
    FROM tenants_hookhealth, unnest(buckets) WITH ORDINALITY AS b (count, place)
    WHERE organization_id = %s AND plugin = %s AND hour >= %s GROUP BY hook, b.place ORDER BY hook, b.place"""
_OF_HOOKS: Final = f"""
    SELECT hook, {_SUMS} FROM tenants_hookhealth
    WHERE organization_id = %s AND plugin = %s AND hour >= %s GROUP BY hook ORDER BY hook"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookHealthFacts:
    """One hook of one plugin here.

    Attributes:
        p50_ms, p95_ms: upper bound of the bucket in which that share of the calls lies; None without calls.
        skipped: calls that were not made.
        breaker: closed or open, as the processes wrote it last; none where the hook has no breaker.
        rule: when its breaker opens; None without one.
    """

    hook: str
    hook_class: str
    calls: int
    failures: int
    timeouts: int
    skipped: int
    opened: int
    mean_ms: float | None
    p50_ms: float | None
    p95_ms: float | None
    breaker: str
    open_until: datetime | None
    rule: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginHealth:
    """How a plugin does here in some hours.

    Attributes:
        status: ok, degraded (a call failed) or suspended (a breaker is open); idle without any call.
        quarantine_seconds: for how long the answering process calls none of its hooks; 0 where it does.
    """

    plugin: str
    since: datetime
    status: str
    hooks: tuple[HookHealthFacts, ...]
    quarantine_seconds: float
    quarantine_rule: dict[str, float]


def plugin_health(slug: str, *, hours: int = 24) -> PluginHealth:
    """Return the health of a plugin in the organization in scope: two queries, whatever the number of hooks."""
    since = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=hours - 1)
    arguments: tuple[int, str, datetime] = (current_organization().id, slug, since)
    with public_scope(), connection.cursor() as cursor:
        cursor.execute(_OF_HOOKS, arguments)
        rows = cursor.fetchall()
        cursor.execute(_BUCKETS, arguments)
        counts: dict[str, list[int]] = {}
        for hook, place, count in cursor.fetchall():
            counts.setdefault(hook, [0] * (len(BOUNDS) + 1))[place - 1] = count
    hooks = tuple(_facts(row, counts.get(row[0], [])) for row in rows)
    meter = process_meter()
    return PluginHealth(
        plugin=slug,
        since=since,
        status=_status(hooks, meter.quarantined_seconds(slug)),
        hooks=hooks,
        quarantine_seconds=round(meter.quarantined_seconds(slug), 1),
        quarantine_rule={"organizations": QUARANTINE_ORGANIZATIONS, "seconds": QUARANTINE_SECONDS},
    )


def quantile(counts: Sequence[int], share: float) -> float | None:
    """Return the bound in seconds below which a share of the calls lies; the last bound for what is above all."""
    total, seen = sum(counts), 0
    if not total:
        return None
    for place, count in enumerate(counts):
        seen += count
        if seen >= share * total:
            return BOUNDS[min(place, len(BOUNDS) - 1)]
    return BOUNDS[-1]


def _facts(row: tuple[Any, ...], counts: Sequence[int]) -> HookHealthFacts:
    hook, calls, failures, timeouts, skipped, opened, seconds, open_until = row
    hook_class = hook_class_of(hook)
    rule = RULES.get(hook_class) if hook_class is not None else None
    return HookHealthFacts(
        hook=hook,
        hook_class=hook_class.value if hook_class is not None else "",
        calls=calls,
        failures=failures,
        timeouts=timeouts,
        skipped=skipped,
        opened=opened,
        mean_ms=round(seconds / calls * 1e3, 3) if calls else None,
        p50_ms=_ms(quantile(counts, 0.5)),
        p95_ms=_ms(quantile(counts, 0.95)),
        breaker=_breaker(open_until) if rule is not None else "none",
        open_until=open_until,
        rule=None
        if rule is None
        else {
            "failures": rule.failures,
            "share": rule.share,
            "window_seconds": rule.window,
            "cooldown_seconds": rule.cooldown,
            "probes": rule.probes,
        },
    )


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1e3


def _breaker(open_until: datetime | None) -> str:
    return "open" if open_until is not None and open_until > timezone.now() else "closed"


def _status(hooks: Sequence[HookHealthFacts], quarantine_seconds: float) -> str:
    if quarantine_seconds > 0 or any(hook.breaker == "open" for hook in hooks):
        return "suspended"
    if any(hook.failures or hook.timeouts for hook in hooks):
        return "degraded"
    return "ok" if any(hook.calls for hook in hooks) else "idle"
