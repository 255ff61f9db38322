"""Reads a JSON array of objects in pieces of some 256 KB, each parsed by orjson in one call.

A piece must end where an element ends. Looking for that place exactly would take longer than parsing, so it is guessed
and the parser is the judge: the text from one element's start up to some `}` parses as the inside of an array only if
that brace closes an element. The guess is the last place where an object begins with the same key as the first one.
Where guesses fail (objects inside the elements begin alike), an exact scanner takes over for the rest of the body.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO, NoReturn

import orjson

from platform_core.api.errors import ValidationFailedError
from platform_core.api.strict_json import (
    MAX_DEPTH,
    STRING,
    JsonFlawError,
    is_deeper_than,
    parse_strict,
    refuse_lossy_values,
)
from platform_core.tasks.reading.errors import body_error, item_error, item_too_large
from platform_core.tasks.reading.source import CHUNK_BYTES, MAX_ITEM_BYTES, ByteSource
from platform_core.tasks.reading.spans import element_spans
from platform_core.tasks.reading.types import Batch, split_into_batches

SPACE = b" \t\r\n"
FIRST_KEY = re.compile(rb"\{[ \t\r\n]*+" + STRING, re.DOTALL)
MAX_GUESSES = 3
MAX_LOOKS = 16


def iter_json_items(
    stream: BinaryIO, *, batch_size: int, max_bytes: int, max_item_bytes: int = MAX_ITEM_BYTES
) -> Iterator[Batch]:
    """Read an array of objects, or one object, in batches of at most `batch_size` items; `[]` gives no batch.

    Memory stays at a few times `CHUNK_BYTES`, or of the largest item where that is more.

    Args:
        stream: the body in UTF-8, with or without a byte order mark; it may give fewer bytes than asked for.
        batch_size: batches may also be smaller.
        max_bytes: limit of the whole body.
        max_item_bytes: limit of one item.

    Raises:
        ValidationFailedError: an item is wrong; the message begins with `Error at item <number>: `.
        BadRequestError: the body is wrong outside of its items: empty, cut off, followed by something.
        PayloadTooLargeError: the body or an item is over its limit.
    """
    source = ByteSource(stream, max_bytes=max_bytes)
    head = b""
    while not head and not source.at_end:
        head = source.read_at_least(CHUNK_BYTES).lstrip(SPACE)
    if head.startswith(b"["):
        yield from _ArrayReader(source, head, max_item_bytes).batches(batch_size)
    elif head.startswith(b"{"):
        yield _read_single(source, head, max_item_bytes)
    elif head:
        raise body_error("The body must be a JSON array of tasks, or one task as an object.")
    else:
        raise body_error("The body is empty.")


def _read_single(source: ByteSource, head: bytes, max_item_bytes: int) -> Batch:
    raw = head + source.read_at_least(max_item_bytes + 1 - len(head))
    if len(raw.rstrip(SPACE)) > max_item_bytes:
        raise item_too_large(0, max_item_bytes)
    item = _parse_item(raw, item=0, offset=source.position - len(raw))
    return Batch(first_item=0, items=[item], bytes_read=source.position)


class _ArrayReader:
    """The text not parsed yet is `_buffer`; it begins at the start of an element, or between two."""

    def __init__(self, source: ByteSource, head: bytes, max_item_bytes: int) -> None:
        self._source = source
        self._buffer = head
        self._max_item_bytes = max_item_bytes
        self._next_item = 0
        self._opener: bytes | None = None
        self._drop(1)

    def batches(self, batch_size: int) -> Iterator[Batch]:
        while self._seek_element():
            first_item = self._next_item
            items = self._take_items()
            self._next_item += len(items)
            yield from split_into_batches(
                items, first_item=first_item, batch_size=batch_size, bytes_read=self._source.position
            )
        self._refuse_trailing_text()

    def _seek_element(self) -> bool:
        """Move to the start of the next element; False at the end of the array."""
        lead = self._peek()
        if lead == b"]":
            return False
        if self._next_item:
            if lead != b",":
                raise body_error(
                    f"A comma or the end of the array is missing after item {self._next_item - 1}.", byte=self._offset
                )
            self._drop(1)
            lead = self._peek()
        if lead != b"{":
            raise item_error(self._next_item, "a task must be an object", byte=self._offset)
        return True

    def _take_items(self) -> list[dict[str, Any]]:
        """Parse as many elements as the buffer holds, at least one; reads on until one is complete."""
        self._fill(CHUNK_BYTES)
        while True:
            end, items = self._guess() or self._scan()
            if items:
                self._refuse_flaws(end, items)
                self._drop(end)
                return items
            if self._source.at_end:
                self._refuse_cut_off()
            if len(self._buffer) > self._max_item_bytes:
                raise item_too_large(self._next_item, self._max_item_bytes)
            # Twice as much each time, so that a long item is not scanned again for every piece of it.
            self._fill(min(2 * len(self._buffer), self._max_item_bytes + 1))

    def _guess(self) -> tuple[int, list[Any]] | None:
        """Parse up to a likely end of an element; None if there is none or the guess is wrong."""
        for end in self._likely_ends():
            try:
                return end, orjson.loads(b"[%b]" % self._buffer[:end])
            except orjson.JSONDecodeError:
                continue
        if self._opener:
            # Guessing does not pay in this body; an empty opener turns it off.
            self._opener = b"" if self._buffer.find(self._opener, 1) > 0 else self._opener
        return None

    def _likely_ends(self) -> Iterator[int]:
        text = self._buffer
        if self._source.at_end and (inside := text.rstrip(SPACE)).endswith(b"]"):
            yield len(inside[:-1].rstrip(SPACE))
        if self._opener is None:
            first_key = FIRST_KEY.match(text)
            self._opener = first_key.group() if first_key else b""
        yield from islice(_ends_before(text, self._opener), MAX_GUESSES)

    def _scan(self) -> tuple[int, list[Any]]:
        """Parse up to the last complete element, found exactly; (0, []) if there is none."""
        end, item = 0, self._next_item
        try:
            for _, end in element_spans(self._buffer):  # noqa: B007 - the last one is wanted
                item += 1
        except JsonFlawError as flaw:
            raise _flaw_error(flaw, item=item, offset=self._offset) from None
        if not end:
            return 0, []
        try:
            return end, orjson.loads(b"[%b]" % self._buffer[:end])
        except orjson.JSONDecodeError:
            self._blame_item(end)

    def _refuse_flaws(self, end: int, items: list[Any]) -> None:
        try:
            refuse_lossy_values(self._buffer[:end])
        except JsonFlawError:
            self._blame_item(end)
        if set(map(type, items)) != {dict} or is_deeper_than(MAX_DEPTH, items):
            self._blame_item(end)

    def _blame_item(self, end: int) -> NoReturn:
        """Raise the error of the first item that is wrong in the buffer up to `end`."""
        last_end, item = 0, self._next_item
        try:
            for start, stop in element_spans(self._buffer[:end]):
                self._refuse_stray_text(last_end, start, item)
                _parse_item(self._buffer[start:stop], item=item, offset=self._offset + start)
                last_end, item = stop, item + 1
        except JsonFlawError as flaw:
            raise _flaw_error(flaw, item=item, offset=self._offset) from None
        raise item_error(item, "a task must be an object", byte=self._offset + last_end)

    def _refuse_stray_text(self, start: int, end: int, item: int) -> None:
        """Judge what stands between the last element and `item`: one comma, or nothing before the first one."""
        between = self._buffer[start:end].strip(SPACE)
        if between == (b"," if start else b""):
            return
        if between.removeprefix(b",").strip(SPACE) and between.startswith(b","):
            raise item_error(item, "a task must be an object", byte=self._offset + start)
        problem = f"There must be one comma between item {item - 1} and the next."
        raise body_error(problem, byte=self._offset + start)

    def _refuse_cut_off(self) -> None:
        _parse_item(self._buffer, item=self._next_item, offset=self._offset)

    def _refuse_trailing_text(self) -> None:
        self._drop(1)
        while not (self._buffer == b"" and self._source.at_end):
            if self._buffer:
                raise body_error("There is text after the end of the array.", byte=self._offset)
            self._buffer = self._source.read_at_least(CHUNK_BYTES)
            self._drop(0)

    @property
    def _offset(self) -> int:
        """Where the buffer begins in the body."""
        return self._source.position - len(self._buffer)

    def _peek(self) -> bytes:
        while not self._buffer and not self._source.at_end:
            self._fill(CHUNK_BYTES)
            self._drop(0)
        if not self._buffer:
            raise body_error("The array is cut off: its closing bracket is missing.", byte=self._source.position)
        return self._buffer[:1]

    def _fill(self, size: int) -> None:
        if len(self._buffer) < size and not self._source.at_end:
            self._buffer += self._source.read_at_least(size - len(self._buffer))

    def _drop(self, size: int) -> None:
        self._buffer = self._buffer[size:].lstrip(SPACE)


def _ends_before(text: bytes, opener: bytes) -> Iterator[int]:
    """Yield, from the back, where something ends that is followed by a comma and `opener`."""
    position = len(text)
    for _ in range(MAX_LOOKS if opener else 0):
        position = text.rfind(opener, 1, position)
        if position < 0:
            return
        before = text[:position].rstrip(SPACE)
        if before.endswith(b","):
            yield len(before[:-1].rstrip(SPACE))


def _parse_item(raw: bytes, *, item: int, offset: int) -> dict[str, Any]:
    try:
        value = parse_strict(raw)
    except JsonFlawError as flaw:
        raise _flaw_error(flaw, item=item, offset=offset) from None
    if type(value) is not dict:
        raise item_error(item, "a task must be an object", byte=offset)
    return value


def _flaw_error(flaw: JsonFlawError, *, item: int, offset: int) -> ValidationFailedError:
    byte = offset + flaw.byte
    return item_error(item, f"{flaw.message} (byte {byte})", byte=byte)
