"""Takes a body off the network before anything else begins, so that a slow client holds no transaction."""

import tempfile
from time import monotonic
from typing import Any, BinaryIO, Final, cast

from platform_core.tasks.reading.errors import body_error, body_too_large

CHUNK_BYTES: Final = 256 * 1024
# Most bodies never reach the disk.
MEMORY_BYTES: Final = 2 * 1024 * 1024


def spooled(stream: Any, *, max_bytes: int, max_seconds: float) -> BinaryIO:
    """Read a stream to its end and return a file with all of it, at its beginning; it vanishes when it is closed.

    Args:
        stream: anything with `read(size)`, which may give fewer bytes than asked for.
        max_bytes: of the whole.
        max_seconds: for the whole; looked at between two pieces.

    Raises:
        PayloadTooLargeError: the stream is longer.
        BadRequestError: the stream is slower.
    """
    ends, size = monotonic() + max_seconds, 0
    file = cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES))  # noqa: SIM115  (the caller closes it)
    try:
        while chunk := stream.read(CHUNK_BYTES):
            size += len(chunk)
            if size > max_bytes:
                raise body_too_large(max_bytes)
            if monotonic() > ends:
                raise body_error(f"The body took longer than {max_seconds:g} seconds.", seconds=max_seconds)
            file.write(chunk)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file
