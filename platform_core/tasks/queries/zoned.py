"""Filtered lists of big projects by zones: what a zone knows is added up, only the other zones' tasks are looked at.

So a filter on ids, dates or completion reads a few thousand tasks of a million, and a deep page starts in its own zone.
"""

import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from django.db import connection

from platform_core.tasks.filters import CompiledQuery, TaskQuery
from platform_core.tasks.filters.verdicts import Part, part_of_zone
from platform_core.tasks.queries import zones as task_zones
from platform_core.tasks.queries.found_tasks import SECONDS, FoundTotals, Key
from platform_core.tasks.queries.zones import Zone

MAX_LOOKED_AT: Final = 100_000
"""Tasks to look at beyond which one pass over the project is quicker: it runs in parallel, or by another index."""
REMEMBERED: Final = 64

_LOOK: Final = """
    SELECT r.number, f.* FROM unnest(%(numbers)s::int[], %(firsts)s::bigint[], %(lasts)s::bigint[])
         AS r(number, first, last)
    CROSS JOIN LATERAL (
        SELECT count(*), COALESCE(sum(t.total_annotations), 0), COALESCE(sum(t.total_predictions), 0)
        FROM tasks_task t WHERE t.inner_id BETWEEN r.first AND r.last AND {where}) f"""
_IDS: Final = """
    SELECT f.id FROM unnest(%(numbers)s::int[], %(firsts)s::bigint[], %(lasts)s::bigint[])
         AS r(number, first, last)
    CROSS JOIN LATERAL (
        SELECT t.id FROM tasks_task t WHERE t.inner_id BETWEEN r.first AND r.last AND {where}
        ORDER BY t.inner_id LIMIT %(reach)s) f
    ORDER BY f.id OFFSET %(skip)s LIMIT %(limit)s"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneCount:
    """How many tasks of a zone a list has, and their annotations and predictions.

    Attributes:
        last_id: no task of the zone has a higher id; None where that is not known.
    """

    number: int
    last_id: int | None
    totals: FoundTotals


ZoneCounts = Sequence[ZoneCount]


def count_zones(
    zones: Sequence[Zone], query: TaskQuery, compiled: CompiledQuery, arguments: dict[str, Any]
) -> ZoneCounts | None:
    """Return the counts of the zones in which a query finds tasks, in order; None where zones are of no help."""
    told: dict[int, FoundTotals] = {}
    unknown: list[Zone] = []
    for zone in zones:
        part = Part.SOME if zone.stale else part_of_zone(query, zone.bounds)
        if part is Part.SOME:
            unknown.append(zone)
        elif part is not Part.NOTHING:
            told[zone.number] = _known(zone, part)
    if sum(task_zones.SIZE if zone.stale else zone.tasks for zone in unknown) > MAX_LOOKED_AT:
        return None
    if unknown:
        told |= _looked_at(unknown, compiled, arguments)
    return tuple(
        ZoneCount(number=zone.number, totals=told[zone.number], last_id=None if zone.stale else zone.last_id)
        for zone in zones
        if zone.number in told and told[zone.number].tasks
    )


def sum_of(counts: ZoneCounts) -> FoundTotals:
    """Return what zones come to together."""
    return FoundTotals(
        tasks=sum(count.totals.tasks for count in counts),
        annotations=sum(count.totals.annotations for count in counts),
        predictions=sum(count.totals.predictions for count in counts),
    )


def ids_by_zones(
    counts: ZoneCounts, compiled: CompiledQuery, arguments: dict[str, Any], *, offset: int, count: int
) -> list[int]:
    """Return ids of a list in order of ids from a place on, read from the zones where they are."""
    before, first_before = 0, 0
    wanted: list[int] = []
    for zone in counts:
        if before >= offset + count:
            break
        if before + zone.totals.tasks > offset:
            first_before = first_before if wanted else before
            wanted.append(zone.number)
        before += zone.totals.tasks
    return _ids(wanted, compiled.where, arguments, skip=offset - first_before, count=count)


def ids_after(
    counts: ZoneCounts, compiled: CompiledQuery, arguments: dict[str, Any], *, after: int, count: int
) -> list[int]:
    """Return ids of a list in order of ids that are higher than one of them."""
    wanted: list[int] = []
    certain = 0
    for zone in counts:
        if zone.last_id is not None and zone.last_id <= after:
            continue
        # Of the first zone any number may be before the place.
        certain += zone.totals.tasks if wanted else 0
        wanted.append(zone.number)
        if certain >= count:
            break
    where = f"{compiled.where} AND t.id > %(after)s"
    return _ids(wanted, where, {**arguments, "after": after}, skip=0, count=count)


def _ids(numbers: list[int], where: str, arguments: dict[str, Any], *, skip: int, count: int) -> list[int]:
    place = {"skip": skip, "limit": count, "reach": skip + count}
    with connection.cursor() as cursor:
        cursor.execute(_IDS.format(where=where), arguments | _ranges(numbers) | place)
        return [row[0] for row in cursor.fetchall()]


def _known(zone: Zone, part: Part) -> FoundTotals:
    finished = FoundTotals(
        tasks=zone.finished_tasks, annotations=zone.finished_annotations, predictions=zone.finished_predictions
    )
    completed = FoundTotals(
        tasks=zone.completed_tasks, annotations=zone.annotations, predictions=zone.completed_predictions
    )
    every = FoundTotals(tasks=zone.tasks, annotations=zone.annotations, predictions=zone.predictions)
    parts = {Part.ALL: every, Part.FINISHED: finished, Part.COMPLETED: completed}
    return parts[part] if part in parts else _without(every, finished if part is Part.UNFINISHED else completed)


def _without(every: FoundTotals, some: FoundTotals) -> FoundTotals:
    return FoundTotals(
        tasks=every.tasks - some.tasks,
        annotations=every.annotations - some.annotations,
        predictions=every.predictions - some.predictions,
    )


def _looked_at(zones: list[Zone], compiled: CompiledQuery, arguments: dict[str, Any]) -> dict[int, FoundTotals]:
    ranges = _ranges([zone.number for zone in zones])
    with connection.cursor() as cursor:
        cursor.execute(_LOOK.format(where=compiled.where), arguments | ranges)
        return {
            number: FoundTotals(tasks=tasks, annotations=int(annotations), predictions=int(predictions))
            for number, tasks, annotations, predictions in cursor.fetchall()
        }


def _ranges(numbers: Sequence[int]) -> dict[str, list[int]]:
    size = task_zones.SIZE
    firsts = [number * size + 1 for number in numbers]
    return {"numbers": list(numbers), "firsts": firsts, "lasts": [first + size - 1 for first in firsts]}


class FoundZones:
    """Remembers the zones of lists by revision of their project, so that pages in a row count once; thread-safe."""

    def __init__(self) -> None:
        self._known: OrderedDict[Key, tuple[float, ZoneCounts]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> ZoneCounts | None:
        """Return what is known of a list."""
        with self._lock:
            made, counts = self._known.get(key, (0.0, None))
            return counts if time.monotonic() - made <= SECONDS else None

    def put(self, key: Key, counts: ZoneCounts) -> None:
        """Remember a list; the oldest is forgotten."""
        with self._lock:
            self._known[key] = (time.monotonic(), counts)
            self._known.move_to_end(key)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._known.clear()


found_zones: Final = FoundZones()
