"""What the services of this app hand to their callers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedSecret:
    """A row that holds only a digest, with its secret: the one moment at which the secret can be shown."""

    row: Any
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedToken:
    """A signed JSON web token and its end (UTC)."""

    token: str = field(repr=False)
    expires_at: datetime
