"""Filtered and ordered pages of tasks, and the ids that a selection means.

A page takes the ids first and then their rows as raw JSON. Totals and a stretch of ids are remembered for as long as
the project's revision stays (see `found_tasks`), so that going through a list searches it once in ten thousand tasks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from platform_core.api.errors import ValidationFailedError
from platform_core.members.principal import Principal
from platform_core.tasks.filters import Column, CompiledQuery, TaskQuery, compile_query
from platform_core.tasks.filters.limits import filter_guard
from platform_core.tasks.queries import json_sql
from platform_core.tasks.queries import zones as task_zones
from platform_core.tasks.queries.found_tasks import WINDOW, FoundTotals, Key, found_tasks
from platform_core.tasks.queries.tasks import Fields, ProjectTotals, TaskPage, make_cursor, read_cursor
from platform_core.tasks.queries.zoned import ZoneCounts, count_zones, found_zones, ids_after, ids_by_zones, sum_of
from tenants.scope import current_schema

_TOTALS: Final = """
    SELECT count(*), COALESCE(sum(t.total_annotations), 0), COALESCE(sum(t.total_predictions), 0)
    FROM tasks_task t WHERE {where}"""
_IDS: Final = "SELECT t.id FROM tasks_task t WHERE {where} ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s"
# Totals and the first ids of a list in one pass over the project; in big projects two passes, which run in
# parallel and keep little, are quicker; and before those, zones are asked (see `zoned`).
_BOTH: Final = """
    SELECT count(*), COALESCE(sum(t.total_annotations), 0), COALESCE(sum(t.total_predictions), 0),
           (array_agg(t.id ORDER BY {order}))[1:%(limit)s]
    FROM tasks_task t WHERE {where}"""
_AFTER: Final = "SELECT t.id FROM tasks_task t WHERE {where} AND t.id > %(after)s ORDER BY t.id LIMIT %(limit)s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which part of a list: a page by number, from 1, or what comes after a cursor."""

    page: int
    page_size: int
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilteredPage:
    """A page and the totals of the whole list."""

    page: TaskPage
    totals: FoundTotals


def filtered_page(
    principal: Principal,
    *,
    project_id: int,
    project: ProjectTotals,
    query: TaskQuery,
    columns: Mapping[str, Column],
    fields: Fields,
    place: Place,
) -> FilteredPage:
    """Return a page of the tasks that a query means.

    Args:
        project: the project's own totals, read in this request.
        columns: all that may be asked for; `query.include` may name those of plugins.

    Raises:
        FilterTimeoutError: the filter took too long.
        ValidationFailedError: the cursor is not of this list, or the database refused a value.
    """
    search = _Search(principal, project_id, project, query)
    totals = search.totals()
    ids = search.ids(place, totals)
    content = _rows(principal, project_id, ids, _shape(query.include, fields, columns))
    is_full = len(ids) == place.page_size and search.compiled.by_id
    next_cursor = make_cursor(project_id, ids[-1]) if is_full else None
    return FilteredPage(page=TaskPage(content=content, count=len(ids), next_cursor=next_cursor), totals=totals)


def selected_ids(principal: Principal, *, project_id: int, query: TaskQuery, after: int = 0, limit: int) -> list[int]:
    """Return up to `limit` ids of the tasks that a query means, in order of ids, beyond `after`; raises as pages do.

    The member must be known to see the project.
    """
    compiled = compile_query(query)
    arguments = _arguments(principal, project_id, compiled) | {"after": after, "limit": limit}
    with filter_guard():
        return _column(_AFTER.format(where=compiled.where), arguments)


def count_selected(principal: Principal, *, project_id: int, query: TaskQuery) -> FoundTotals:
    """Return how many tasks a query means; raises as pages do. The member must be known to see the project."""
    compiled = compile_query(query)
    arguments = _arguments(principal, project_id, compiled)
    # Within somebody's transaction, who may go on to write: stale zones are left to others.
    zones = task_zones.zones_of_project(project_id, refresh=False)
    with filter_guard():
        counts = count_zones(zones, query, compiled, arguments) if zones is not None else None
        return sum_of(counts) if counts is not None else _totals(compiled, arguments)


class _Search:
    """One list within one request."""

    def __init__(self, principal: Principal, project_id: int, project: ProjectTotals, query: TaskQuery) -> None:
        self.compiled = compile_query(query)
        self._query = query
        self._project_id = project_id
        self._project = project
        self._is_whole = not query.restricts
        self._arguments = _arguments(principal, project_id, self.compiled)
        only_by = self._arguments["only_by"]
        self._key: Key = (current_schema(), project_id, project.revision, only_by, self.compiled.key)

    def totals(self) -> FoundTotals:
        """Return the totals: the project's own where nothing is left out."""
        if self._is_whole:
            project = self._project
            return FoundTotals(tasks=project.tasks, annotations=project.annotations, predictions=project.predictions)
        known = found_tasks.totals(self._key) if self.compiled.cached else None
        if known is not None:
            return known
        if not self.compiled.cached:
            with filter_guard():
                return _totals(self.compiled, self._arguments)
        if self._project.tasks > task_zones.SMALL:
            return self._zoned_totals()
        with filter_guard():
            return self._both()

    def _zoned_totals(self) -> FoundTotals:
        """Add zones up; where that helps nothing, count in one pass."""
        counts = self._zones()
        with filter_guard():
            totals = sum_of(counts) if counts is not None else _totals(self.compiled, self._arguments)
        found_tasks.put_totals(self._key, totals)
        return totals

    def _zones(self) -> ZoneCounts | None:
        """Return how the list lies in the zones of a big project; None where it is small, or zones cannot tell."""
        if self._project.tasks <= task_zones.SMALL or not self.compiled.cached:
            return None
        known = found_zones.get(self._key)
        if known is not None:
            return known
        zones = task_zones.zones_of_project(self._project_id)
        if zones is None:
            return None
        with filter_guard():
            counts = count_zones(zones, self._query, self.compiled, self._arguments)
        if counts is not None:
            found_zones.put(self._key, counts)
        return counts

    def _both(self) -> FoundTotals:
        query = _BOTH.format(where=self.compiled.where, order=self.compiled.order)
        with connection.cursor() as cursor:
            cursor.execute(query, self._arguments | {"limit": WINDOW})
            tasks, annotations, predictions, ids = cursor.fetchone()
        totals = FoundTotals(tasks=tasks, annotations=int(annotations), predictions=int(predictions))
        found_tasks.put_totals(self._key, totals)
        found_tasks.put_ids(self._key, 0, ids or [])
        return totals

    def ids(self, place: Place, totals: FoundTotals) -> list[int]:
        """Return the ids of a page."""
        if place.cursor is not None:
            return self._after(place.cursor, place.page_size)
        offset = (place.page - 1) * place.page_size
        if offset >= totals.tasks:
            return []
        known = (
            found_tasks.ids(self._key, offset, place.page_size, total=totals.tasks) if self.compiled.cached else None
        )
        if known is not None:
            return known
        counts = self._zones() if self.compiled.by_id else None
        if counts is None:
            return self._stretch(offset, place.page_size)
        with filter_guard():
            return ids_by_zones(counts, self.compiled, self._arguments, offset=offset, count=place.page_size)

    def _stretch(self, offset: int, count: int) -> list[int]:
        """Search from the page on, further than it reaches where that can be remembered."""
        limit = max(count, WINDOW) if self.compiled.cached else count
        query = _IDS.format(where=self.compiled.where, order=self.compiled.order)
        with filter_guard():
            ids = _column(query, self._arguments | {"limit": limit, "offset": offset})
        if self.compiled.cached:
            found_tasks.put_ids(self._key, offset, ids)
        return ids[:count]

    def _after(self, cursor: str, count: int) -> list[int]:
        if not self.compiled.by_id:
            message = "A cursor needs the order of ids; go on by page, or leave the ordering out."
            raise ValidationFailedError(validation_errors={"cursor": [message]})
        after = read_cursor(cursor, self._project_id)
        counts = self._zones()
        with filter_guard():
            if counts is not None:
                return ids_after(counts, self.compiled, self._arguments, after=after, count=count)
            query = _AFTER.format(where=self.compiled.where)
            return _column(query, self._arguments | {"after": after, "limit": count})


def _arguments(principal: Principal, project_id: int, compiled: CompiledQuery) -> dict[str, Any]:
    only_by = None if principal.can("annotations.view_all") else principal.id
    return {**compiled.arguments, "project": project_id, "only_by": only_by, "member": principal.id}


def _totals(compiled: CompiledQuery, arguments: dict[str, Any]) -> FoundTotals:
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS.format(where=compiled.where), arguments)
        tasks, annotations, predictions = cursor.fetchone()
    return FoundTotals(tasks=tasks, annotations=int(annotations), predictions=int(predictions))


def _column(query: str, arguments: dict[str, Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(query, arguments)
        return [row[0] for row in cursor.fetchall()]


def _shape(include: tuple[str, ...] | None, fields: Fields, columns: Mapping[str, Column]) -> str:
    """Return the select list and the tables of the rows that a list shows."""
    if include is None:
        shown = json_sql.TASK_ALL if fields == "all" else json_sql.TASK_ONLY
        joins = f"{json_sql.ANNOTATIONS_OF_TASK} {json_sql.PREDICTIONS_OF_TASK}" if fields == "all" else ""
        return f"SELECT t.id, {shown}::text FROM tasks_task t {joins}"
    chosen = {"id": "t.id"}
    for name in include:
        column = columns.get(name)
        expression = json_sql.TASK_FIELDS.get(name) or (column.sql if column is not None else None)
        if expression is None:
            known = ", ".join([*json_sql.TASK_FIELDS, *(key for key, column in columns.items() if not column.core)])
            raise ValidationFailedError(
                validation_errors={"include": [f"include: unknown field {name[:100]!r}; one of {known}."]}
            )
        chosen[name] = expression
    joins = "".join(
        join
        for alias, join in (("an.", json_sql.ANNOTATIONS_OF_TASK), ("pr.", json_sql.PREDICTIONS_OF_TASK))
        if any(alias in expression for expression in chosen.values())
    )
    return f"SELECT t.id, {json_sql.json_object(chosen)}::text FROM tasks_task t {joins}"


def _rows(principal: Principal, project_id: int, ids: list[int], shape: str) -> bytes:
    if not ids:
        return b""
    only_by = None if principal.can("annotations.view_all") else principal.id
    query = f"{shape} WHERE t.project_id = %(project)s AND t.id = ANY(%(ids)s::bigint[])"
    with connection.cursor() as cursor:
        cursor.execute(query, {"project": project_id, "ids": ids, "only_by": only_by, "member": principal.id})
        rows = dict(cursor.fetchall())
    return ",".join([rows[id_] for id_ in ids if id_ in rows]).encode()
