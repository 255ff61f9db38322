"""A request for tasks, checked and frozen: nothing in it is SQL, and every name in it was looked up."""

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["Number", "Datetime", "String", "Boolean", "List", "User"]
Conjunction = Literal["and", "or"]

# How filters and clients write a type -> how it is compared. Media are compared by their text, which is an address.
KINDS: dict[str, Kind] = {
    "Number": "Number",
    "Datetime": "Datetime",
    "String": "String",
    "Boolean": "Boolean",
    "List": "List",
    "Unknown": "String",
    "Image": "String",
    "Audio": "String",
    "AudioPlus": "String",
    "Video": "String",
    "Text": "String",
    "HyperText": "String",
    "TimeSeries": "String",
    "Time": "String",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Something of a task that can be filtered and ordered by.

    Attributes:
        key: as filters name it after `filter:tasks:`.
        title: for people.
        kind: how its values compare.
        sql: expression over `tasks_task t`; written by the platform, it never holds input.
        nullable: some tasks have no value; those come last in any order.
        cached: its value changes only with writes that raise the project's revision.
        core: it belongs to the platform and not to a plugin.
    """

    key: str
    title: str
    kind: Kind
    sql: str
    nullable: bool = True
    cached: bool = True
    core: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DataField:
    """A key of a task's data; with dots it may also be a path into it."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One comparison.

    Attributes:
        kind: how to compare; the filter's type for data, the column's own otherwise.
        value: converted: Decimal or int, aware datetime, text, bool, JSON, a (low, high) pair or a tuple of these.
    """

    column: Column | DataField
    kind: Kind
    operator: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Conditions and groups joined by one word; an empty one lets everything through."""

    conjunction: Conjunction
    members: tuple["Condition | Group", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTerm:
    """One column of an order."""

    column: Column | DataField
    descending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Tasks picked by hand.

    Attributes:
        everything: all but `ids`, otherwise only `ids`; so nothing when there are none.
    """

    everything: bool
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskQuery:
    """Which tasks of a project, in which order.

    Attributes:
        only_annotated: leave out tasks without any annotation.
        include: names of the fields that a list shows; None means its usual ones.
    """

    filters: Group | None = None
    ordering: tuple[OrderTerm, ...] = ()
    selection: Selection | None = None
    only_annotated: bool = False
    include: tuple[str, ...] | None = None

    @property
    def restricts(self) -> bool:
        """Say whether any task may be left out."""
        return bool(self.filters and self.filters.members) or self.selection is not None or self.only_annotated
