"""Zip archives of data sets: looked at before they are opened, read entry by entry, never unpacked to disk."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from platform_core.sdk import ImportFormatError

MAX_ENTRIES: Final = 60_000
MAX_TABLE_BYTES: Final = 16 * 1024 * 1024
MAX_TEXT_BYTES: Final = 1024 * 1024
MAX_TEXTS_BYTES: Final = 512 * 1024 * 1024
HEAD_BYTES: Final = 64 * 1024
NOT_AN_ARCHIVE: Final = "This is no zip archive that can be read."
_END: Final = b"PK\x05\x06"
_END_64: Final = b"PK\x06\x07"
_END_BYTES: Final = 22
_MAX_COMMENT_BYTES: Final = 65_535
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError)


class Packed:
    """An open archive; what is read from it is counted."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        self._packed = packed
        self._left = MAX_TEXTS_BYTES
        self.names = [one.filename for one in packed.infolist() if not one.is_dir()]

    def text(self, name: str) -> bytes:
        """Return a small file whole.

        Raises:
            ImportFormatError: it is over a megabyte, or broken, or all together are too much.
        """
        content = self._read(name, MAX_TEXT_BYTES + 1)
        self._left -= len(content)
        if len(content) > MAX_TEXT_BYTES or self._left < 0:
            raise ImportFormatError(
                f"{name[:80]!r} is over {MAX_TEXT_BYTES:,} bytes, or all files together are too large."
            )
        return content

    def head(self, name: str) -> bytes:
        """Return how a file begins."""
        return self._read(name, HEAD_BYTES)

    def _read(self, name: str, size: int) -> bytes:
        try:
            with self._packed.open(name) as file:
                return file.read(size)
        except _BROKEN as error:
            raise ImportFormatError(f"{name[:80]!r} in the archive cannot be read.") from error


@contextmanager
def opened_archive(stream: BinaryIO) -> Iterator[Packed]:
    """Give an archive.

    Raises:
        ImportFormatError: it is none, or its table of contents is too large.
    """
    _check_table(stream)
    try:
        packed = zipfile.ZipFile(stream)
    except _BROKEN as error:
        raise ImportFormatError(NOT_AN_ARCHIVE) from error
    with packed:
        if len(packed.infolist()) > MAX_ENTRIES:
            raise ImportFormatError(f"The archive has over {MAX_ENTRIES:,} files; split it.")
        yield Packed(packed)


def _check_table(stream: BinaryIO) -> None:
    """Look at the end of the file, where the size of the table of contents is: the table is read into memory whole."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - _END_BYTES - _MAX_COMMENT_BYTES))
    tail = stream.read()
    stream.seek(0)
    place = tail.rfind(_END)
    if place < 0 or len(tail) - place < _END_BYTES:
        raise ImportFormatError(NOT_AN_ARCHIVE)
    (table,) = struct.unpack_from("<I", tail, place + 12)
    if table > MAX_TABLE_BYTES or _END_64 in tail:
        raise ImportFormatError(f"The archive has over {MAX_ENTRIES:,} files, or is in the Zip64 form; split it.")
