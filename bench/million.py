"""One project of a million tasks: each line of the promise beside its limit of 100 ms at the server.

Every request comes right after a write to the project, so that nothing that was found before can be remembered. Half
of the completions lie in the order of tasks, as annotators leave them, half anywhere. The audit gets as many entries.
"""

import json
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from bench import tasks_data
from bench.figures import Figure, at_most, medians
from bench.installation import call, new_project
from bench.machine import Meter
from bench.transfers import Place

PIECE = 50_000
LIMIT_MS = 100
CHOICE = [{"from_name": "cls", "to_name": "text", "type": "choices", "value": {"choices": ["c1"]}}]

# Labelling of a month: in order up to the middle of the project, at random beyond.
COMPLETE = """
    UPDATE tasks_task SET completed_at = now() - interval '1 day' * CASE
        WHEN inner_id < %(middle)s THEN 30 - 15.0 * inner_id / %(middle)s ELSE 15 * random() END
    WHERE project_id = %(project)s AND total_annotations > 0"""
FACTS = """
    SELECT percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY created_at),
           percentile_disc(ARRAY[0.5, 0.99]) WITHIN GROUP (ORDER BY completed_at), min(id), max(id)
    FROM tasks_task WHERE project_id = %(project)s"""
AUDIT = """
    INSERT INTO events_auditentry (action, target_type, target_id, actor_email, data, created_at, credential, plugin,
                                   request_id, user_agent)
    SELECT 'task.created', 'task', n::text, '', '{}', now() - (%(count)s - n) * interval '30 seconds', '', '',
           md5(n::text), '' FROM generate_series(1, %(count)s) n"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Values to ask for: moments of creation (half, the last twentieth) and completion (half, the last hundredth)."""

    created: list[datetime]
    completed: list[datetime]
    first_id: int
    last_id: int


def million(place: Place, count: int, repeat: int) -> Iterator[Figure]:
    """Fill a project with `count` tasks, every fifth annotated, and measure."""
    project = new_project(place.server, place.account, "million")
    body = tasks_data.import_body(PIECE, annotate_every=5)
    for _ in range(count // PIECE):
        call(place.server, place.account, "POST", f"/api/projects/{project}/import", body)
    facts = _prepare(place, project, count)
    for name, path in _paths(project, facts, count).items():
        yield _line(place, project, facts, name, path, repeat)
    first = f"/api/tasks/{facts.first_id}/"
    call(place.server, place.account, "DELETE", first)
    deep = count * 9 // 10 // 100
    yield _line(place, project, facts, f"Page {deep}, one task deleted", f"{_list(project)}&page={deep}", repeat)
    half = datetime.fromtimestamp(time.time() - 15 * count, UTC)
    audit = {
        "until half-way": f"until={half:%Y-%m-%dT%H:%M:%S}Z",
        "an unknown request": "request_id=0",
        "nobody did": "action=x.y",
    }
    for name, query in audit.items():
        yield _line(place, project, facts, f"Audit of {count:,} entries, {name}", f"/api/audit/?{query}", repeat)


def _prepare(place: Place, project: int, count: int) -> Facts:
    import psycopg

    with psycopg.connect(place.url, autocommit=True) as database:
        database.execute(f'SET search_path TO "{place.account.schema}"')
        database.execute(COMPLETE, {"project": project, "middle": count // 2})
        # What was completed by hand is counted anew.
        database.execute("UPDATE projects_projectcounters SET stale_zones = NULL WHERE project_id = %s", [project])
        database.execute(AUDIT, {"count": count})
        database.execute("VACUUM ANALYZE")
        row = database.execute(FACTS, {"project": project}).fetchone()
    assert row is not None
    return Facts(created=row[0], completed=row[1], first_id=row[2], last_id=row[3])


def _list(project: int, *items: dict[str, Any]) -> str:
    path = f"/api/tasks/?project={project}&page_size=100"
    return f"{path}&query={quote(json.dumps({'filters': {'conjunction': 'and', 'items': items}}))}" if items else path


def _item(column: str, operator: str, kind: str, value: object) -> dict[str, object]:
    shown = value.isoformat() if isinstance(value, datetime) else value
    return {"filter": f"filter:tasks:{column}", "operator": operator, "type": kind, "value": shown}


def _paths(project: int, facts: Facts, count: int) -> dict[str, str]:
    deep, middle = count * 9 // 10 // 100, facts.first_id + (facts.last_id - facts.first_id) // 2
    half = _list(project, _item("id", "greater", "Number", middle))
    created = [_list(project, _item("created_at", "greater_or_equal", "Datetime", at)) for at in facts.created]
    completed = [_list(project, _item("completed_at", "greater", "Datetime", at)) for at in facts.completed]
    without = _list(project, _item("completed_at", "empty", "Datetime", True))
    return {
        "First page": _list(project),
        f"Page {deep}": f"{_list(project)}&page={deep}",
        "Project with its counters": f"/api/projects/{project}/",
        "Counters of all projects": "/api/projects/counts/",
        "Filter: id, half of them": half,
        f"Filter: id, half of them, page {deep // 2}": f"{half}&page={deep // 2}",
        "Filter: created, half": created[0],
        f"Filter: created, half, page {deep // 2}": f"{created[0]}&page={deep // 2}",
        "Filter: created, the last twentieth": created[1],
        "Filter: completed, half": completed[0],
        "Filter: completed, the last hundredth": completed[1],
        "Filter: not completed": without,
        f"Filter: not completed, page {deep * 3 // 4}": f"{without}&page={deep * 3 // 4}",
        "Filter: finished": _list(project, _item("is_labeled", "equal", "Boolean", True)),
    }


def _line(place: Place, project: int, facts: Facts, name: str, path: str, repeat: int) -> Figure:
    passes = []
    for number in range(repeat * 2):
        task = facts.first_id + 1 + (number * 7919 * 101) % (facts.last_id - facts.first_id)
        body = {"result": CHOICE, "lead_time": 1.5}
        call(place.server, place.account, "POST", f"/api/tasks/{task}/annotations/", body)
        with Meter(server=[place.server.pid], database=[place.database]) as meter:
            call(place.server, place.account, "GET", path)
        cpu = {"server_ms": meter.server * 1e3, "database_ms": meter.database * 1e3}
        passes.append({"ms": meter.wall * 1e3, "foreign": meter.foreign, **cpu})
    middle = medians(passes)
    # The kernel counts CPU in hundredths of a second: only the mean of some requests says anything.
    server, database = (statistics.fmean(one[name] for one in passes) for name in ("server_ms", "database_ms"))
    return Figure(
        name=f"A million tasks, after a write: {name}",
        measured=f"{middle['ms']:.1f} ms, {server:.0f} + {database:.0f} ms CPU",
        limit="",
        foreign=middle["foreign"],
        details={**middle, "worst": max(one["ms"] for one in passes), "project": project},
        **at_most(middle["ms"], LIMIT_MS, " ms"),
    )
