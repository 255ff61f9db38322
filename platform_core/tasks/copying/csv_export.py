"""Streams rows as CSV that a spreadsheet opens without running anything."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from platform_core.api.json import dumps, format_datetime

BLOCK_CHARACTERS = 64 * 1024
# Spreadsheets run a cell that begins with one of these: they skip a tab or line end, and full-width forms count.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def csv_stream(header: Sequence[str], rows: Iterable[Sequence[Any]], *, delimiter: str = ",") -> Iterator[bytes]:
    """Yield a table in UTF-8 in blocks of some 64 KB, lines ended by CR LF.

    Args:
        header: names of the columns.
        rows: values: None is an empty cell; objects, lists and booleans become JSON; datetimes UTC with `Z`.
        delimiter: between cells, such as a tab for TSV.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter)
    writer.writerow([safe_cell(name) for name in header])
    for row in rows:
        writer.writerow([safe_cell(value) for value in row])
        if buffer.tell() >= BLOCK_CHARACTERS:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    if buffer.tell():
        yield buffer.getvalue().encode()


def safe_cell(value: Any) -> str | int | float:
    """Return a value as it stands in a cell: text that a spreadsheet would run gets a leading `'`; numbers do not."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA_STARTS) and not NUMBER.fullmatch(value) else value
    if isinstance(value, datetime):
        return format_datetime(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, date | time | Decimal | UUID):
        return str(value)
    return dumps(value).decode()
