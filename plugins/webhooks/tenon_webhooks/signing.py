"""Signatures of Standard Webhooks (https://www.standardwebhooks.com): how a receiver knows that a call is ours."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from standardwebhooks.webhooks import Webhook as Signer

SECRET_BYTES: Final = 32
PREFIX: Final = "whsec_"


def new_secret() -> str:
    """Return a secret as receivers write it into their settings."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed_headers(*, message_id: str, moment: datetime, body: str, secrets_in_use: Sequence[str]) -> dict[str, str]:
    """Return `webhook-id`, `webhook-timestamp` and `webhook-signature`.

    Args:
        moment: when it is sent (UTC); receivers refuse old ones.
        secrets_in_use: each makes a signature, so that a receiver may know the old or the new secret.
    """
    signatures = [Signer(secret).sign(msg_id=message_id, timestamp=moment, data=body) for secret in secrets_in_use]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
