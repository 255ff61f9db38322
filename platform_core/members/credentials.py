"""Making and recognising secrets: API keys, invitation and team links. Only digests are stored."""

import hashlib
import secrets
from typing import Final

API_KEY_PREFIX: Final = "tnk_"
SECRET_BYTES: Final = 32
SHOWN_CHARACTERS: Final = 12


def new_api_key() -> str:
    """Return a fresh key with 256 bits of randomness and a prefix that secret scanners can find."""
    return API_KEY_PREFIX + secrets.token_hex(SECRET_BYTES)


def new_link_secret() -> str:
    """Return the secret part of a link."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest_of(secret: str) -> str:
    """Return the SHA-256 of a random secret. A slow hash would buy nothing: the secret has 256 bits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def shown_prefix(secret: str) -> str:
    """Return the part of a key that lists may show."""
    return secret[:SHOWN_CHARACTERS]
