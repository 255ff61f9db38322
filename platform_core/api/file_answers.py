"""Answers files so that an interrupted download can go on: `Range`, `If-Range`, strong `ETag`."""

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from django.http import HttpResponseBase, StreamingHttpResponse
from rest_framework.request import Request

from platform_core.api.errors import RangeNotSatisfiableError

BLOCK_BYTES: Final = 256 * 1024
_RANGE: Final = re.compile(r"bytes=(?P<first>[0-9]{0,19})-(?P<last>[0-9]{0,19})")


class _Slice:
    """Some bytes of an open file; closing the answer closes it."""

    def __init__(self, file: BinaryIO, first: int, length: int) -> None:
        self._file = file
        self._left = length
        file.seek(first)

    def __iter__(self) -> Iterator[bytes]:
        while self._left > 0 and (block := self._file.read(min(BLOCK_BYTES, self._left))):
            self._left -= len(block)
            yield block

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def file_answer(
    request: Request, file: BinaryIO, *, filename: str, content_type: str, digest: str, size: int
) -> HttpResponseBase:
    """Answer a file, or the part of it that is asked for.

    One range is answered as 206; several, and one whose `If-Range` names another content, get the whole file as 200.

    Args:
        file: can be sought; the answer closes it.
        filename: for the client; made by the server, ASCII.
        digest: of the content, which never changes under this digest.
        size: bytes of the file.

    Raises:
        RangeNotSatisfiableError: the range begins after the end of the file.
    """
    etag = f'"{digest}"'
    try:
        wanted = _wanted(request, etag, size)
    except RangeNotSatisfiableError:
        file.close()
        raise
    first, last = wanted or (0, size - 1)
    answer: HttpResponseBase = StreamingHttpResponse(
        _Slice(file, first, last - first + 1), status=206 if wanted else 200, content_type=content_type
    )
    if wanted:
        answer["Content-Range"] = f"bytes {first}-{last}/{size}"
    answer["Content-Length"] = str(last - first + 1)
    answer["Accept-Ranges"] = "bytes"
    answer["ETag"] = etag
    answer["Content-Disposition"] = f'attachment; filename="{filename}"'
    answer["filename"] = filename
    answer["Cache-Control"] = "private, no-cache"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _wanted(request: Request, etag: str, size: int) -> tuple[int, int] | None:
    """Return first and last byte; None for the whole file."""
    match = _RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if match is None or not (match["first"] or match["last"]):
        return None
    if request.headers.get("If-Range", etag) != etag:
        return None
    if not match["first"]:
        length = int(match["last"])
        if not length or not size:
            raise RangeNotSatisfiableError(data={"size": size})
        return max(0, size - length), size - 1
    first = int(match["first"])
    last = min(int(match["last"]), size - 1) if match["last"] else size - 1
    if match["last"] and int(match["last"]) < first:
        return None
    if first >= size:
        raise RangeNotSatisfiableError(data={"size": size})
    return first, last
