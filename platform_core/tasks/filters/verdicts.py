"""Which tasks of a zone a query means, told from the zone's bounds alone. Pure.

Where the bounds cannot tell, the answer is `SOME`, and the tasks of the zone have to be looked at.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final

from platform_core.tasks.filters.types import Column, Condition, Group, Selection, TaskQuery


class Part(Enum):
    """A part of a zone whose size the zone knows, or `SOME` where it does not."""

    NOTHING = "nothing"
    ALL = "all"
    FINISHED = "finished"
    UNFINISHED = "unfinished"
    COMPLETED = "completed"
    UNCOMPLETED = "uncompleted"
    SOME = "some"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What is known of the tasks of a zone that has any: both ends of each range belong to it.

    Attributes:
        completed_at: None where no task has an annotation.
    """

    tasks: int
    finished: int
    completed: int
    id: tuple[int, int]
    inner_id: tuple[int, int]
    created_at: tuple[datetime, datetime]
    completed_at: tuple[datetime, datetime] | None


_COMPLEMENTS: Final = {
    Part.NOTHING: Part.ALL,
    Part.ALL: Part.NOTHING,
    Part.FINISHED: Part.UNFINISHED,
    Part.UNFINISHED: Part.FINISHED,
    Part.COMPLETED: Part.UNCOMPLETED,
    Part.UNCOMPLETED: Part.COMPLETED,
    Part.SOME: Part.SOME,
}
_NEGATIVE: Final = {
    "not_equal": "equal",
    "not_in": "in",
    "not_in_list": "in_list",
    "not_exists": "exists",
}


def part_of_zone(query: TaskQuery, zone: Bounds) -> Part:
    """Return which part of a zone a query means."""
    parts = []
    if query.only_annotated:
        # Skipped annotations count here, and the zone does not know them.
        parts.append(Part.SOME)
    if query.selection is not None:
        parts.append(_selected(query.selection, zone))
    if query.filters is not None:
        parts.append(_group(query.filters, zone))
    return _both(parts, zone)


def _group(group: Group, zone: Bounds) -> Part:
    parts = [
        _group(member, zone) if isinstance(member, Group) else _plain(_condition(member, zone), zone)
        for member in group.members
    ]
    if group.conjunction == "and" or not parts:
        return _both(parts, zone)
    return _COMPLEMENTS[_both([_COMPLEMENTS[part] for part in parts], zone)]


def _both(parts: list[Part], zone: Bounds) -> Part:
    """Return what is in all of these parts."""
    telling = {_plain(part, zone) for part in parts} - {Part.ALL}
    if Part.NOTHING in telling or any(_COMPLEMENTS[part] in telling for part in telling - {Part.SOME}):
        return Part.NOTHING
    if not telling:
        return Part.ALL
    return telling.pop() if len(telling) == 1 else Part.SOME


def _plain(part: Part, zone: Bounds) -> Part:
    """Return a part by its plainest name: all finished tasks of a zone where all are finished are all."""
    for inside, outside, count in (
        (Part.FINISHED, Part.UNFINISHED, zone.finished),
        (Part.COMPLETED, Part.UNCOMPLETED, zone.completed),
    ):
        if part in (inside, outside) and count in (0, zone.tasks):
            return Part.ALL if (part is inside) == (count == zone.tasks) else Part.NOTHING
    return part


def _selected(selection: Selection, zone: Bounds) -> Part:
    ids = sorted(selection.ids)
    if bisect_left(ids, zone.id[0]) == bisect_right(ids, zone.id[1]):
        return Part.ALL if selection.everything else Part.NOTHING
    return Part.SOME


def _condition(condition: Condition, zone: Bounds) -> Part:
    positive = _NEGATIVE.get(condition.operator)
    if positive is not None:
        return _COMPLEMENTS[_positive(condition, positive, zone)]
    return _positive(condition, condition.operator, zone)


def _positive(condition: Condition, operator: str, zone: Bounds) -> Part:
    column = condition.column
    if not isinstance(column, Column) or condition.kind != column.kind:
        return Part.SOME
    if operator in ("empty", "exists"):
        return _present(column.key, condition.value is (operator == "exists"))
    if column.key in ("id", "inner_id", "created_at"):
        return _within(operator, condition.value, getattr(zone, column.key))
    if column.key == "completed_at":
        found = _within(operator, condition.value, zone.completed_at) if zone.completed_at else Part.NOTHING
        return Part.COMPLETED if found is Part.ALL else found
    if column.key == "is_labeled" and operator == "equal":
        return Part.FINISHED if condition.value else Part.UNFINISHED
    if column.key == "total_annotations":
        return _counted(operator, condition.value)
    return Part.SOME


def _present(key: str, wanted: bool) -> Part:
    if key == "completed_at":
        found = Part.COMPLETED
    elif key in ("id", "inner_id", "created_at", "updated_at", "is_labeled", "total_annotations"):
        found = Part.ALL
    else:
        return Part.SOME
    return found if wanted else _COMPLEMENTS[found]


def _within(operator: str, value: Any, bounds: tuple[Any, Any]) -> Part:
    """Compare all values between the bounds with one value, or with two."""
    low, high = bounds
    if operator == "in":
        smallest, largest = value
    elif operator == "in_list":
        return Part.SOME if any(low <= item <= high for item in value) else Part.NOTHING
    elif operator == "equal":
        smallest = largest = value
    elif operator in ("greater", "greater_or_equal"):
        smallest, largest = value, None
    elif operator in ("less", "less_or_equal"):
        smallest, largest = None, value
    else:
        return Part.SOME
    strict = operator in ("greater", "less")
    if (smallest is not None and _beyond(smallest, high, strict)) or (
        largest is not None and _beyond(low, largest, strict)
    ):
        return Part.NOTHING
    above = smallest is None or low > smallest or (low == smallest and not strict)
    below = largest is None or high < largest or (high == largest and not strict)
    return Part.ALL if above and below else Part.SOME


def _beyond(one: Any, other: Any, strict: bool) -> bool:
    return bool(one > other or (strict and one == other))


def _counted(operator: str, value: Any) -> Part:
    """Compare a number of annotations, of which the zone knows only whether it is 0."""
    if operator == "in_list":
        return Part.UNCOMPLETED if value and all(item <= 0 for item in value) and 0 in value else Part.SOME
    if operator == "in":
        return Part.SOME
    of_none = _within(operator, value, (0, 0))
    of_others = _within(operator, value, (1, 2**31 - 1))
    return {
        (Part.ALL, Part.ALL): Part.ALL,
        (Part.ALL, Part.NOTHING): Part.UNCOMPLETED,
        (Part.NOTHING, Part.ALL): Part.COMPLETED,
        (Part.NOTHING, Part.NOTHING): Part.NOTHING,
    }.get((of_none, of_others), Part.SOME)
