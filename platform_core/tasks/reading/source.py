"""The bytes of an import body: counted, bounded, and without the byte order mark."""

import io
from typing import TYPE_CHECKING, BinaryIO

from platform_core.tasks.reading.errors import body_error, body_too_large

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CHUNK_BYTES = 256 * 1024
MAX_ITEM_BYTES = 10 * 1024 * 1024
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
WIDE_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")


class ByteSource(io.RawIOBase):
    """Reads a stream that may give fewer bytes than asked for, such as a socket.

    Attributes:
        position: bytes taken from the stream so far, the byte order mark included.
    """

    def __init__(self, stream: BinaryIO, *, max_bytes: int) -> None:
        super().__init__()
        self.position = 0
        self._ended = False
        self._stream = stream
        self._max_bytes = max_bytes
        self._pushed_back = b""
        head = self.read_at_least(len(BYTE_ORDER_MARK))
        if head.startswith(WIDE_BYTE_ORDER_MARKS):
            raise body_error("The body is UTF-16; save it as UTF-8 and import it again.", byte=0)
        self._pushed_back = head.removeprefix(BYTE_ORDER_MARK)

    @property
    def at_end(self) -> bool:
        """True once everything has been handed out and the stream has said that there is no more."""
        return self._ended and not self._pushed_back

    def read_at_least(self, size: int) -> bytes:
        """Return `size` bytes or some more; less only at the end of the stream, where it may be nothing.

        Raises:
            PayloadTooLargeError: the stream holds more than `max_bytes`.
        """
        parts = [self._pushed_back]
        have = len(self._pushed_back)
        self._pushed_back = b""
        while have < size and not self._ended:
            part = self._read_some(size - have)
            parts.append(part)
            have += len(part)
        return b"".join(parts)

    def readable(self) -> bool:
        """Return True: `io` wrappers ask."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Fill part of `buffer`, for text wrappers; 0 at the end.

        Raises:
            PayloadTooLargeError: the stream holds more than `max_bytes`.
        """
        view = memoryview(buffer).cast("B")
        chunk = self._pushed_back or self._read_some(len(view))
        taken = chunk[: len(view)]
        self._pushed_back = chunk[len(view) :]
        view[: len(taken)] = taken
        return len(taken)

    def _read_some(self, size: int) -> bytes:
        part = self._stream.read(size)
        self._ended = not part
        self.position += len(part)
        if self.position > self._max_bytes:
            raise body_too_large(self._max_bytes)
        return part


class BoundedStream(io.RawIOBase):
    """A stream that ends in an error where it is longer than allowed; wrap it in `io.BufferedReader` for `readline`.

    Unlike `ByteSource` it changes no byte: what a plugin's importer reads may be binary.
    """

    def __init__(self, stream: BinaryIO, *, max_bytes: int) -> None:
        super().__init__()
        self._stream = stream
        self._left = max_bytes
        self._max_bytes = max_bytes

    def readable(self) -> bool:
        """Return True: `io` wrappers ask."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Fill part of `buffer`; 0 at the end.

        Raises:
            PayloadTooLargeError: the stream holds more than `max_bytes`.
        """
        view = memoryview(buffer).cast("B")
        part = self._stream.read(len(view))
        self._left -= len(part)
        if self._left < 0:
            raise body_too_large(self._max_bytes)
        view[: len(part)] = part
        return len(part)
