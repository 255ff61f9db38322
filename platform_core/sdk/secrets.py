"""Secrets at rest, for a plugin's own rows: encrypted, bound to organization and row, never shown.

    class Hook(models.Model):
        secret = SealedTextField(null=True, help_text="Signs deliveries.")

    save_secret(hook, "secret", "whsec_...")    # after the row has its key
    open_secret(hook, "secret")                 # "whsec_..."

What is no column of a row is sealed by `seal(text, place=...)`, where the place is a name that begins with the plugin's
slug and never changes. `tenon django reseal_secrets` does not know such texts: see `needs_resealing`.
Settings need none of this: mark the property `"writeOnly": true` in the settings schema and read it by
`platform_core.sdk.settings.read_secret`.
"""

from platform_core.sealed_fields import SealedTextField, open_secret, place_of, save_secret
from platform_core.sealing import SealedText, SealedTextError, needs_resealing, seal, unseal

__all__ = [
    "SealedText",
    "SealedTextError",
    "SealedTextField",
    "needs_resealing",
    "open_secret",
    "place_of",
    "save_secret",
    "seal",
    "unseal",
]
