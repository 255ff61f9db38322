"""What can go wrong with a call to somebody else's server; texts name the host at most."""

from platform_core.api.errors import BadRequestError


class OutboundError(BadRequestError):
    """A call to another server did not work; `data` names its host."""

    code = "outbound_error"
    default_detail = "The other server could not be called."


class OutboundRefusedError(OutboundError):
    """The URL must not be called: its scheme, its form or its address is not allowed."""

    code = "outbound_refused"
    default_detail = "This URL must not be called."


class OutboundFailedError(OutboundError):
    """The other server is unknown, cannot be reached, or does not speak proper HTTP."""

    code = "outbound_failed"
    default_detail = "The other server cannot be reached."


class OutboundTimeoutError(OutboundError):
    """The other server took too long."""

    code = "outbound_timeout"
    default_detail = "The other server took too long."


class OutboundTooLargeError(OutboundError):
    """The other server's answer is over the limit; `data` names the limit in bytes."""

    code = "outbound_too_large"
    default_detail = "The other server's answer is too large."
