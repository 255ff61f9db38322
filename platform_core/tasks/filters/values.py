"""Which operators a kind of value has, and reading the values that they compare with."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from platform_core.tasks.filters.types import Kind

_PRESENCE: Final = ("empty", "exists", "not_exists")
_EQUALITY: Final = ("equal", "not_equal", "in_list", "not_in_list")
_ORDER: Final = ("less", "greater", "less_or_equal", "greater_or_equal", "in", "not_in")
_PATTERNS: Final = ("contains", "not_contains", "starts_with", "ends_with", "regex", "not_regex")
_MEMBERSHIP: Final = ("contains", "not_contains")
OPERATORS: Final[dict[Kind, tuple[str, ...]]] = {
    "Number": (*_EQUALITY, *_ORDER, *_PRESENCE),
    "Datetime": (*_EQUALITY, *_ORDER, *_PRESENCE),
    "String": (*_PATTERNS, *_EQUALITY, *_ORDER, *_PRESENCE),
    "Boolean": ("equal", "not_equal", *_PRESENCE),
    "List": (*_MEMBERSHIP, "equal", "not_equal", *_PRESENCE),
    "User": (*_MEMBERSHIP, *_EQUALITY, *_PRESENCE),
}
ALL_OPERATORS: Final = frozenset(name for names in OPERATORS.values() for name in names)
MAX_LIST: Final = 10_000
MAX_TEXT: Final = 10_000
MAX_EXPONENT: Final = 400
LARGEST_ID: Final = 2**63 - 1


class ValueRefusedError(ValueError):
    """The value does not fit; the message says what is expected."""


def read_value(kind: Kind, operator: str, value: Any) -> Any:
    """Return the value as the compiler takes it: see `Condition.value`.

    Raises:
        ValueRefusedError: it has another type, or is too large.
    """
    if operator in _PRESENCE:
        return _presence(value)
    read = _READERS[kind]
    if operator in ("in", "not_in"):
        return _bounds(value, read)
    if operator in ("in_list", "not_in_list"):
        if not isinstance(value, list) or len(value) > MAX_LIST:
            raise ValueRefusedError(f"a list of at most {MAX_LIST} values is expected")
        return tuple(read(item) for item in value)
    return read(value)


def _presence(value: Any) -> bool:
    if value is None:
        return True
    return _boolean(value)


def _bounds(value: Any, read: Callable[[Any], Any]) -> tuple[Any, Any]:
    if not isinstance(value, dict) or not {"min", "max"} & value.keys():
        raise ValueRefusedError('an object {"min", "max"} is expected')
    low, high = value.get("min"), value.get("max")
    if low is None and high is None:
        raise ValueRefusedError('one of "min" and "max" is needed')
    return (None if low is None else read(low), None if high is None else read(high))


def _number(value: Any) -> Decimal | int:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueRefusedError("a number is expected")
    if isinstance(value, str) and len(value) > 100:
        raise ValueRefusedError("a number of at most 100 characters is expected")
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValueRefusedError("a number is expected") from None
    if not number.is_finite() or abs(number.adjusted()) > MAX_EXPONENT:
        raise ValueRefusedError("a number within reach of 64 bits is expected")
    is_whole = number == number.to_integral_value() if abs(number.adjusted()) < 20 else False
    return int(number) if is_whole and abs(number) <= LARGEST_ID else number


def _moment(value: Any) -> datetime:
    if not isinstance(value, str) or len(value) > 40:
        raise ValueRefusedError("a date is expected, as in 2026-11-20T13:00:00.000000Z")
    try:
        moment = datetime.fromisoformat(value.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueRefusedError("a date is expected, as in 2026-11-20T13:00:00.000000Z") from None


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float) or len(str(value)) > MAX_TEXT:
        raise ValueRefusedError(f"a text of at most {MAX_TEXT} characters is expected")
    return str(value)


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).lower() if isinstance(value, str | int) else ""
    if word not in ("true", "false", "1", "0"):
        raise ValueRefusedError("true or false is expected")
    return word in ("true", "1")


def _member(value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_ID:
        raise ValueRefusedError("the id of a member is expected")
    return value


def _json(value: Any) -> Any:
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise ValueRefusedError(f"a text of at most {MAX_TEXT} characters is expected")
    return value


_READERS: Final[dict[Kind, Callable[[Any], Any]]] = {
    "Number": _number,
    "Datetime": _moment,
    "String": _text,
    "Boolean": _boolean,
    "List": _json,
    "User": _member,
}
