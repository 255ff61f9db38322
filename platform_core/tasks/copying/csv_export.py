"""Streams rows as CSV that a spreadsheet opens without running anything."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from platform_core.api.json import dumps, format_datetime

BLOCK_CHARACTERS = 64 * 1024
# Spreadsheets run a cell that begins with one of these: they skip a tab or line end, and full-width forms count.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


class CellForm(Protocol):
    """How a person reads numbers and times."""

    def moment(self, value: datetime) -> str:
        """Return a time as text."""
        ...

    def number(self, value: float) -> str:
        """Return a number as text."""
        ...


def csv_stream(
    header: Sequence[str], rows: Iterable[Sequence[Any]], *, delimiter: str = ",", form: CellForm | None = None
) -> Iterator[bytes]:
    """Yield a table in UTF-8 in blocks of some 64 KB, lines ended by CR LF.

    Args:
        header: names of the columns.
        rows: values: None is an empty cell; objects, lists and booleans become JSON; datetimes UTC with `Z`.
        delimiter: between cells, such as a tab for TSV.
        form: of numbers and times for a person; None for programs.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter)
    writer.writerow([safe_cell(name) for name in header])
    for row in rows:
        writer.writerow([safe_cell(_formed(value, form) if form is not None else value) for value in row])
        if buffer.tell() >= BLOCK_CHARACTERS:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    if buffer.tell():
        yield buffer.getvalue().encode()


def _formed(value: Any, form: CellForm) -> Any:
    if isinstance(value, datetime):
        return form.moment(value)
    return form.number(value) if isinstance(value, float) else value


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
