"""Pages of tasks as raw JSON: one statement for the project and its counters, one for the rows.

A page by number needs no OFFSET as long as no task of the project was deleted: `inner_id` counts the tasks in order of
ids, so the page starts at a known number. After deletions an index-only OFFSET from the nearest start that this process
remembers finds it. Pages by cursor start after an id and cost the same at any depth.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

from django.core import signing
from django.db import connection

from platform_core.api.errors import NotFoundError, ValidationFailedError
from platform_core.members.principal import Principal
from platform_core.projects.queries.visible import MAX_ID, visibility, visible_project_condition
from platform_core.tasks.queries import json_sql
from platform_core.tasks.queries import zones as task_zones
from platform_core.tasks.queries.page_starts import page_starts
from tenants.scope import current_schema

Fields = Literal["all", "task_only"]
FAR: Final = 10_000
"""Tasks to skip beyond which the zones of a big project are asked where a page begins."""
CURSOR_SALT: Final = "tenon.tasks.cursor"

_VISIBLE_PROJECT = f"""
    SELECT c.task_number, c.total_annotations_number, c.total_predictions_number, c.deleted_task_number, c.revision
    FROM projects_projectcounters c
    WHERE c.project_id = %(project)s AND {visible_project_condition("c.project_id")}"""
_ROWS: Final[dict[Fields, str]] = {
    "task_only": f"SELECT {json_sql.TASK_ONLY}::text FROM tasks_task t",
    "all": (
        f"SELECT {json_sql.TASK_ALL}::text "
        f"FROM tasks_task t {json_sql.ANNOTATIONS_OF_TASK} {json_sql.PREDICTIONS_OF_TASK}"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectTotals:
    """Counters that every page shows, and the project's revision: see `change_counters`."""

    tasks: int
    annotations: int
    predictions: int
    deleted: int
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPage:
    """A page: serialized tasks, joined, and where the next page starts."""

    content: bytes
    count: int
    next_cursor: str | None


def project_totals(principal: Principal, project_id: int) -> ProjectTotals:
    """Return the counters of a project that the member may see, in one statement.

    Raises:
        NotFoundError: it does not exist or is not visible.
    """
    with connection.cursor() as cursor:
        cursor.execute(_VISIBLE_PROJECT, {"project": project_id, **visibility(principal)})
        row = cursor.fetchone()
    if row is None:
        raise NotFoundError(f"There is no project {project_id}.")
    return ProjectTotals(tasks=row[0], annotations=row[1], predictions=row[2], deleted=row[3], revision=row[4])


def task_page(
    principal: Principal,
    *,
    project_id: int,
    totals: ProjectTotals,
    fields: Fields,
    page: int,
    page_size: int,
    cursor: str | None,
) -> TaskPage:
    """Return a page of tasks in order of ids.

    Args:
        cursor: start after this page's end, instead of `page`; made by an earlier answer for the same project.

    Raises:
        ValidationFailedError: the cursor is forged or belongs to another project.
    """
    arguments: dict[str, Any] = {
        "project": project_id,
        "limit": page_size,
        "member": principal.id,
        "only_by": None if principal.can("annotations.view_all") else principal.id,
    }
    if cursor is not None:
        start, arguments["start"] = "t.id > %(start)s", read_cursor(cursor, project_id)
        order = "t.id"
    else:
        start, order, values = _start_of_page(project_id, (page - 1) * page_size, totals)
        arguments |= values
    query = f"{_ROWS[fields]} WHERE t.project_id = %(project)s AND {start} ORDER BY {order} LIMIT %(limit)s"
    query = query.replace("::text FROM", "::text, t.id FROM", 1)
    with connection.cursor() as database:
        database.execute(query, arguments)
        rows = database.fetchall()
    if cursor is None and totals.deleted and rows:
        key, offset = (current_schema(), project_id, totals.deleted), (page - 1) * page_size
        page_starts.put(key, offset, rows[0][1] - 1)
        page_starts.put(key, offset + len(rows), rows[-1][1])
    next_cursor = make_cursor(project_id, rows[-1][1]) if len(rows) == page_size else None
    return TaskPage(content=",".join([row[0] for row in rows]).encode(), count=len(rows), next_cursor=next_cursor)


def _start_of_page(project_id: int, offset: int, totals: ProjectTotals) -> tuple[str, str, dict[str, int]]:
    """Return the condition, the order and the arguments of a page that begins after `offset` tasks."""
    if totals.deleted == 0 or offset == 0:
        return "t.inner_id > %(start)s", "t.inner_id", {"start": offset}
    skip, last_id = page_starts.nearest((current_schema(), project_id, totals.deleted), offset)
    if skip == 0:
        return "t.id > %(start)s", "t.id", {"start": last_id}
    zone = _zone_of_place(project_id, offset) if skip > FAR and totals.tasks > task_zones.SMALL else None
    if zone is not None:
        inner = """SELECT s.inner_id FROM tasks_task s WHERE s.project_id = %(project)s AND s.inner_id > %(after)s
                   ORDER BY s.inner_id OFFSET %(skip)s LIMIT 1"""
        return f"t.inner_id >= ({inner})", "t.inner_id", {"after": zone[0], "skip": zone[1]}
    inner = """SELECT s.id FROM tasks_task s WHERE s.project_id = %(project)s AND s.id > %(after)s
               ORDER BY s.id OFFSET %(skip)s LIMIT 1"""
    return f"t.id >= ({inner})", "t.id", {"after": last_id, "skip": skip}


def _zone_of_place(project_id: int, offset: int) -> tuple[int, int] | None:
    """Return the number before the zone in which a page begins, and how many of its tasks come before the page."""
    zones = task_zones.zones_of_project(project_id)
    if zones is None or any(zone.stale for zone in zones):
        return None
    before = 0
    for zone in zones:
        if before + zone.tasks > offset:
            return zone.numbers[0] - 1, offset - before
        before += zone.tasks
    return None


def make_cursor(project_id: int, last_id: int) -> str:
    """Return a signed position, so that it can neither be forged nor used for another project or organization."""
    return signing.dumps([project_id, last_id], salt=_cursor_salt())


def read_cursor(text: str, project_id: int) -> int:
    """Return the id a cursor stands for.

    Raises:
        ValidationFailedError: it is forged, damaged or of another project.
    """
    try:
        project, last_id = signing.loads(text, salt=_cursor_salt())
    except (signing.BadSignature, ValueError, TypeError):
        project, last_id = None, None
    if project != project_id or not isinstance(last_id, int):
        raise ValidationFailedError(
            validation_errors={"cursor": ["This cursor is not valid for this list; start without one."]}
        )
    return last_id


def _cursor_salt() -> str:
    return f"{CURSOR_SALT}:{current_schema()}"


_EXPANDED = json_sql.TASK_ALL.replace("COALESCE(an.items", "COALESCE(an.expanded")
_ANNOTATIONS_EXPANDED = json_sql.ANNOTATIONS_OF_TASK.replace(
    "SELECT json_agg(", f"SELECT json_agg({json_sql.ANNOTATION_WITH_AUTHOR} ORDER BY a.id) AS expanded, json_agg(", 1
)
_ONE = f"""
    SELECT {_EXPANDED}::text, {json_sql.microseconds("t.updated_at")}
    FROM tasks_task t {_ANNOTATIONS_EXPANDED} {json_sql.PREDICTIONS_OF_TASK}
    WHERE t.id = %(task)s AND {visible_project_condition("t.project_id")}"""
_HANDED_OUT = _ONE.replace(
    "WHERE p.task_id = t.id", "WHERE p.task_id = t.id AND (%(model)s = '' OR p.model_version = %(model)s)"
).replace("ON t.total_predictions > 0", "ON t.total_predictions > 0 AND %(show_predictions)s")


def task_json(principal: Principal, task_id: int) -> tuple[bytes, int]:
    """Return one task with its annotations and predictions, authors expanded, and its version.

    Raises:
        NotFoundError: it does not exist or is not visible.
    """
    only_by = None if principal.can("annotations.view_all") else principal.id
    return _one(_ONE, task_id, {"only_by": only_by, **visibility(principal)})


def handed_out_task_json(
    principal: Principal, task_id: int, *, model_version: str, show_predictions: bool
) -> tuple[bytes, int]:
    """Return a task for somebody who is about to label it: no annotations but their own; raises as `task_json`.

    Args:
        model_version: show the predictions of this model only; empty for all.
    """
    arguments = {"only_by": principal.id, "model": model_version, "show_predictions": show_predictions}
    return _one(_HANDED_OUT, task_id, {**arguments, **visibility(principal)})


def _one(query: str, task_id: int, arguments: dict[str, Any]) -> tuple[bytes, int]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"task": min(task_id, MAX_ID), **arguments})
        row = cursor.fetchone()
    if row is None:
        raise NotFoundError(f"There is no task {task_id}.")
    return row[0].encode(), row[1]
