"""SQL of single comparisons. Input reaches it as parameters only.

Negative operators (`not_equal`, `not_contains`, ...) are true for tasks that have no value.
"""

from datetime import datetime
from typing import Any, Final

import orjson

from platform_core.tasks.filters.types import Column, Condition, DataField, Kind

_SIGNS: Final = {"equal": "=", "less": "<", "greater": ">", "less_or_equal": "<=", "greater_or_equal": ">="}
_NEGATIVE: Final = {
    "not_equal": "equal",
    "not_in": "in",
    "not_in_list": "in_list",
    "not_contains": "contains",
    "not_regex": "regex",
    "not_exists": "exists",
}
_NUMBER_PATTERN: Final = r"^\s*[-+]?([0-9]{1,100}(\.[0-9]{0,100})?|\.[0-9]{1,100})([eE][-+]?[0-9]{1,3})?\s*$"
_CASTS: Final[dict[Kind, str]] = {"Number": "numeric", "Datetime": "timestamptz", "String": "text", "User": "bigint"}


class Parameters:
    """The values of a statement, by the names under which its text refers to them."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def add(self, value: Any) -> str:
        """Return the reference to a value; equal values of a type share one."""
        for name, known in self.values.items():
            if type(known) is type(value) and known == value:
                return f"%({name})s"
        name = f"f{len(self.values)}"
        self.values[name] = value
        return f"%({name})s"


def condition_sql(condition: Condition, parameters: Parameters) -> str:
    """Return a condition as an expression that is true for the tasks that meet it."""
    positive = _NEGATIVE.get(condition.operator)
    if positive is not None:
        return f"({_positive(condition, positive, parameters)}) IS NOT TRUE"
    return f"({_positive(condition, condition.operator, parameters)})"


def json_sql_of(field: DataField, parameters: Parameters) -> str:
    """Return the JSON value of a data field: the key itself or, where there is none, the path that its dots make."""
    value = f"t.data -> {parameters.add(field.name)}::text"
    if "." in field.name:
        path = parameters.add(field.name.split("."))
        value = f"COALESCE({value}, t.data #> {path}::text[])"
    return f"({value})"


def _positive(condition: Condition, operator: str, parameters: Parameters) -> str:
    value = condition.value
    if operator in ("empty", "exists"):
        present = _present(condition.column, operator, parameters)
        return present if value is (operator == "exists") else f"NOT ({present})"
    if condition.kind == "User":
        return _user(condition, operator, parameters)
    if condition.kind == "List":
        return _list(condition, operator, parameters)
    expression = _typed(condition.column, condition.kind, parameters)
    if condition.kind == "String" and operator in ("contains", "starts_with", "ends_with", "regex"):
        return _text(expression, operator, value, parameters)
    if condition.kind == "Boolean":
        return f"{expression} = {parameters.add(value)}"
    cast = _CASTS[condition.kind]
    if operator == "in":
        return _between(expression, value, cast, parameters)
    if operator == "in_list":
        return f"{expression} = ANY({parameters.add(_plain(value))}::{cast}[])" if value else "FALSE"
    return f"{expression} {_SIGNS[operator]} {_bound(value, cast, parameters)}"


def _present(column: Column | DataField, operator: str, parameters: Parameters) -> str:
    """Return an expression that is true where there is a value; for `empty` one that is more than nothing."""
    if isinstance(column, DataField):
        value = json_sql_of(column, parameters)
        if operator == "exists":
            return f"{value} IS NOT NULL"
        return f"COALESCE({value} NOT IN ('null', '\"\"', '[]', '{{}}'), FALSE)"
    if operator == "empty" and column.kind == "String":
        return f"COALESCE({column.sql} NOT IN ('', '[]'), FALSE)"
    return f"{column.sql} IS NOT NULL"


def _typed(column: Column | DataField, kind: Kind, parameters: Parameters) -> str:
    if isinstance(column, Column):
        return f"({column.sql})::text" if kind == "String" and column.kind != "String" else column.sql
    value = json_sql_of(column, parameters)
    text = f"({value} #>> '{{}}')" if "." in column.name else f"(t.data ->> {parameters.add(column.name)}::text)"
    if kind == "String":
        return text
    if kind == "Number":
        pattern = parameters.add(_NUMBER_PATTERN)
        return (
            f"(CASE jsonb_typeof({value}) WHEN 'number' THEN {value}::numeric WHEN 'string' THEN "
            f"CASE WHEN {text} ~ {pattern} THEN {text}::numeric END END)"
        )
    if kind == "Datetime":
        return f"(CASE WHEN pg_input_is_valid({text}, 'timestamptz') THEN {text}::timestamptz END)"
    return (
        f"(CASE lower({text}) WHEN 'true' THEN TRUE WHEN '1' THEN TRUE WHEN 'false' THEN FALSE WHEN '0' THEN FALSE END)"
    )


def _text(expression: str, operator: str, value: str, parameters: Parameters) -> str:
    if operator == "regex":
        return f"{expression} ~ {parameters.add(value)}"
    if operator == "contains" and not value:
        return f"{expression} IS NOT NULL"
    # Of plain letters only plain letters are the other case, and those the database lowers three times as fast.
    collation = ' COLLATE "C"' if value.isascii() else ""
    haystack = f"lower({expression}{collation})"
    needle = f"lower({parameters.add(value)}::text{collation})"
    if operator == "contains":
        return f"strpos({haystack}, {needle}) > 0"
    if operator == "starts_with":
        return f"starts_with({haystack}, {needle})"
    return f"right({haystack}, length({needle})) = {needle}"


def _between(expression: str, bounds: tuple[Any, Any], cast: str, parameters: Parameters) -> str:
    low, high = bounds
    parts = [] if low is None else [f"{expression} >= {_bound(low, cast, parameters)}"]
    if high is not None:
        parts.append(f"{expression} <= {_bound(high, cast, parameters)}")
    return " AND ".join(parts)


def _bound(value: Any, cast: str, parameters: Parameters) -> str:
    # Whole numbers stay bigint, so that the indexes on ids serve.
    return f"{parameters.add(value)}::{'bigint' if isinstance(value, int) else cast}"


def _plain(values: tuple[Any, ...]) -> list[str]:
    """Return values as texts, which one array can hold together."""
    return [value.isoformat() if isinstance(value, datetime) else str(value) for value in values]


def _user(condition: Condition, operator: str, parameters: Parameters) -> str:
    column = condition.column
    assert isinstance(column, Column), "data fields have no members"
    if operator == "in_list":
        return f"{column.sql} && {parameters.add(list(condition.value))}::bigint[]" if condition.value else "FALSE"
    if operator == "equal":
        return f"{column.sql} = ARRAY[{parameters.add(condition.value)}::bigint]"
    return f"{parameters.add(condition.value)}::bigint = ANY({column.sql})"


def _list(condition: Condition, operator: str, parameters: Parameters) -> str:
    column = condition.column
    value = json_sql_of(column, parameters) if isinstance(column, DataField) else f"to_jsonb({column.sql})"
    wanted = f"{parameters.add(orjson.dumps(condition.value).decode())}::jsonb"
    if operator == "equal":
        return f"{value} = {wanted}"
    return f"jsonb_typeof({value}) = 'array' AND {value} @> jsonb_build_array({wanted})"
