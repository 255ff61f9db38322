"""The only way by which the platform and its plugins call somebody else's HTTP server.

    from platform_core.outbound import OutboundLimits, call, open_stream, refuse_unless_allowed

    answer = call(method="POST", url=url, headers={"content-type": "application/json"}, body=payload,
                  limits=OutboundLimits(total_seconds=10, max_bytes=64 * 1024))
    answer.status, answer.headers["content-type"], answer.body, answer.url

    with open_stream(url=url, limits=OutboundLimits(redirects=3)) as stream:
        stream.status, stream.headers
        for chunk in stream.chunks(): ...            # or stream.read(size), as a file

    refuse_unless_allowed(url)                       # when a URL is stored: the same rules, nothing is sent

Each connection is made only to an address that may be called: every address of a name is judged, redirects and second
look-ups included, and exactly the judged address is connected. Private, loopback, link-local, reserved and metadata
addresses are refused unless the operator names them in `TENON_OUTBOUND_ALLOW`. Statuses of the other side are answers,
not errors; errors are subclasses of `OutboundError` (400) and tell neither paths, queries nor credentials of a URL.
No proxy, `.netrc`, cookie or environment variable takes part. Plugins reach this as `platform_core.sdk.outbound`.
"""

from platform_core.outbound.calls import OutboundResponse, call, open_stream, refuse_unless_allowed
from platform_core.outbound.errors import (
    OutboundError,
    OutboundFailedError,
    OutboundRefusedError,
    OutboundTimeoutError,
    OutboundTooLargeError,
)
from platform_core.outbound.limits import OutboundLimits
from platform_core.outbound.streams import OutboundStream

__all__ = [
    "OutboundError",
    "OutboundFailedError",
    "OutboundLimits",
    "OutboundRefusedError",
    "OutboundResponse",
    "OutboundStream",
    "OutboundTimeoutError",
    "OutboundTooLargeError",
    "call",
    "open_stream",
    "refuse_unless_allowed",
]
