"""Zones of a project's tasks: sums over 4,096 numbers each, kept by readers and importers, marked stale by writers.

A writer only notes which zones it touched, in the counters row that it locks last anyway. Whoever needs the zones
counts the noted ones again while holding that row: a zone not noted is never older than the last committed write.
"""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from platform_core.projects.models import ZONE_SIZE
from platform_core.tasks.filters.verdicts import Bounds

SIZE: Final = ZONE_SIZE
SMALL: Final = 100_000
"""Up to so many tasks a project has no zones: they are counted as quickly without."""
AT_ONCE: Final = 256
"""Zones that are counted while writers of the project wait: a million tasks take half a second, and only once."""
ROUNDS: Final = 8

_FACTS: Final = {
    "tasks": "count(*)",
    "annotations": "COALESCE(sum(t.total_annotations), 0)",
    "predictions": "COALESCE(sum(t.total_predictions), 0)",
    "finished_tasks": "count(*) FILTER (WHERE t.is_labeled)",
    "finished_annotations": "COALESCE(sum(t.total_annotations) FILTER (WHERE t.is_labeled), 0)",
    "finished_predictions": "COALESCE(sum(t.total_predictions) FILTER (WHERE t.is_labeled), 0)",
    "completed_tasks": "count(t.completed_at)",
    "completed_predictions": "COALESCE(sum(t.total_predictions) FILTER (WHERE t.completed_at IS NOT NULL), 0)",
    "first_id": "min(t.id)",
    "last_id": "max(t.id)",
    "first_created": "min(t.created_at)",
    "last_created": "max(t.created_at)",
    "first_completed": "min(t.completed_at)",
    "last_completed": "max(t.completed_at)",
}
_NAMES: Final = ", ".join(_FACTS)
_LOCK: Final = """
    SELECT stale_zones, last_inner_id FROM projects_projectcounters
    WHERE project_id = %(project)s FOR NO KEY UPDATE SKIP LOCKED"""
_COUNT: Final = f"""
    INSERT INTO tasks_taskzone (project_id, number, {_NAMES}, created_at, updated_at)
    SELECT %(project)s, z.number, f.*, now(), now()
    FROM unnest(%(numbers)s::int[]) AS z(number) CROSS JOIN LATERAL (
        SELECT {", ".join(f"{sql} AS {name}" for name, sql in _FACTS.items())} FROM tasks_task t
        WHERE t.project_id = %(project)s AND t.inner_id > z.number::bigint * %(size)s
              AND t.inner_id <= (z.number + 1)::bigint * %(size)s) f
    ON CONFLICT (project_id, number) DO UPDATE
    SET {", ".join(f"{name} = excluded.{name}" for name in _FACTS)}, updated_at = now()"""
_CLEAN: Final = "UPDATE projects_projectcounters SET stale_zones = %(rest)s WHERE project_id = %(project)s"
_STALE: Final = """
    SELECT stale_zones FROM projects_projectcounters
    WHERE project_id = %(project)s AND task_number > %(small)s"""
_READ: Final = f"""
    SELECT c.stale_zones, z.number, {", ".join(f"z.{name}" for name in _FACTS)}, z.number = ANY(c.stale_zones)
    FROM projects_projectcounters c LEFT JOIN tasks_taskzone z ON z.project_id = c.project_id
    WHERE c.project_id = %(project)s AND c.stale_zones IS NOT NULL ORDER BY z.number"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """What a zone comes to; the names are the columns.

    Attributes:
        stale: somebody changed tasks of it since, so that the figures may be wrong.
    """

    number: int
    tasks: int
    annotations: int
    predictions: int
    finished_tasks: int
    finished_annotations: int
    finished_predictions: int
    completed_tasks: int
    completed_predictions: int
    first_id: int
    last_id: int
    first_created: datetime
    last_created: datetime
    first_completed: datetime | None
    last_completed: datetime | None
    stale: bool

    @property
    def numbers(self) -> tuple[int, int]:
        """Return the lowest and the highest number that a task of the zone may have."""
        return self.number * SIZE + 1, (self.number + 1) * SIZE

    @property
    def bounds(self) -> Bounds:
        """Return what a filter can be judged by."""
        completed = None
        if self.first_completed is not None and self.last_completed is not None:
            completed = (self.first_completed, self.last_completed)
        return Bounds(
            tasks=self.tasks,
            finished=self.finished_tasks,
            completed=self.completed_tasks,
            id=(self.first_id, self.last_id),
            inner_id=self.numbers,
            created_at=(self.first_created, self.last_created),
            completed_at=completed,
        )


_FIELDS: Final = tuple(item.name for item in fields(Zone))


def zone_of(inner_id: int) -> int:
    """Return the zone of the task with this number."""
    return (inner_id - 1) // SIZE


def zones_between(first: int, last: int) -> range:
    """Return the zones of the tasks with these numbers and all between."""
    return range(zone_of(first), zone_of(last) + 1)


def zones_of_project(project_id: int, *, refresh: bool = True) -> list[Zone] | None:
    """Return the zones of a project that have tasks, in order; None where they were never counted, or not wholly.

    Args:
        refresh: count stale zones again, which locks the counters row: nothing else may be written in the transaction.
            Where a writer holds the row, stale zones come as they are.
    """
    if refresh:
        refresh_zones(project_id)
    with connection.cursor() as cursor:
        cursor.execute(_READ, {"project": project_id})
        rows = cursor.fetchall()
    known = [Zone(**dict(zip(_FIELDS, row[1:], strict=True))) for row in rows if row[1] is not None]
    if not rows or not {zone.number for zone in known}.issuperset(rows[0][0]):
        return None
    return [zone for zone in known if zone.tasks or zone.stale]


def refresh_zones(project_id: int) -> None:
    """Count the stale zones of a project again, unless a writer is at it: then they stay stale until the next call."""
    for _ in range(ROUNDS):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_STALE, {"project": project_id, "small": SMALL})
            row = cursor.fetchone()
            if row is None or row[0] == [] or not _refresh(cursor, project_id):
                return


def _refresh(cursor: Any, project_id: int) -> bool:
    """Count the next zones; say whether the row was to be had."""
    cursor.execute(_LOCK, {"project": project_id})
    row = cursor.fetchone()
    if row is None:
        return False
    stale = sorted(row[0]) if row[0] is not None else list(zones_between(1, row[1]))
    arguments = {"project": project_id, "numbers": stale[:AT_ONCE], "rest": stale[AT_ONCE:], "size": SIZE}
    cursor.execute(_COUNT, arguments)
    cursor.execute(_CLEAN, arguments)
    return True
