"""How long, how much and how far a call may go."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundLimits:
    """Limits of one call.

    Attributes:
        connect_seconds: for one connection attempt, encryption included.
        read_seconds: for the other side to say anything more.
        total_seconds: for everything together, redirects and the body included.
        max_bytes: of the answer's body.
        redirects: how many are followed; only those of GET and HEAD. Each target is judged like the first URL.
    """

    connect_seconds: float = 5.0
    read_seconds: float = 10.0
    total_seconds: float = 30.0
    max_bytes: int = 10 * 1024 * 1024
    redirects: int = 0
