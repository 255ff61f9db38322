"""Calling other HTTP servers, the only way that is allowed: see `platform_core.outbound` for the rules."""

from platform_core.outbound import (
    OutboundError,
    OutboundFailedError,
    OutboundLimits,
    OutboundRefusedError,
    OutboundResponse,
    OutboundStream,
    OutboundTimeoutError,
    OutboundTooLargeError,
    call,
    open_stream,
    refuse_unless_allowed,
)

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
