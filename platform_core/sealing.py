"""Secrets at rest: AES-256-GCM, bound to the organization and to the place where the secret is kept.

A sealed text that is copied to another organization, row or column does not open there: the schema's name and the place
are associated data of the cipher. Keys are derived from `TENON_SECRET_KEY`; after a change of that key the former ones,
listed in `TENON_SECRET_KEY_FALLBACKS`, still open what they sealed, until `tenon django reseal_secrets` has renewed it.
"""

import base64
import binascii
import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from tenants.scope import current_organization

VERSION: Final = "v1"
MASK: Final = "<sealed>"
_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32
_ID_BYTES: Final = 6


class SealedTextError(Exception):
    """A sealed text does not open here: it was moved or changed, or its key is no longer configured."""


@dataclass(frozen=True, slots=True, repr=False)
class SealedText:
    """What may be stored of a secret. Shows nothing of itself, so that no log line and no answer can.

    Attributes:
        token: version, id of the key, nonce and ciphertext, as one line of ASCII.
    """

    token: str

    def __str__(self) -> str:
        return MASK

    __repr__ = __str__


@dataclass(frozen=True, slots=True, repr=False)
class _Key:
    id: str
    cipher: AESGCM


def seal(text: str, *, place: str) -> SealedText:
    """Encrypt a text for one place of the organization in scope.

    Args:
        place: names row and column for ever, such as `projects.project.task_data_password:12`; see `place_of`.
    """
    key = _keys()[0]
    nonce = os.urandom(_NONCE_BYTES)
    ciphertext = key.cipher.encrypt(nonce, text.encode(), _bound_to(place))
    return SealedText(f"{VERSION}.{key.id}.{base64.urlsafe_b64encode(nonce + ciphertext).decode()}")


def unseal(sealed: SealedText, *, place: str) -> str:
    """Return the text that was sealed for this place of the organization in scope.

    Raises:
        SealedTextError: another organization, another place, a changed token or an unknown key.
    """
    version, _, rest = sealed.token.partition(".")
    key_id, _, body = rest.partition(".")
    key = next((key for key in _keys() if key.id == key_id), None)
    if version != VERSION or key is None:
        raise SealedTextError("The secret was sealed with a key that is not configured; see TENON_SECRET_KEY_FALLBACKS")
    try:
        raw = base64.b64decode(body, altchars=b"-_", validate=True)
        return key.cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _bound_to(place)).decode()
    except (InvalidTag, binascii.Error, ValueError) as error:
        raise SealedTextError("The secret was not sealed for this place") from error


def needs_resealing(sealed: SealedText) -> bool:
    """Say whether a former key sealed the text."""
    return not sealed.token.startswith(f"{VERSION}.{_keys()[0].id}.")


def _bound_to(place: str) -> bytes:
    # A schema's name never changes, not even when the organization's slug or database does.
    return f"{current_organization().schema}\0{place}".encode()


def _keys() -> tuple[_Key, ...]:
    return tuple(_key_of(text) for text in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=16)
def _key_of(secret: str) -> _Key:
    derived = _derived(secret, b"tenon sealed texts: key", _KEY_BYTES)
    return _Key(id=_derived(secret, b"tenon sealed texts: id", _ID_BYTES).hex(), cipher=AESGCM(derived))


def _derived(secret: str, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose).derive(secret.encode())
