"""Zip archives that are written as a stream: nothing is gone back to."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO

# The same content gives the same bytes, so digests of snapshots can be compared.
_MOMENT = (1980, 1, 1, 0, 0, 0)


class _Appended(io.RawIOBase):
    """Shows a file of which only the end can be written to; `zipfile` then never seeks."""

    def __init__(self, out: BinaryIO) -> None:
        super().__init__()
        self._out = out

    def writable(self) -> bool:
        """Say yes."""
        return True

    def write(self, block: object) -> int:
        """Append."""
        data = bytes(block)  # type: ignore[call-overload]
        self._out.write(data)
        return len(data)


class Archive:
    """A zip archive under way; close it at the end."""

    def __init__(self, out: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(_Appended(out), "w", zipfile.ZIP_DEFLATED, compresslevel=6)

    def add(self, name: str, content: bytes) -> None:
        """Add a whole file."""
        self._zip.writestr(_entry(name), content)

    @contextmanager
    def file(self, name: str, *, packed: bool = True) -> Iterator[IO[bytes]]:
        """Give a file to write piece by piece; only one at a time.

        Args:
            packed: False for what is small already, as pictures are.
        """
        entry = _entry(name)
        entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        with self._zip.open(entry, "w", force_zip64=True) as file:
            yield file

    def close(self) -> None:
        """Write the table of contents."""
        self._zip.close()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=_MOMENT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


@contextmanager
def archive(out: BinaryIO) -> Iterator[Archive]:
    """Give an archive that is finished when the block ends well."""
    made = Archive(out)
    yield made
    made.close()
