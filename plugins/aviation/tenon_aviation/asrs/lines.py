"""Bytes to text lines: the encoding is decided by the first line that is not ASCII."""

from collections.abc import Iterator
from typing import BinaryIO

from tenon_aviation.asrs.errors import AsrsError

MAX_LINE_BYTES = 1 << 20
_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


def text_lines(stream: BinaryIO) -> Iterator[str]:
    """Decode line by line, line ends kept.

    UTF-8, with or without a mark; without one, a file whose first non-ASCII line is not UTF-8 is Windows-1252.
    """
    decoder = _Decoder()
    number = 0
    while line := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES:
            raise AsrsError("line_too_long", f"longer than {MAX_LINE_BYTES} bytes; is this a CSV file?", line=number)
        text = decoder.decode(line, number)
        if "\x00" in text:
            raise AsrsError("nul_character", "contains a NUL character", line=number)
        yield text


class _Decoder:
    """Holds the one piece of state: the encoding, None while only ASCII was seen."""

    def __init__(self) -> None:
        self.encoding: str | None = None

    def decode(self, line: bytes, number: int) -> str:
        if number == 1:
            line = self._strip_mark(line)
        if line.isascii():
            return line.decode("ascii")
        encoding = self.encoding or _guess(line)
        self.encoding = encoding
        try:
            return line.decode(encoding)
        except UnicodeDecodeError as error:
            problem = f"byte {error.object[error.start]:#04x} is not valid {encoding}"
            raise AsrsError("bad_encoding", problem, line=number) from error

    def _strip_mark(self, line: bytes) -> bytes:
        if line.startswith(_UTF16_BOMS):
            raise AsrsError("bad_encoding", "the file is UTF-16; save it as CSV UTF-8", line=1)
        if line.startswith(_UTF8_BOM):
            self.encoding = "utf-8"
            return line.removeprefix(_UTF8_BOM)
        return line


def _guess(line: bytes) -> str:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"
