"""The child process of a proof: `python -m ... SLUG ROOT REPORT [RULES]`.

`DATABASE_URL` names a copy of the template; the lock holds the plugin and what it depends on.
"""

import functools
import json
import logging
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any


def main(slug: str, root: str, report: str, *only: str) -> None:
    """Run every rule of behaviour, or those whose ids begin with one of `only`, and write the report."""
    # Inline: Django is set up first, for all below.
    import django

    django.setup()
    logging.getLogger().handlers = [logging.NullHandler()]
    document = prove(slug, Path(root), only)
    Path(report).write_text(json.dumps(document), encoding="utf-8")
    # Inline: as above.
    from django.db import connections

    connections.close_all()


def prove(slug: str, root: Path, only: Sequence[str] = ()) -> dict[str, Any]:
    """Return `{"findings": [...], "tried": {...}, "skipped": {...}, "not_run": reason or None, "recorded": {...}}`."""
    # Inline: as above.
    from platform_core.conformance.behaviour.stage import Stage
    from platform_core.conformance.behaviour.world import load
    from platform_core.plugins.discovery import find_package_dir
    from platform_core.plugins.loader import get_registry

    worlds, seen = load()
    registry = get_registry()
    plugin = registry.plugins.get(slug)
    if plugin is None:
        reason = registry.quarantined[slug].reason if slug in registry.quarantined else "is not in the lock"
        return _document([{"rule": "TP401", "where": slug, "message": reason}], not_run="the plugin is not loaded")
    stage = Stage(
        plugin=plugin,
        root=root,
        package_dir=find_package_dir(plugin.package) or root,
        depends=[name for name in registry.plugins if name != slug],
        worlds=worlds,
        seen=seen,
    )
    stage.tried["TP401"] = 1
    return _run(stage, only)


def _run(stage: Any, only: Sequence[str]) -> dict[str, Any]:
    # Inline: as above.
    from platform_core.conformance.behaviour import faults, inputs, lifecycle, off, quality, walls

    if not _guarded(stage, "TP501", lambda: lifecycle.enabled_everywhere(stage)):
        return _document(_findings(stage), tried=dict(stage.tried), not_run="the plugin could not be enabled")
    _guarded(stage, "TP901", lambda: _objects(stage))
    # Each part with the rules that it is about; the order matters, the last ones take the plugin away.
    parts: tuple[tuple[str, Callable[[Any], Any]], ...] = (
        ("TP902", quality.queries_are_counted),
        ("TP602 TP501 TP601 TP603 TP604 TP605 TP606 TP607 TP608 TP609 TP610 TP901", walls.nothing_crosses),
        ("TP903 TP904", quality.api_is_proven),
        ("TP905", quality.permissions_are_asked),
        ("TP906", quality.bad_input_is_refused),
        ("TP806 TP805", inputs.hooks_hold_out),
        ("TP701 TP702 TP703", off.absent_where_off),
        ("TP801 TP802 TP803 TP804 TP807", faults.every_hook_may_fail),
        ("TP502", lifecycle.disabled_and_back),
        ("TP503", lifecycle.purged_and_back),
    )
    for rules, part in parts:
        if not only or any(rule.startswith(tuple(only)) for rule in rules.split()):
            _guarded(stage, rules.split()[0], functools.partial(part, stage))
    return _document(
        [item for item in _findings(stage) if not only or item["rule"].startswith(tuple(only))],
        tried=dict(stage.tried),
        skipped=stage.skipped,
        recorded=stage.recorded,
    )


def _objects(stage: Any) -> None:
    for world in (stage.other, stage.called):
        world.objects.update(stage.objects.make(world))


def _guarded(stage: Any, rule: str, part: Callable[[], Any]) -> Any:
    """Run a part of the proof; what it raises is a finding, and the other parts still run."""
    try:
        return part()
    except (Exception, SystemExit) as error:  # noqa: BLE001  the plugin's code may raise anything
        traceback.print_exc()
        stage.find(rule, "the proof itself", f"ended by {type(error).__name__}: {str(error)[:300]}")
        return None


def _findings(stage: Any) -> list[dict[str, str]]:
    return [finding.to_json() for finding in stage.findings]


def _document(findings: list[dict[str, str]], **more: Any) -> dict[str, Any]:
    return {"findings": findings, "tried": {}, "skipped": {}, "not_run": None, "recorded": {}, **more}


if __name__ == "__main__":
    main(*sys.argv[1:])
