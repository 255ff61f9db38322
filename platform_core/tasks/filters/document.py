"""Reading filter documents: every refusal names the place, such as `filters.items[2].operator`."""

from collections.abc import Mapping
from typing import Any, Final, NoReturn

from platform_core.api.errors import ValidationFailedError
from platform_core.api.json import loads_strict
from platform_core.tasks.filters.columns import CORE_COLUMNS
from platform_core.tasks.filters.types import (
    KINDS,
    Column,
    Condition,
    Conjunction,
    DataField,
    Group,
    Kind,
    OrderTerm,
    Selection,
    TaskQuery,
)
from platform_core.tasks.filters.values import ALL_OPERATORS, LARGEST_ID, OPERATORS, ValueRefusedError, read_value

MAX_CONDITIONS: Final = 200
MAX_DEPTH: Final = 5
MAX_ORDERING: Final = 10
MAX_SELECTED: Final = 100_000
MAX_KEY: Final = 1_000
MAX_BYTES: Final = 2_000_000
Columns = Mapping[str, Column]


def refuse(place: str, message: str) -> NoReturn:
    """Refuse a document at a place such as `filters.items[2].value`.

    Raises:
        ValidationFailedError: always; the field is the first part of the place.
    """
    field = place.partition(".")[0].partition("[")[0]
    raise ValidationFailedError(validation_errors={field: [f"{place}: {message}."]}, data={"place": place})


def read_query(text: str | None, *, columns: Columns = CORE_COLUMNS) -> TaskQuery:
    """Return the query parameter `query`: JSON with `filters`, `ordering`, `selectedItems` and `include`.

    Raises:
        BadRequestError: it is no JSON.
        ValidationFailedError: it breaks a rule; the message names the place.
    """
    return read_parts(json_of("query", text), columns=columns)


def json_of(name: str, text: str | None) -> Any:
    """Parse the JSON of a query parameter; None and the empty text mean nothing was given."""
    if not text:
        return None
    raw = text.encode("utf-8", "surrogatepass")
    if len(raw) > MAX_BYTES:
        refuse(name, f"at most {MAX_BYTES} bytes are read")
    return loads_strict(raw)


def read_parts(parts: Any, *, columns: Columns = CORE_COLUMNS) -> TaskQuery:
    """Return a query from an object with `filters`, `ordering`, `selectedItems` and `include`; raises as `read_query`.

    `selectedItems` may be JSON in a text, as old clients send it.
    """
    if parts is None:
        return TaskQuery()
    if not isinstance(parts, dict):
        refuse("query", "an object is expected")
    selected = parts.get("selectedItems")
    if isinstance(selected, str):
        selected = json_of("selectedItems", selected)
    return TaskQuery(
        filters=read_filters(parts.get("filters"), columns=columns),
        ordering=read_ordering(parts.get("ordering"), columns=columns),
        selection=read_selection(selected),
        include=read_include(parts.get("include")),
    )


def read_filters(document: Any, *, columns: Columns = CORE_COLUMNS) -> Group | None:
    """Return a filter document, or None where there is none; raises as `read_query`."""
    if document is None or document == {}:
        return None
    return _Reader(columns).group(document, "filters", 1)


def read_ordering(items: Any, *, columns: Columns = CORE_COLUMNS) -> tuple[OrderTerm, ...]:
    """Return an order, written as `["-tasks:data.score", "tasks:id"]`; raises as `read_query`."""
    items = [items] if isinstance(items, str) else items
    if not items:
        return ()
    if not isinstance(items, list) or len(items) > MAX_ORDERING:
        refuse("ordering", f"a list of at most {MAX_ORDERING} columns is expected")
    terms = []
    for index, item in enumerate(items):
        place = f"ordering[{index}]"
        if not isinstance(item, str):
            refuse(place, "the name of a column is expected")
        column = _column(item.removeprefix("-"), place, columns)
        terms.append(OrderTerm(column=column, descending=item.startswith("-")))
    return tuple(terms)


def read_selection(value: Any) -> Selection | None:
    """Return `{"all": false, "included": [ids]}` or `{"all": true, "excluded": [ids]}`; nothing picked is nothing."""
    if value is None:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("all"), bool):
        refuse("selectedItems", 'an object with "all" (true or false) is expected')
    everything = value["all"]
    name = "excluded" if everything else "included"
    ids = value.get(name)
    if ids is None:
        ids = []
    if not isinstance(ids, list) or len(ids) > MAX_SELECTED:
        refuse(f"selectedItems.{name}", f"a list of at most {MAX_SELECTED} ids is expected")
    for index, item in enumerate(ids):
        if isinstance(item, bool) or not isinstance(item, int) or abs(item) > LARGEST_ID:
            refuse(f"selectedItems.{name}[{index}]", "the id of a task is expected")
    return Selection(everything=everything, ids=tuple(sorted(set(ids))))


def read_include(value: Any) -> tuple[str, ...] | None:
    """Return names of fields: a list, or a text with commas."""
    if value is None or value in ("", []):
        return None
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, list) or len(names) > 100 or not all(isinstance(name, str) for name in names):
        refuse("include", "names of fields are expected")
    return tuple(sorted({name.strip() for name in names if name.strip()}))


def _column(name: str, place: str, columns: Columns) -> Column | DataField:
    key = name.removeprefix("filter:").removeprefix("tasks:").removeprefix("-")
    if key.startswith("data."):
        field = key.removeprefix("data.")
        if not field or len(field) > MAX_KEY or "\x00" in field:
            refuse(place, "the name of a data field is expected after data.")
        return DataField(name=field)
    column = columns.get(key)
    if column is None:
        refuse(place, f"unknown column {key[:100]!r}; known are data.<field> and {', '.join(columns)}")
    return column


class _Reader:
    """Reads one document and counts its conditions."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._conditions = 0

    def group(self, document: Any, place: str, depth: int) -> Group:
        """Return a group, nested at most `MAX_DEPTH` deep."""
        if not isinstance(document, dict):
            refuse(place, "an object with conjunction and items is expected")
        if depth > MAX_DEPTH:
            refuse(place, f"groups are nested at most {MAX_DEPTH} deep")
        conjunction: Conjunction = document.get("conjunction", "and")
        if conjunction not in ("and", "or"):
            refuse(f"{place}.conjunction", '"and" or "or" is expected')
        items = document.get("items", [])
        if not isinstance(items, list):
            refuse(f"{place}.items", "a list is expected")
        members = tuple(self._member(item, f"{place}.items[{index}]", depth) for index, item in enumerate(items))
        return Group(conjunction=conjunction, members=members)

    def _member(self, item: Any, place: str, depth: int) -> Condition | Group:
        if not isinstance(item, dict):
            refuse(place, "an object is expected")
        if "items" in item:
            return self.group(item, place, depth + 1)
        condition = self._condition(item, place)
        child = item.get("child_filter")
        if child is None:
            return condition
        if depth + 1 > MAX_DEPTH:
            refuse(f"{place}.child_filter", f"filters are nested at most {MAX_DEPTH} deep")
        return Group(conjunction="and", members=(condition, self._member(child, f"{place}.child_filter", depth + 1)))

    def _condition(self, item: dict[str, Any], place: str) -> Condition:
        self._conditions += 1
        if self._conditions > MAX_CONDITIONS:
            refuse(place, f"at most {MAX_CONDITIONS} conditions are taken")
        name = item.get("filter")
        if not isinstance(name, str):
            refuse(f"{place}.filter", "the name of a column is expected, as in filter:tasks:id")
        column = _column(name, f"{place}.filter", self._columns)
        kind = _kind(column, item.get("type"), f"{place}.type")
        operator = item.get("operator")
        if not isinstance(operator, str) or operator not in ALL_OPERATORS:
            refuse(f"{place}.operator", f"one of {', '.join(OPERATORS[kind])} is expected")
        if operator not in OPERATORS[kind]:
            refuse(f"{place}.operator", f"{operator} does not work on {kind}; one of {', '.join(OPERATORS[kind])}")
        try:
            value = read_value(kind, operator, item.get("value"))
        except ValueRefusedError as error:
            refuse(f"{place}.value", str(error))
        return Condition(column=column, kind=kind, operator=operator, value=value)


def _kind(column: Column | DataField, written: Any, place: str) -> Kind:
    """Return how to compare: as the filter says for data and for texts of other columns, else as the column says."""
    if written is not None and (not isinstance(written, str) or written not in KINDS):
        refuse(place, f"one of {', '.join(KINDS)} is expected")
    wanted: Kind = KINDS[written] if written else "String"
    if isinstance(column, DataField):
        return wanted
    if column.kind == "User" or written in (None, "Unknown", "List") or wanted == column.kind:
        return column.kind
    if wanted == "String":
        return "String"
    refuse(place, f"{column.key} is {column.kind} and cannot be compared as {written}")
