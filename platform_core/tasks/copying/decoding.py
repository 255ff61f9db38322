"""Turns what `COPY (SELECT <one JSON column>) TO STDOUT` sends back into JSON, a block of rows at a time.

The format escapes newlines inside values, so a raw newline always ends a row. Each escape is a backslash with one
character, so pairs of backslashes taken from the left are escaped backslashes, and what remains starts another escape.
"""

from collections.abc import Iterable, Iterator

BLOCK_BYTES = 64 * 1024
ESCAPES = ((b"\\n", b"\n"), (b"\\t", b"\t"), (b"\\r", b"\r"), (b"\\b", b"\b"), (b"\\f", b"\f"), (b"\\v", b"\v"))


def unescape(text: bytes) -> bytes:
    """Return COPY text with its escapes resolved.

    Args:
        text: values without NULL; must not end between a backslash and its character.

    Raises:
        ValueError: a NULL, a NUL, or an escape that PostgreSQL does not send.
    """
    if b"\\" not in text:
        return text
    if b"\0" in text:
        raise ValueError("NUL in the COPY")
    # PostgreSQL has no NUL in text, so it can stand for the escaped backslash meanwhile.
    text = text.replace(b"\\\\", b"\0")
    if b"\\" in text:
        text = _resolve(text)
    return text.replace(b"\0", b"\\")


def json_array_stream(copy_blocks: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    """Yield a JSON array of the rows of a COPY, in blocks of at least some 64 KB except for the last.

    Args:
        copy_blocks: as they come from the connection: cut anywhere. Each row is one JSON value, none is NULL.

    Raises:
        ValueError: a row is NULL or has an escape that PostgreSQL does not send, or the last row is not whole.
    """
    opening = b"["
    for rows in _whole_rows(copy_blocks):
        yield opening + unescape(rows[:-1].replace(b"\n", b",\n"))
        opening = b",\n"
    yield b"[]" if opening == b"[" else b"]"


def _whole_rows(copy_blocks: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    """Yield blocks that end with a row's newline."""
    parts: list[bytes | memoryview] = []
    size, wanted = 0, BLOCK_BYTES
    for part in copy_blocks:
        parts.append(part)
        size += len(part)
        if size < wanted:
            continue
        text = b"".join(parts)
        end = text.rfind(b"\n") + 1
        if end:
            yield text[:end]
        parts, size = [text[end:]], len(text) - end
        # A row longer than a block is joined again only after it has doubled.
        wanted = max(BLOCK_BYTES, 2 * size)
    text = b"".join(parts)
    if text and not text.endswith(b"\n"):
        raise ValueError("The COPY ended within a row")
    if text:
        yield text


def _resolve(text: bytes) -> bytes:
    for escape, character in ESCAPES:
        text = text.replace(escape, character)
    if b"\\" in text:
        place = text.index(b"\\")
        raise ValueError(f"NULL or an unknown escape in the COPY: {text[place : place + 2]!r}")
    return text
