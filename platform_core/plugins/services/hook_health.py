"""Writing what a process counted of its hooks: one statement, whatever the number of organizations (ADR 16)."""

from datetime import timedelta
from functools import partial
from typing import Any, Final

import orjson
from django.db import connection, transaction
from django.utils import timezone

from platform_core.plugins.statistics import NOBODY, HookMeter, Key, Tally, process_meter
from tenants.models import HookHealth
from tenants.scope import current_organization, public_scope

KEPT: Final = timedelta(days=14)
"""Hours older than this are deleted; the rows that count ever stay."""
_ROWS: Final = """
    jsonb_to_recordset(%s::jsonb) AS r (organization bigint, plugin text, hook text, calls bigint, failures bigint,
        timeouts bigint, skipped bigint, opened bigint, seconds float8, buckets bigint[], open_seconds float8)"""
_MERGE: Final = """
    ON CONFLICT (organization_id, plugin, hook, hour) DO UPDATE SET
        calls = t.calls + EXCLUDED.calls, failures = t.failures + EXCLUDED.failures,
        timeouts = t.timeouts + EXCLUDED.timeouts, skipped = t.skipped + EXCLUDED.skipped,
        opened = t.opened + EXCLUDED.opened, seconds = t.seconds + EXCLUDED.seconds,
        buckets = ARRAY(SELECT COALESCE(b.mine, 0) + COALESCE(b.theirs, 0)
                        FROM unnest(t.buckets, EXCLUDED.buckets) WITH ORDINALITY AS b (mine, theirs, place)
                        ORDER BY b.place),
        open_until = GREATEST(t.open_until, EXCLUDED.open_until), updated_at = now()"""
_COLUMNS: Final = "plugin, hook, calls, failures, timeouts, skipped, opened, seconds, buckets, open_until"
_VALUES: Final = """
    r.plugin, r.hook, r.calls, r.failures, r.timeouts, r.skipped, r.opened, r.seconds, r.buckets,
    CASE WHEN r.open_seconds > 0 THEN now() + r.open_seconds * interval '1 second' END"""
# In the order of the key, so that two processes never wait for each other in a circle. Both parts are constants.
_WRITE_HOURS: Final = f"""
    INSERT INTO tenants_hookhealth AS t (organization_id, hour, {_COLUMNS}, created_at, updated_at)
    SELECT r.organization, date_trunc('hour', now(), 'UTC'), {_VALUES}, now(), now()
    FROM {_ROWS} JOIN tenants_organization o ON o.id = r.organization
    ORDER BY r.organization, r.plugin, r.hook {_MERGE}"""  # noqa: S608
_WRITE_TOTALS: Final = f"""
    INSERT INTO tenants_hookhealth AS t (organization_id, hour, {_COLUMNS}, created_at, updated_at)
    SELECT NULL, NULL, {_VALUES}, now(), now() FROM {_ROWS}
    ORDER BY r.plugin, r.hook {_MERGE}"""  # noqa: S608


def write_statistics(meter: HookMeter) -> int:
    """Write what came together since the last time and return how many entries; what cannot be written is kept."""
    taken = meter.drain()
    if not taken:
        return 0
    try:
        with public_scope(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                _WRITE_HOURS, [orjson.dumps([_row(*item) for item in taken if item[0][0] != NOBODY]).decode()]
            )
            cursor.execute(_WRITE_TOTALS, [orjson.dumps(_totals(taken)).decode()])
    except BaseException:
        meter.give_back(taken)
        raise
    return len(taken)


def close_breakers(slug: str) -> None:
    """Let a plugin begin anew in the organization in scope, in this process after the commit.

    Breakers of other processes close by themselves, after their time.
    """
    organization = current_organization()
    with public_scope():
        opened = HookHealth.objects.filter(organization_id=organization.id, plugin=slug, open_until__isnull=False)
        opened.update(open_until=None, updated_at=timezone.now())
    transaction.on_commit(partial(process_meter().reset, organization.id, slug), robust=True)


def forget_old_statistics() -> int:
    """Delete the hours that nobody asks for any more; returns how many rows."""
    with public_scope():
        return HookHealth.objects.filter(hour__lt=timezone.now() - KEPT).delete()[0]


def _row(key: Key, tally: Tally, open_seconds: float) -> dict[str, Any]:
    organization, plugin, hook = key
    return {
        "organization": organization,
        "plugin": plugin,
        "hook": hook,
        "calls": tally.calls,
        "failures": tally.failures,
        "timeouts": tally.timeouts,
        "skipped": tally.skipped,
        "opened": tally.opened,
        "seconds": tally.seconds,
        "buckets": tally.buckets,
        "open_seconds": open_seconds,
    }


def _totals(taken: list[tuple[Key, Tally, float]]) -> list[dict[str, Any]]:
    """Add the organizations up: one row a plugin and hook, as one statement may touch a row once only."""
    sums: dict[tuple[str, str], Tally] = {}
    for (_organization, plugin, hook), tally, _left in taken:
        sums.setdefault((plugin, hook), Tally()).add(tally)
    return [_row((NOBODY, plugin, hook), tally, 0.0) for (plugin, hook), tally in sums.items()]
