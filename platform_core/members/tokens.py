"""JSON web tokens of one organization: signed and parsed by simplejwt, kept and revoked as rows of the schema."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError

from tenants.scope import current_organization

ACCESS: Final = "access"
REFRESH: Final = "refresh"
ALGORITHM: Final = "HS256"


@lru_cache(maxsize=1024)
def _backend(schema: str, key: str) -> TokenBackend:
    """Return the signer whose audience is one schema: a token of another organization fails its audience check."""
    return TokenBackend(ALGORITHM, key, audience=schema, issuer="tenon")


def sign_token(*, kind: str, token_id: uuid.UUID, member_id: int, issued_at: datetime, expires_at: datetime) -> str:
    """Return a signed token.

    Args:
        kind: ACCESS or REFRESH.
        token_id: id of the refresh token's row; an access token carries it as `rid`.
    """
    claims: dict[str, Any] = {
        "token_type": kind,
        "exp": int(expires_at.timestamp()),
        "iat": int(issued_at.timestamp()),
        "jti": token_id.hex if kind == REFRESH else uuid.uuid4().hex,
        "user_id": str(member_id),
        "rid": str(token_id),
    }
    return str(_backend(current_organization().schema, settings.SECRET_KEY).encode(claims))


def read_token(token: str, *, kind: str) -> Mapping[str, Any] | None:
    """Return the claims of a token of this organization; None when it is forged, expired or foreign."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        claims = _claims(token, key)
        if claims is not None:
            return claims if claims.get("token_type") == kind and isinstance(claims.get("user_id"), str) else None
    return None


def _claims(token: str, key: str) -> Mapping[str, Any] | None:
    try:
        claims: Mapping[str, Any] = _backend(current_organization().schema, key).decode(token)  # type: ignore[arg-type]
        uuid.UUID(str(claims["rid"]))
    except (TokenBackendError, KeyError, ValueError):
        return None
    return claims
