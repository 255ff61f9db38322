"""How deep a JSON file is nested, found out before it is parsed: streaming parsers pay for depth squared."""

import re
from typing import BinaryIO, Final

from platform_core.sdk import ImportFormatError

MAX_DEPTH: Final = 32
MAX_BRACKETS: Final = 32 * 1024 * 1024
BLOCK_BYTES: Final = 1024 * 1024
_ESCAPED: Final = re.compile(rb"\\.", re.DOTALL)
_TEXT: Final = re.compile(rb'"[^"]*"')
_KEPT: Final = b'[]{}"'
_OTHERS: Final = bytes(set(range(256)) - set(_KEPT))


def refuse_deep(stream: BinaryIO) -> None:
    """Read a file and refuse it where brackets stand in brackets too often, or do not fit together.

    Raises:
        ImportFormatError: so it is.
    """
    brackets = _TEXT.sub(b"", _structure(stream))
    for _ in range(MAX_DEPTH):
        if not brackets:
            return
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    if brackets:
        raise ImportFormatError(f"The JSON is broken off, or nested deeper than {MAX_DEPTH} levels.")


def _structure(stream: BinaryIO) -> bytes:
    """Return the brackets and quotes of a file, those that are escaped left out."""
    stream.seek(0)
    found, carried = bytearray(), b""
    while block := stream.read(BLOCK_BYTES):
        block = _ESCAPED.sub(b"", carried + block)
        # What is left of a pair that the end of the block cuts.
        carried = b"\\" if block.endswith(b"\\") else b""
        found += block.translate(None, _OTHERS)
        if len(found) > MAX_BRACKETS:
            raise ImportFormatError("The JSON has too many lists and objects; split the file.")
    stream.seek(0)
    return bytes(found)
