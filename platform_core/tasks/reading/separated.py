"""Reads CSV and TSV: a header, then one item a row; every value stays text, as Label Studio keeps it."""

import csv
import io
from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO

from platform_core.api.errors import ValidationFailedError
from platform_core.tasks.reading.errors import body_error, item_error, line_too_large
from platform_core.tasks.reading.source import CHUNK_BYTES, MAX_ITEM_BYTES, ByteSource
from platform_core.tasks.reading.types import Batch

DELIMITERS = (",", ";", "\t", "|")
# Only what a client declares is tried: a wrong guess would store wrong letters without anybody noticing.
ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-8-sig": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "cp1252": "cp1252",
    "windows-1252": "cp1252",
    "latin-1": "latin-1",
    "latin1": "latin-1",
    "iso-8859-1": "latin-1",
}

# The limit of the csv module is one for the whole process, and its default of 131,072 is less than a long report.
csv.field_size_limit(MAX_ITEM_BYTES)


def iter_csv(
    stream: BinaryIO,
    *,
    batch_size: int,
    max_bytes: int,
    encoding: str = "utf-8",
    delimiter: str | None = None,
    max_item_chars: int = MAX_ITEM_BYTES,
) -> Iterator[Batch]:
    """Read rows in batches of at most `batch_size` items; blank lines are skipped.

    Args:
        stream: the body, with or without a byte order mark.
        batch_size: the last batch may be smaller.
        max_bytes: limit of the whole body.
        encoding: as declared by the client: UTF-8, ASCII, Windows-1252 or Latin-1, by any usual name.
        delimiter: one character; by default that of `, ; tab |` which is most frequent in the header line.
        max_item_chars: limit of one row.

    Raises:
        ValidationFailedError: a row is wrong; the message names item and line.
        BadRequestError: the header is missing, or has an empty or repeated name; the encoding is unknown.
        PayloadTooLargeError: the body or a row is over its limit.
    """
    codec = ENCODINGS.get(encoding.strip().lower().replace("_", "-"))
    if codec is None:
        raise body_error(f"The encoding {encoding[:40]!r} is not read here; use UTF-8.", encoding=encoding[:40])
    source = ByteSource(stream, max_bytes=max_bytes)
    text = io.TextIOWrapper(io.BufferedReader(source, CHUNK_BYTES), encoding=codec, newline="")
    return _read_rows(_Lines(text, max_item_chars), delimiter, batch_size, source)


def iter_tsv(
    stream: BinaryIO,
    *,
    batch_size: int,
    max_bytes: int,
    encoding: str = "utf-8",
    max_item_chars: int = MAX_ITEM_BYTES,
) -> Iterator[Batch]:
    """Read tab-separated rows; else as `iter_csv`."""
    return iter_csv(
        stream,
        batch_size=batch_size,
        max_bytes=max_bytes,
        encoding=encoding,
        delimiter="\t",
        max_item_chars=max_item_chars,
    )


def sniff_delimiter(header: str) -> str:
    """Return the most frequent of `, ; tab |` outside quotes in a header line; the comma where there is none."""
    outside_quotes = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=outside_quotes.count)


class _Lines:
    """The lines of a text for the csv reader, with a limit on each row, which may span lines.

    Attributes:
        number: of the line last given out, from 1.
        row_chars: length of the row so far; the reader of rows sets it back.
    """

    def __init__(self, text: io.TextIOWrapper, max_row_chars: int) -> None:
        self.number = 0
        self.row_chars = 0
        self._text = text
        self._max_row_chars = max_row_chars

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            line = self._text.readline(self._max_row_chars + 1)
        except UnicodeDecodeError as error:
            # The text wrapper decodes ahead: whole lines before the wrong byte were not given out yet.
            number = self.number + len((error.object[: error.start] + b".").splitlines())
            problem = f"Line {number} is not {error.encoding}: declare the encoding or save the file as UTF-8."
            raise body_error(problem, line=number) from None
        if not line:
            raise StopIteration
        self.number += 1
        self.row_chars += len(line)
        if self.row_chars > self._max_row_chars:
            raise line_too_large(self.number, self._max_row_chars)
        if "\0" in line:
            raise body_error(f"NUL characters cannot be stored (line {self.number}).", line=self.number)
        return line


def _read_rows(lines: _Lines, delimiter: str | None, batch_size: int, source: ByteSource) -> Iterator[Batch]:
    first_line = next((line for line in lines if not line.isspace()), None)
    if first_line is None:
        raise body_error("The body is empty: a header line is needed.")
    rows = csv.reader(chain((first_line,), lines), delimiter=delimiter or sniff_delimiter(first_line), strict=True)
    first_item = 0
    items: list[dict[str, Any]] = []
    try:
        header = _checked_header(next(rows))
        lines.row_chars = 0
        for row in rows:
            lines.row_chars = 0
            if len(row) != len(header):
                if not row:
                    continue
                raise _ragged_row(first_item + len(items), lines.number, row, header)
            items.append(dict(zip(header, row, strict=True)))
            if len(items) == batch_size:
                yield Batch(first_item=first_item, items=items, bytes_read=source.position)
                first_item += len(items)
                items = []
    except csv.Error as error:
        raise item_error(first_item + len(items), f"{error} (line {lines.number})", line=lines.number) from None
    if items:
        yield Batch(first_item=first_item, items=items, bytes_read=source.position)


def _checked_header(header: list[str]) -> list[str]:
    seen: set[str] = set()
    for number, name in enumerate(header, start=1):
        if not name.strip():
            raise body_error(f"Column {number} has no name in the header.", column=number)
        if name in seen:
            raise body_error(f"The header names {name[:80]!r} twice.", column=number)
        seen.add(name)
    return header


def _ragged_row(item: int, line: int, row: list[str], header: list[str]) -> ValidationFailedError:
    problem = f"line {line} has {len(row)} cells, the header has {len(header)}"
    return item_error(item, problem, line=line)
