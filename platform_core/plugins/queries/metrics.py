"""What operators scrape: the counts of all processes, from the rows that count ever. No organization is named."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.db import connection

from platform_core.plugins.loader import get_registry
from platform_core.plugins.statistics import BOUNDS
from tenants.scope import public_scope

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_TOTALS: Final = """
    SELECT plugin, hook, calls, failures, timeouts, skipped, opened, seconds, buckets
    FROM tenants_hookhealth WHERE organization_id IS NULL AND hour IS NULL ORDER BY plugin, hook"""
_OPEN: Final = """
    SELECT plugin, hook, count(DISTINCT organization_id) FROM tenants_hookhealth
    WHERE open_until > now() AND organization_id IS NOT NULL GROUP BY plugin, hook ORDER BY plugin, hook"""
_STATES: Final = """
    SELECT p.key, p.value->>'state', count(*) FROM tenants_schemastate, jsonb_each(plugins) AS p
    GROUP BY 1, 2 ORDER BY 1, 2"""


def plugin_metrics() -> str:
    """Return the metrics of the plugins in the text format of Prometheus: three queries."""
    with public_scope(), connection.cursor() as cursor:
        cursor.execute(_TOTALS)
        totals = cursor.fetchall()
        cursor.execute(_OPEN)
        open_breakers = cursor.fetchall()
        cursor.execute(_STATES)
        states = cursor.fetchall()
    lines = [*_counters(totals), *_histogram(totals)]
    lines += _gauge(
        "tenon_plugin_breakers_open", "Organizations in which the breaker of a hook is open.", open_breakers
    )
    lines += _family("tenon_plugin_organizations", "gauge", "Organizations by the state of a plugin there.")
    lines += [
        f"tenon_plugin_organizations{_labels(plugin=plugin, state=state)} {count}" for plugin, state, count in states
    ]
    lines += _family("tenon_plugin_info", "gauge", "Plugins of this process; quarantined ones have the value 0.")
    lines += [
        f"tenon_plugin_info{_labels(plugin=slug, version=version)} {value}" for slug, version, value in _plugins()
    ]
    return "\n".join(lines) + "\n"


def _counters(totals: list[tuple[Any, ...]]) -> Iterator[str]:
    yield from _family("tenon_plugin_hook_calls_total", "counter", "Calls of hooks by outcome.")
    for plugin, hook, calls, failures, timeouts, skipped, *_rest in totals:
        counts = {"ok": calls - failures - timeouts, "failed": failures, "timeout": timeouts, "skipped": skipped}
        for outcome, count in counts.items():
            yield f"tenon_plugin_hook_calls_total{_labels(plugin=plugin, hook=hook, outcome=outcome)} {count}"
    yield from _family("tenon_plugin_breaker_opened_total", "counter", "How often the breaker of a hook opened.")
    for plugin, hook, _calls, _failures, _timeouts, _skipped, opened, *_rest in totals:
        yield f"tenon_plugin_breaker_opened_total{_labels(plugin=plugin, hook=hook)} {opened}"


def _histogram(totals: list[tuple[Any, ...]]) -> Iterator[str]:
    name = "tenon_plugin_hook_seconds"
    yield from _family(name, "histogram", "Time in hooks.")
    for plugin, hook, calls, _failures, _timeouts, _skipped, _opened, seconds, buckets in totals:
        seen = 0
        for bound, count in zip(BOUNDS, buckets, strict=False):
            seen += count
            yield f"{name}_bucket{_labels(plugin=plugin, hook=hook, le=f'{bound:g}')} {seen}"
        yield f"{name}_bucket{_labels(plugin=plugin, hook=hook, le='+Inf')} {calls}"
        yield f"{name}_sum{_labels(plugin=plugin, hook=hook)} {seconds:.6f}"
        yield f"{name}_count{_labels(plugin=plugin, hook=hook)} {calls}"


def _gauge(name: str, text: str, rows: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    yield from _family(name, "gauge", text)
    for plugin, hook, count in rows:
        yield f"{name}{_labels(plugin=plugin, hook=hook)} {count}"


def _family(name: str, kind: str, text: str) -> list[str]:
    return [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]


def _plugins() -> Iterator[tuple[str, str, int]]:
    registry = get_registry()
    for slug, plugin in sorted(registry.plugins.items()):
        yield slug, plugin.manifest.version, 1
    for slug, quarantined in sorted(registry.quarantined.items()):
        yield slug, quarantined.manifest.version if quarantined.manifest is not None else "", 0


def _labels(**values: str) -> str:
    pairs = (f'{name}="{_escaped(value)}"' for name, value in values.items())
    return "{" + ",".join(pairs) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
