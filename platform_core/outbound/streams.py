"""The body of an answer, read piece by piece within the limits."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from platform_core.outbound.deadline import Deadline
from platform_core.outbound.errors import OutboundFailedError, OutboundTimeoutError, OutboundTooLargeError
from platform_core.outbound.limits import OutboundLimits

CHUNK_BYTES: Final = 64 * 1024


@dataclass(slots=True, kw_only=True)
class OutboundStream:
    """An answer whose body is still to be read.

    Attributes:
        status: HTTP status.
        headers: names in small letters.
        url: the last one, after redirects.
    """

    status: int
    headers: Mapping[str, str]
    url: str
    host: str
    response: requests.Response
    deadline: Deadline
    limits: OutboundLimits
    taken: int = 0
    _rest: bytes = b""

    def chunks(self) -> Iterator[bytes]:
        """Yield the body in pieces as they come; raises as `read`."""
        while chunk := self._next():
            yield chunk

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, all that is left without a size, nothing at the end.

        Raises:
            OutboundTooLargeError: the body is over the limit.
            OutboundTimeoutError: the other side is too slow.
            OutboundFailedError: the connection broke.
        """
        if size < 0:
            whole = io.BytesIO(self._rest)
            whole.seek(0, io.SEEK_END)
            self._rest = b""
            for chunk in self.chunks():
                whole.write(chunk)
            return whole.getvalue()
        piece = self._rest or self._next()
        self._rest = piece[size:]
        return piece[:size]

    def _next(self) -> bytes:
        try:
            raw: Any = self.response.raw
            chunk = bytes(raw.read1(CHUNK_BYTES, decode_content=False))
        except (HTTPError, OSError, ValueError) as error:
            raise self._error(error) from error
        if self.deadline.over:
            raise OutboundTimeoutError(f"{self.host} took too long.", data={"host": self.host})
        self.taken += len(chunk)
        if self.taken > self.limits.max_bytes:
            raise OutboundTooLargeError(
                f"The answer of {self.host} is over the limit of {self.limits.max_bytes:,} bytes.",
                data={"host": self.host, "limit": self.limits.max_bytes},
            )
        if not chunk:
            self._refuse_part()
        return chunk

    @property
    def announced_bytes(self) -> int | None:
        """How long the other side says its answer is; None where it says nothing, or no number."""
        text = self.headers.get("content-length", "")
        # A number of thousands of digits would be an error of ours; its first twenty say as much: too large.
        return int(text[:20]) if text.isascii() and text.isdigit() else None

    def _refuse_part(self) -> None:
        if self.taken < (self.announced_bytes or 0) and self.response.request.method != "HEAD":
            raise OutboundFailedError(f"{self.host} broke off its answer.", data={"host": self.host})

    def _error(self, error: Exception) -> OutboundTimeoutError | OutboundFailedError:
        if self.deadline.over or isinstance(error, ReadTimeoutError | TimeoutError):
            return OutboundTimeoutError(f"{self.host} took too long.", data={"host": self.host})
        return OutboundFailedError(f"{self.host} broke off its answer.", data={"host": self.host})
