"""CSV text to ASRS reports, one at a time."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from tenon_aviation.asrs.errors import AsrsError
from tenon_aviation.asrs.layout import Layout, is_field_row, read_layout
from tenon_aviation.asrs.lines import text_lines

Cells = Mapping[str, Mapping[str, str]]

# A quote that is never closed would otherwise gather the rest of the file into one record.
MAX_RECORD_CHARS = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class AsrsReport:
    """One report as the file has it.

    Attributes:
        acn: accession number, digits.
        line: physical line on which the record starts, from 1.
        cells: group to field to text; blank cells are left out.
    """

    acn: str
    line: int
    cells: Cells

    def cell(self, group: str, field: str) -> str | None:
        """The text of a cell, None when it is blank or the file lacks the column."""
        return self.cells.get(group, {}).get(field)


def read_reports(stream: BinaryIO) -> Iterator[AsrsReport]:
    """Read an export of 97 or 126 columns, with or without the group row; memory does not grow with the file.

    Raises:
        AsrsError: with the line and, where one is to blame, the column.
    """
    rows = _rows(stream)
    line, first = next(rows, (1, []))
    second_line, second = (line, None) if is_field_row(first) else next(rows, (line, None))
    layout = read_layout(first, second, line=second_line)
    for line, row in rows:
        yield _report(layout, row, line)


def _rows(stream: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, each with the line it starts on."""
    source = _RecordGuard(text_lines(stream))
    reader = csv.reader(source, strict=True)
    while True:
        start = source.begin_record()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise AsrsError("bad_csv", f"the record is not valid CSV: {error}", line=start) from error
        if any(cell.strip() for cell in row):
            yield start, row


class _RecordGuard:
    """Lines for the CSV reader, with a limit on what one record may gather."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._count = 0
        self._start = 1
        self._size = 0

    def begin_record(self) -> int:
        self._start = self._count + 1
        self._size = 0
        return self._start

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._count += 1
        self._size += len(line)
        if self._size > MAX_RECORD_CHARS:
            raise AsrsError("record_too_long", "the record never ends; is a quote missing?", line=self._start)
        return line


def _report(layout: Layout, row: list[str], line: int) -> AsrsReport:
    _check_width(layout, row, line)
    cells: dict[str, dict[str, str]] = {}
    for column in layout.columns:
        text = row[column.index].strip() if column.index < len(row) else ""
        if text:
            cells.setdefault(column.group, {})[column.field] = text
    acn = row[layout.columns[0].index].strip()
    if not (acn.isascii() and acn.isdigit()):
        shown = acn[:40]
        raise AsrsError("bad_acn", f"{shown!r} is not an accession number", line=line, column="ACN")
    return AsrsReport(acn=acn, line=line, cells=cells)


def _check_width(layout: Layout, row: list[str], line: int) -> None:
    """A shorter or longer row means that the cells have moved; only unnamed trailing cells may come and go."""
    last_named = layout.columns[-1].index + 1
    if len(row) < last_named:
        raise AsrsError("short_row", f"{len(row)} cells where the header names {last_named} columns", line=line)
    if any(cell.strip() for cell in row[layout.width :]):
        raise AsrsError("long_row", f"{len(row)} cells where the header has {layout.width}", line=line)
