"""What the organization has decided for credentials, sessions and newcomers."""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from platform_core.members.models import OrganizationPolicy
from platform_core.sealed_fields import open_secret
from platform_core.sealing import SealedTextError

logger = logging.getLogger(__name__)
DEFAULT_SESSION_MINUTES: Final = settings.SESSION_COOKIE_AGE // 60


def policy_here() -> OrganizationPolicy:
    """Return the organization's rules; an unsaved row with the defaults where nothing was decided."""
    return OrganizationPolicy.objects.filter(pk=1).first() or OrganizationPolicy()


def token_lifetime(policy: OrganizationPolicy) -> timedelta:
    """Return how long a new refresh token lives."""
    if policy.api_token_ttl_days is None:
        lifetime: timedelta = settings.JWT_REFRESH_TOKEN_LIFETIME
        return lifetime
    return timedelta(days=policy.api_token_ttl_days)


def token_days(policy: OrganizationPolicy) -> int:
    """Return the same in days, as Label Studio's clients read it; a part of a day counts as one."""
    return max(1, -(-int(token_lifetime(policy).total_seconds()) // 86_400))


def token_too_old(policy: OrganizationPolicy, created_at: datetime, now: datetime) -> bool:
    """Say whether a token was made under a longer life than is allowed by now."""
    return policy.api_token_ttl_days is not None and created_at <= now - token_lifetime(policy)


def open_link_secret() -> str | None:
    """Return the secret of the organization's open link; None while newcomers need an invitation.

    None, too, when the installation's key that sealed it is lost: the link works, and a new one can be made.
    """
    policy = policy_here()
    try:
        return open_secret(policy, "invite_secret") if policy.invite_digest else None
    except SealedTextError:
        logger.warning("The open link cannot be decrypted; see TENON_SECRET_KEY_FALLBACKS")
        return None
