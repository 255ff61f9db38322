"""Sending a stored file to a client: ranges, and headers under which nothing inside it can run."""

import re
from collections.abc import Iterator
from typing import BinaryIO, Final
from urllib.parse import quote

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from platform_core.files.kinds import content_type_of, is_shown

CHUNK_BYTES: Final = 256 * 1024
RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
# What is inside a file may not run, frame, load or send anything, even where a browser shows it.
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; media-src 'self'; img-src 'self'; sandbox"


def send_file(file: BinaryIO, *, name: str, size: int, asked_range: str | None = None) -> HttpResponseBase:
    """Return an answer that streams a file, or the asked part of it, and closes it.

    Args:
        name: decides as what it is sent, and under what it is saved.
        size: of the whole file in bytes.
        asked_range: the request's header `Range`; one range is served, several are answered with the whole.
    """
    part = _part(asked_range, size)
    if part is None:
        file.close()
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
        return _safe(response, name)
    first, last = part
    streaming = StreamingHttpResponse(_Blocks(file, first, last + 1 - first), content_type=content_type_of(name))
    streaming["Content-Length"] = str(last + 1 - first)
    streaming["Accept-Ranges"] = "bytes"
    if (first, last) != (0, size - 1):
        streaming.status_code = 206
        streaming["Content-Range"] = f"bytes {first}-{last}/{size}"
    return _safe(streaming, name)


def _safe(response: HttpResponseBase, name: str) -> HttpResponseBase:
    how = "inline" if is_shown(name) else "attachment"
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_").replace("\\", "_")
    response["Content-Disposition"] = f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-site"
    response["Cache-Control"] = "private, max-age=3600"
    return response


def _part(asked: str | None, size: int) -> tuple[int, int] | None:
    """Return the first and last byte to send; None where the range lies outside of the file."""
    match = RANGE.fullmatch((asked or "").replace(" ", ""))
    if match is None or not any(match.groups()):
        return 0, size - 1
    first, last = match.groups()
    if not first:
        wanted = min(int(last), size)
        return (size - wanted, size - 1) if wanted else None
    if int(first) >= size or (last and int(last) < int(first)):
        return None
    return int(first), min(int(last or size - 1), size - 1)


class _Blocks:
    """A part of a file in blocks, closed even if nobody reads, as a generator that never began would not be."""

    def __init__(self, file: BinaryIO, first: int, count: int) -> None:
        self._file = file
        self._left = count
        file.seek(first)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        block = self._file.read(min(CHUNK_BYTES, self._left)) if self._left > 0 else b""
        if not block:
            self.close()
            raise StopIteration
        self._left -= len(block)
        return block

    def close(self) -> None:
        """Close the file; the response asks for it when it ends."""
        self._left = 0
        self._file.close()
