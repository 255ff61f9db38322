"""Which names an organization may have."""

import re

from platform_core.api.errors import ValidationFailedError

SLUG_PATTERN = re.compile(r"[a-z][a-z0-9-]{1,38}[a-z0-9]")

# Hosts that mean something else on the public domain, and names that would mislead.
RESERVED_SLUGS = frozenset(
    [
        "about",
        "account",
        "accounts",
        "admin",
        "administrator",
        "api",
        "app",
        "apps",
        "assets",
        "auth",
        "billing",
        "blog",
        "cdn",
        "console",
        "dashboard",
        "data",
        "demo-admin",
        "dev",
        "developer",
        "docs",
        "download",
        "downloads",
        "email",
        "events",
        "example",
        "files",
        "ftp",
        "health",
        "help",
        "host",
        "hostmaster",
        "imap",
        "information-schema",
        "internal",
        "invite",
        "localhost",
        "login",
        "logout",
        "mail",
        "media",
        "metrics",
        "mx",
        "ns",
        "ns1",
        "ns2",
        "null",
        "oauth",
        "operator",
        "org",
        "organization",
        "organizations",
        "pg-catalog",
        "pop",
        "postmaster",
        "private",
        "public",
        "redoc",
        "register",
        "root",
        "security",
        "settings",
        "shop",
        "signup",
        "smtp",
        "ssl",
        "sso",
        "static",
        "staff",
        "stage",
        "staging",
        "status",
        "store",
        "support",
        "system",
        "tenant",
        "tenants",
        "tenon",
        "test",
        "undefined",
        "upload",
        "user",
        "users",
        "webhook",
        "webhooks",
        "webmaster",
        "www",
    ]
)


def check_slug(slug: str) -> str:
    """Return `slug` when an organization may have it.

    Raises:
        ValidationFailedError: it is malformed or reserved; the message says which.
    """
    if not SLUG_PATTERN.fullmatch(slug):
        message = (
            "A slug has 3 to 40 characters: lower-case letters a-z, digits and hyphens; "
            "it starts with a letter and ends with a letter or digit."
        )
        raise ValidationFailedError(validation_errors={"slug": [message]})
    if slug in RESERVED_SLUGS or "--" in slug:
        raise ValidationFailedError(validation_errors={"slug": [f'The name "{slug}" is reserved; choose another.']})
    return slug
