"""Encodes rows for `COPY ... FROM STDIN` in text format, column by column: a loop in C for each column of a batch."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from itertools import repeat
from typing import Any

import orjson

from platform_core.api.errors import ValidationFailedError

NULL = b"\\N"


class Column(Enum):
    """How the values of one column become text; None is NULL in each.

    INTEGER takes int; BOOLEAN bool; FLOAT float; JSON anything orjson writes; RAW_JSON serialized JSON as bytes; TEXT
    str; UUID a `uuid.UUID` or its text; TIMESTAMP a datetime with a time zone.
    """

    INTEGER = "integer"
    BOOLEAN = "boolean"
    FLOAT = "float"
    JSON = "json"
    RAW_JSON = "raw_json"
    TEXT = "text"
    UUID = "uuid"
    TIMESTAMP = "timestamp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A column with one value in all rows; the rows leave it out.

    Attributes:
        kind: how it is written.
        value: written once, when the encoder is made.
    """

    kind: Column
    value: Any


class RowEncoder:
    """Encodes rows of one shape.

    Args:
        columns: one entry for each column of the COPY statement, in its order.
    """

    def __init__(self, columns: Sequence[Column | Constant]) -> None:
        self._plan: list[_EncodeColumn | bytes] = [
            _ENCODERS[column] if isinstance(column, Column) else copy_text(column.kind, column.value)
            for column in columns
        ]
        self.width = sum(1 for column in columns if isinstance(column, Column))
        if self.width == 0:
            raise ValueError("At least one column must differ between rows")

    def encode_rows(self, rows: Iterable[Sequence[Any]]) -> bytes:
        """Return a block of whole lines for COPY; nothing for no rows.

        Args:
            rows: `width` values each: those of the columns that are not constant. A batch of some thousand rows is
                right; the block is built in memory.

        Raises:
            ValueError: a row has more or fewer values, or a datetime has no time zone.
            TypeError: a value does not suit its column.
            ValidationFailedError: a text has a NUL character, or JSON nests deeper than 254 levels.
        """
        values = list(zip(*rows, strict=True))
        if not values:
            return b""
        return self.encode_columns(values)

    def encode_columns(self, values: Sequence[Sequence[Any]]) -> bytes:
        """Return the same as `encode_rows` from `width` columns of equally many values each; raises alike."""
        if len(values) != self.width:
            raise ValueError(f"The rows have {len(values)} values, the columns want {self.width}")
        if len(set(map(len, values))) != 1:
            raise ValueError("The columns have different numbers of values")
        remaining = iter(values)
        encoded = [repeat(step) if isinstance(step, bytes) else step(next(remaining)) for step in self._plan]
        block = b"\n".join(map(b"\t".join, zip(*encoded, strict=False)))
        if b"\0" in block:
            raise ValidationFailedError("NUL characters cannot be stored in text.")
        return block + b"\n"


def copy_text(kind: Column, value: Any) -> bytes:
    """Return one value as it stands between two tabs of the format; raises as `RowEncoder.encode_rows`."""
    return _ENCODERS[kind]((value,))[0]


_EncodeColumn = Callable[[Sequence[Any]], list[bytes]]


def _integers(values: Sequence[Any]) -> list[bytes]:
    return [NULL if value is None else b"%d" % value for value in values]


def _booleans(values: Sequence[Any]) -> list[bytes]:
    return [NULL if value is None else b"t" if value else b"f" for value in values]


def _floats(values: Sequence[Any]) -> list[bytes]:
    return [NULL if value is None else repr(float(value)).encode() for value in values]


def _json(values: Sequence[Any]) -> list[bytes]:
    # orjson escapes every control character, so the backslash is the only byte that COPY would read differently.
    dumps = orjson.dumps
    try:
        return [NULL if value is None else dumps(value).replace(b"\\", b"\\\\") for value in values]
    except orjson.JSONEncodeError as error:
        if "Recursion limit" in str(error):
            raise ValidationFailedError("JSON nested so deep cannot be stored.") from None
        raise


def _raw_json(values: Sequence[Any]) -> list[bytes]:
    return [NULL if value is None else _escape(value) for value in values]


def _texts(values: Sequence[Any]) -> list[bytes]:
    return [NULL if value is None else _escape(value.encode()) for value in values]


def _uuids(values: Sequence[Any]) -> list[bytes]:
    return [NULL if value is None else str(value).encode() for value in values]


def _timestamps(values: Sequence[Any]) -> list[bytes]:
    return [NULL if value is None else _timestamp(value) for value in values]


def _timestamp(moment: datetime) -> bytes:
    if moment.utcoffset() is None:
        raise ValueError(f"A datetime without a time zone cannot be stored: {moment!r}")
    return moment.isoformat().encode()


def _escape(text: bytes) -> bytes:
    escaped = text.replace(b"\\", b"\\\\")
    return escaped.replace(b"\n", b"\\n").replace(b"\r", b"\\r").replace(b"\t", b"\\t")


_ENCODERS: dict[Column, _EncodeColumn] = {
    Column.INTEGER: _integers,
    Column.BOOLEAN: _booleans,
    Column.FLOAT: _floats,
    Column.JSON: _json,
    Column.RAW_JSON: _raw_json,
    Column.TEXT: _texts,
    Column.UUID: _uuids,
    Column.TIMESTAMP: _timestamps,
}
