"""The child process of a proof: `python -m ... SLUG ROOT REPORT`.

`DATABASE_URL` names a copy of the template; the lock holds the plugin and what it depends on.
"""

import json
import logging
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any


def main(slug: str, root: str, report: str) -> None:
    """Run every rule of behaviour and write the report."""
    # Inline, as all below: Django is set up first.
    import django

    django.setup()
    logging.getLogger().handlers = [logging.NullHandler()]
    document = prove(slug, Path(root))
    Path(report).write_text(json.dumps(document), encoding="utf-8")
    from django.db import connections

    connections.close_all()


def prove(slug: str, root: Path) -> dict[str, Any]:
    """Return `{"findings": [...], "tried": {...}, "skipped": {...}, "not_run": reason or None, "recorded": {...}}`."""
    from platform_core.conformance.behaviour import faults, inputs, lifecycle, off, quality, walls
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
    recorded: dict[str, Any] = {}
    if not _guarded(stage, "TP501", lambda: lifecycle.enabled_everywhere(stage)):
        return _document(_findings(stage), tried=dict(stage.tried), not_run="the plugin could not be enabled")
    _guarded(stage, "TP901", lambda: _objects(stage))
    _guarded(stage, "TP902", lambda: quality.queries_are_counted(stage))
    _guarded(stage, "TP602", lambda: walls.nothing_crosses(stage))
    document = _guarded(stage, "TP903", lambda: quality.description_of(stage))
    if document:
        _guarded(stage, "TP903", lambda: quality.api_is_described(stage, document))
        recorded = _guarded(stage, "TP904", lambda: quality.api_keeps_its_record(stage, document)) or {}
    _guarded(stage, "TP905", lambda: quality.permissions_are_asked(stage))
    _guarded(stage, "TP906", lambda: quality.bad_input_is_refused(stage))
    _guarded(stage, "TP806", lambda: inputs.hooks_hold_out(stage))
    _guarded(stage, "TP701", lambda: off.absent_where_off(stage))
    _guarded(stage, "TP801", lambda: faults.every_hook_may_fail(stage))
    _guarded(stage, "TP502", lambda: lifecycle.disabled_and_back(stage))
    _guarded(stage, "TP503", lambda: lifecycle.purged_and_back(stage))
    return _document(_findings(stage), tried=dict(stage.tried), skipped=stage.skipped, recorded=recorded)


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
