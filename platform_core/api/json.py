"""JSON in and out of the API: strict reading, and writing in the one form that every answer of the platform has."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import orjson
from django.utils.functional import Promise

from platform_core.api.errors import BadRequestError
from platform_core.api.strict_json import MAX_DEPTH, JsonFlawError, parse_strict

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class RawJSON:
    """JSON that is already serialized, to be written as it is: as a whole answer or anywhere inside one.

    Attributes:
        content: exactly one JSON value in UTF-8. It is not checked.
    """

    __slots__ = ("content",)

    def __init__(self, content: bytes) -> None:
        self.content = content


def loads_strict(raw: bytes, *, max_depth: int = MAX_DEPTH) -> Any:
    """Parse one JSON document in UTF-8, with or without a byte order mark. Of a repeated key the last value counts.

    Raises:
        BadRequestError: see `parse_strict`; `data` carries `line` and `column` (from 1, in bytes) and `byte` (from 0).
    """
    skipped = len(BYTE_ORDER_MARK) if raw.startswith(BYTE_ORDER_MARK) else 0
    try:
        return parse_strict(raw[skipped:] if skipped else raw, max_depth=max_depth)
    except JsonFlawError as flaw:
        byte = flaw.byte + skipped
        line = raw.count(b"\n", 0, byte) + 1
        column = byte - raw.rfind(b"\n", 0, byte)
        raise BadRequestError(
            f"The JSON cannot be read: {flaw.message} (line {line}, column {column}).",
            data={"line": line, "column": column, "byte": byte},
        ) from None


def dumps(value: Any) -> bytes:
    """Serialize for an answer: times in UTC with microseconds and `Z`, UUID and Decimal as text, `RawJSON` as it is.

    Raises:
        TypeError: a type that has no JSON form here, a naive datetime, or an integer beyond 64 bits.
    """
    try:
        return orjson.dumps(value, default=_to_json, option=orjson.OPT_PASSTHROUGH_DATETIME)
    except TypeError:
        # Keys that are numbers, UUIDs or lazy text are rare, and looking for them costs every other answer time.
        option = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS
        return orjson.dumps(value, default=_to_json, option=option)


def format_datetime(moment: datetime) -> str:
    """Return ISO 8601 in UTC with microseconds and `Z`.

    Raises:
        TypeError: the datetime has no time zone, so nobody knows which moment it means.
    """
    if moment.utcoffset() is None:
        raise TypeError(f"A datetime without a time zone cannot be serialized: {moment!r}")
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def _to_json(value: Any) -> Any:
    if isinstance(value, RawJSON):
        return orjson.Fragment(value.content)
    if isinstance(value, datetime):
        return format_datetime(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal | Promise):
        return str(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"Type is not JSON serializable: {type(value).__name__}")
