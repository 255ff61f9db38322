"""Answers that are written whole before they are sent, and a mark for those that cannot be.

The web server ends an answer that fails in the middle as if it were whole. One that is written first has a length: its
failure is an answer of its own, and a connection that breaks shows. What is too large to wait for says at its end
that it failed, in words that no reader takes for the rest of the file.
"""

import tempfile
from collections.abc import Generator, Iterable, Iterator
from typing import Final

BLOCK_BYTES: Final = 64 * 1024
MEMORY_BYTES: Final = 4 * 1024 * 1024
BROKEN_OFF: Final = b"\n\0 THIS FILE IS NOT WHOLE: its export failed on the server; ask for it again.\n"


class Spool:
    """A written file that is read once; closing the response closes it, whether it was read or not."""

    def __init__(self) -> None:
        self.file = tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115  (lives as long as the answer)

    def __iter__(self) -> Iterator[bytes]:
        self.file.seek(0)
        while block := self.file.read(BLOCK_BYTES):
            yield block

    @property
    def size(self) -> int:
        """Return how many bytes were written; nothing was read yet."""
        return self.file.tell()

    def fill(self, blocks: Iterable[bytes]) -> None:
        """Take all of a stream, on disk once it is large; if the stream fails, nothing is kept."""
        try:
            # Not writelines: before Python 3.13 that one keeps everything in memory until the stream ends.
            for block in blocks:
                self.file.write(block)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Forget the content."""
        self.file.close()


def spooled(blocks: Iterable[bytes]) -> Spool:
    """Return all of a stream; if the stream fails, nothing is kept."""
    spool = Spool()
    spool.fill(blocks)
    return spool


def marked(blocks: Generator[bytes, None, None]) -> Generator[bytes, None, None]:
    """Yield a stream; if it fails, say so in it, then fail."""
    try:
        yield from blocks
    except Exception:
        yield BROKEN_OFF
        raise
