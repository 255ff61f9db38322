"""From a checked query to the conditions and the order of one SQL statement over `tasks_task t`."""

from dataclasses import dataclass
from typing import Any

from platform_core.tasks.filters.comparisons import Parameters, condition_sql, json_sql_of
from platform_core.tasks.filters.types import Column, Condition, DataField, Group, OrderTerm, Selection, TaskQuery


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledQuery:
    """Parts of a statement; `%(project)s` and `%(only_by)s` are the caller's.

    Attributes:
        where: conditions that begin with the project's.
        order: of `ORDER BY`, always total: it ends with the id.
        arguments: values that both refer to.
        cached: the same revision of the project gives the same tasks.
        by_id: the order is that of ids, so that a list can go on after an id.
    """

    where: str
    order: str
    arguments: dict[str, Any]
    cached: bool
    by_id: bool

    @property
    def key(self) -> tuple[Any, ...]:
        """Return what tells this query from others of the same project."""
        return (self.where, self.order, repr(sorted(self.arguments.items())))


def compile_query(query: TaskQuery) -> CompiledQuery:
    """Return the statement parts of a query."""
    parameters = Parameters()
    conditions = ["t.project_id = %(project)s"]
    if query.only_annotated:
        conditions.append("t.total_annotations + t.cancelled_annotations > 0")
    if query.selection is not None:
        conditions.append(_selection(query.selection, parameters))
    if query.filters is not None and query.filters.members:
        conditions.append(_group(query.filters, parameters))
    order, by_id = _order(query.ordering, parameters)
    return CompiledQuery(
        where=" AND ".join(conditions),
        order=order,
        arguments=parameters.values,
        cached=all(column.cached for column in _columns(query)),
        by_id=by_id,
    )


def _group(group: Group, parameters: Parameters) -> str:
    parts = [
        _group(member, parameters) if isinstance(member, Group) else condition_sql(member, parameters)
        for member in group.members
    ]
    return "(" + f" {group.conjunction.upper()} ".join(parts) + ")" if parts else "TRUE"


def _selection(selection: Selection, parameters: Parameters) -> str:
    if not selection.ids:
        return "TRUE" if selection.everything else "FALSE"
    found = f"t.id = ANY({parameters.add(list(selection.ids))}::bigint[])"
    return f"NOT ({found})" if selection.everything else found


def _order(terms: tuple[OrderTerm, ...], parameters: Parameters) -> tuple[str, bool]:
    parts = []
    for term in terms:
        direction = " DESC" if term.descending else ""
        if isinstance(term.column, DataField):
            parts.append(f"NULLIF({json_sql_of(term.column, parameters)}, 'null'){direction} NULLS LAST")
            continue
        parts.append(f"{term.column.sql}{direction}{' NULLS LAST' if term.column.nullable else ''}")
        if term.column.key == "id":
            break
    else:
        parts.append("t.id")
    return ", ".join(parts), parts == ["t.id"]


def _columns(query: TaskQuery) -> list[Column]:
    terms: list[Any] = [*_conditions(query.filters), *query.ordering]
    return [term.column for term in terms if isinstance(term.column, Column)]


def _conditions(group: Group | None) -> list[Condition]:
    if group is None:
        return []
    found: list[Condition] = []
    for member in group.members:
        found += _conditions(member) if isinstance(member, Group) else [member]
    return found
