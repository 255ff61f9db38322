"""Reads JSON lines: one object a line."""

from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson

from platform_core.api.strict_json import MAX_DEPTH, JsonFlawError, is_deeper_than, parse_strict, refuse_lossy_values
from platform_core.tasks.reading.errors import body_error, item_error, line_too_large
from platform_core.tasks.reading.source import CHUNK_BYTES, MAX_ITEM_BYTES, ByteSource
from platform_core.tasks.reading.types import Batch, split_into_batches


def iter_jsonl(
    stream: BinaryIO, *, batch_size: int, max_bytes: int, max_item_bytes: int = MAX_ITEM_BYTES
) -> Iterator[Batch]:
    """Read one object a line in batches of at most `batch_size` items; blank lines are skipped.

    Args: as for `iter_json_items`.

    Raises:
        ValidationFailedError: a line is wrong; the message names item and line.
        BadRequestError: the body is empty.
        PayloadTooLargeError: the body or a line is over its limit.
    """
    source = ByteSource(stream, max_bytes=max_bytes)
    first_item, first_line = 0, 1
    for block in _whole_lines(source, max_item_bytes):
        items = _parse_lines(block, first_item=first_item, first_line=first_line)
        yield from split_into_batches(items, first_item=first_item, batch_size=batch_size, bytes_read=source.position)
        first_item += len(items)
        first_line += block.count(b"\n")
    if not first_item:
        raise body_error("The body is empty.")


def _whole_lines(source: ByteSource, max_item_bytes: int) -> Iterator[bytes]:
    """Yield blocks of some 256 KB that end where a line ends."""
    rest = b""
    done_lines = 0
    while not source.at_end:
        rest += source.read_at_least(max(CHUNK_BYTES, len(rest)))
        end = len(rest) if source.at_end else rest.rfind(b"\n") + 1
        if end:
            yield rest[:end]
            done_lines += rest.count(b"\n", 0, end)
            rest = rest[end:]
        elif len(rest) > max_item_bytes:
            raise line_too_large(done_lines + 1, max_item_bytes)


def _parse_lines(block: bytes, *, first_item: int, first_line: int) -> list[dict[str, Any]]:
    try:
        items = [orjson.loads(line) for line in block.split(b"\n") if line and not line.isspace()]
        refuse_lossy_values(block)
    except (orjson.JSONDecodeError, JsonFlawError):
        _blame_line(block, first_item=first_item, first_line=first_line)
        raise
    if set(map(type, items)) - {dict} or is_deeper_than(MAX_DEPTH, items):
        _blame_line(block, first_item=first_item, first_line=first_line)
    return items


def _blame_line(block: bytes, *, first_item: int, first_line: int) -> None:
    """Raise the error of the first line that is wrong."""
    item = first_item
    for line, text in enumerate(block.split(b"\n"), start=first_line):
        if not text or text.isspace():
            continue
        try:
            value = parse_strict(text)
        except JsonFlawError as flaw:
            raise item_error(item, f"{flaw.message} (line {line}, column {flaw.byte + 1})", line=line) from None
        if type(value) is not dict:
            raise item_error(item, f"a task must be an object (line {line})", line=line)
        item += 1
