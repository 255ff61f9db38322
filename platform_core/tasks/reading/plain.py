"""Reads what is not a list of tasks by itself: lines of text, pages of markup, single media files."""

import io
from collections.abc import Iterator
from typing import BinaryIO

from platform_core.tasks.reading.errors import body_error, item_error, item_too_large, line_too_large
from platform_core.tasks.reading.source import CHUNK_BYTES, MAX_ITEM_BYTES, ByteSource
from platform_core.tasks.reading.types import Batch


def iter_lines(stream: BinaryIO, *, key: str, batch_size: int, max_bytes: int) -> Iterator[Batch]:
    """Read one task a line of text; blank lines are skipped.

    Args:
        key: under which the text stands in a task's data.

    Raises:
        BadRequestError: there is no line, or one is not UTF-8 or has a NUL character.
        PayloadTooLargeError: the body or a line is over its limit.
    """
    source = ByteSource(stream, max_bytes=max_bytes)
    reader = io.BufferedReader(source, CHUNK_BYTES)
    items: list[dict[str, str]] = []
    first_item = number = 0
    while raw := reader.readline(MAX_ITEM_BYTES + 2):
        number += 1
        if len(raw) > MAX_ITEM_BYTES + 1:
            raise line_too_large(number, MAX_ITEM_BYTES)
        text = _decoded(raw, f"Line {number}").strip("\r\n")
        if not text.strip():
            continue
        items.append({key: text})
        if len(items) == batch_size:
            yield Batch(first_item=first_item, items=items, bytes_read=source.position)
            first_item, items = first_item + len(items), []
    if items:
        yield Batch(first_item=first_item, items=items, bytes_read=source.position)
    elif not first_item:
        raise body_error("The text has no line that is not blank.")


def iter_whole(stream: BinaryIO, *, key: str) -> Iterator[Batch]:
    """Read one task with the whole text; raises as `iter_lines`, and where it is longer than one item may be."""
    raw = ByteSource(stream, max_bytes=MAX_ITEM_BYTES + 1).read_at_least(MAX_ITEM_BYTES + 1)
    if len(raw) > MAX_ITEM_BYTES:
        raise item_too_large(0, MAX_ITEM_BYTES)
    text = _decoded(raw, "The file")
    if not text.strip():
        raise item_error(0, f'"{key}" would be empty', key=key)
    yield Batch(first_item=0, items=[{key: text}], bytes_read=len(raw))


def _decoded(raw: bytes, what: str) -> str:
    if b"\0" in raw:
        raise body_error(f"NUL characters cannot be stored ({what}).")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise body_error(f"{what} is not UTF-8: save the file as UTF-8.") from None
