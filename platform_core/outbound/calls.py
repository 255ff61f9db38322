"""Making a call: the rules of URLs, redirects one by one, errors without anything of the URL but its host."""

import http.client
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError

from platform_core.outbound.addresses import approved_addresses
from platform_core.outbound.callers import refuse_for_caller
from platform_core.outbound.connections import current_deadline, guarded_session
from platform_core.outbound.deadline import Deadline
from platform_core.outbound.errors import (
    OutboundError,
    OutboundFailedError,
    OutboundRefusedError,
    OutboundTimeoutError,
    OutboundTooLargeError,
)
from platform_core.outbound.limits import OutboundLimits
from platform_core.outbound.streams import OutboundStream

PORTS: Final = {"http": 80, "https": 443}
MAX_URL_CHARS: Final = 8192
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
# What may go to another host than the caller named.
HARMLESS_HEADERS: Final = frozenset({"accept", "accept-language", "range", "user-agent"})
# The library's own to write: a caller's would say another host or another length than is true.
OWN_HEADERS: Final = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundResponse:
    """A whole answer.

    Attributes:
        status: HTTP status; 4xx and 5xx are answers like any other.
        headers: names in small letters.
        body: as sent.
        url: the last one, after redirects.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


def refuse_unless_allowed(url: str) -> None:
    """Judge a URL that is going to be stored; it is judged again at each call.

    Raises:
        OutboundRefusedError: it must not be called.
        OutboundFailedError: its host is unknown.
    """
    parts = _checked(url)
    refuse_for_caller(_host(parts))
    approved_addresses(_host(parts), _port(parts))


def call(
    *,
    method: str = "GET",
    url: str,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    limits: OutboundLimits | None = None,
) -> OutboundResponse:
    """Make a call and read the answer.

    Raises:
        OutboundRefusedError: the URL, or one it redirects to, must not be called.
        OutboundFailedError: the server is unknown, unreachable or speaks no HTTP.
        OutboundTimeoutError: it is too slow.
        OutboundTooLargeError: it answers too much.
    """
    with open_stream(method=method, url=url, headers=headers, body=body, limits=limits) as stream:
        return OutboundResponse(status=stream.status, headers=stream.headers, body=stream.read(), url=stream.url)


@contextmanager
def open_stream(
    *,
    method: str = "GET",
    url: str,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    limits: OutboundLimits | None = None,
) -> Iterator[OutboundStream]:
    """Make a call and hand out the answer with its body unread; raises as `call`, then and while it is read."""
    limits = limits or OutboundLimits()
    with Deadline(limits.total_seconds) as deadline, guarded_session() as session:
        token = current_deadline.set(deadline)
        try:
            sent = {name: value for name, value in (headers or {}).items() if name.lower() not in OWN_HEADERS}
            stream = _followed(session, deadline, limits, method.upper(), url, sent, body)
        finally:
            current_deadline.reset(token)
        with stream.response:
            yield stream


def _followed(
    session: requests.Session,
    deadline: Deadline,
    limits: OutboundLimits,
    method: str,
    url: str,
    headers: dict[str, str],
    body: bytes | None,
) -> OutboundStream:
    for left in range(limits.redirects if method in ("GET", "HEAD") else 0, -1, -1):
        stream = _sent(session, deadline, limits, method, url, headers, body)
        target = stream.headers.get("location")
        if stream.status not in REDIRECTS or not target or not limits.redirects:
            return stream
        stream.response.close()
        if not left:
            break
        following = urljoin(url, target)
        if _origin(_checked(following)) != _origin(urlsplit(url)):
            headers = {name: value for name, value in headers.items() if name.lower() in HARMLESS_HEADERS}
        url = following
    raise OutboundFailedError("Too many redirects.", data={"limit": limits.redirects})


def _sent(
    session: requests.Session,
    deadline: Deadline,
    limits: OutboundLimits,
    method: str,
    url: str,
    headers: dict[str, str],
    body: bytes | None,
) -> OutboundStream:
    host = _host(_checked(url))
    refuse_for_caller(host)
    wait = max(0.01, deadline.left)
    try:
        response = session.request(
            method,
            url,
            headers={**headers, "Accept-Encoding": "identity"},
            data=body,
            stream=True,
            timeout=(min(limits.connect_seconds, wait), min(limits.read_seconds, wait)),
        )
    except OutboundError:
        raise
    except (requests.RequestException, HTTPError, http.client.HTTPException, OSError, ValueError) as error:
        raise _typed(error, host, deadline) from None
    stream = OutboundStream(
        status=response.status_code,
        headers={name.lower(): value for name, value in response.headers.items()},
        url=url,
        host=host,
        response=response,
        deadline=deadline,
        limits=limits,
    )
    _refuse_answer(stream, method)
    return stream


def _refuse_answer(stream: OutboundStream, method: str) -> None:
    """Refuse what is announced as too large, and compressed bodies: nobody asked for one, and some are bombs."""
    problem: OutboundError | None = None
    if stream.headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        problem = OutboundFailedError(f"{stream.host} answers compressed, unasked.", data={"host": stream.host})
    elif method != "HEAD" and (stream.announced_bytes or 0) > stream.limits.max_bytes:
        limit = stream.limits.max_bytes
        problem = OutboundTooLargeError(
            f"The answer of {stream.host} is over the limit of {limit:,} bytes.",
            data={"host": stream.host, "limit": limit},
        )
    if problem is not None:
        stream.response.close()
        raise problem


def _typed(error: Exception, host: str, deadline: Deadline) -> OutboundError:
    """Return our error for one of the library, whose own text has the whole URL in it."""
    if deadline.over or isinstance(error, requests.Timeout | TimeoutError):
        return OutboundTimeoutError(f"{host} took too long.", data={"host": host})
    if isinstance(error, requests.exceptions.SSLError):
        return OutboundFailedError(f"The certificate of {host} is not valid.", data={"host": host})
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return OutboundRefusedError("The URL is malformed.")
    return OutboundFailedError(f"{host} cannot be reached.", data={"host": host})


def _checked(url: str) -> SplitResult:
    """Return the parts of a URL that is well-formed.

    Raises:
        OutboundRefusedError: it is not, or it carries credentials, or it is neither http nor https.
    """
    if len(url) > MAX_URL_CHARS or any(ord(letter) <= 32 or letter in "\\\x7f" for letter in url):
        raise OutboundRefusedError("The URL is malformed.")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise OutboundRefusedError("The URL is malformed.") from error
    if parts.scheme not in PORTS:
        raise OutboundRefusedError("Only http and https URLs are called.")
    if not parts.hostname:
        raise OutboundRefusedError("The URL has no host.")
    if parts.username is not None or parts.password is not None:
        raise OutboundRefusedError("Credentials do not belong into a URL.")
    return parts


def _host(parts: SplitResult) -> str:
    return parts.hostname or ""


def _port(parts: SplitResult) -> int:
    return parts.port or PORTS[parts.scheme]


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    return parts.scheme, _host(parts), _port(parts)
