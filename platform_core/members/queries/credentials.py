"""A member's own credentials, as lists show them: never a secret."""

from django.db.models import QuerySet
from django.utils import timezone

from platform_core.members.models import ApiKey, RefreshToken

TOKEN_ORDERINGS = frozenset({"created_at", "-created_at", "expires_at", "-expires_at"})


def live_refresh_tokens(*, member_id: int, ordering: str = "") -> QuerySet[RefreshToken]:
    """Return the refresh tokens that still work, newest first unless `ordering` names another known order."""
    order = ordering if ordering in TOKEN_ORDERINGS else "-created_at"
    rows = RefreshToken.objects.filter(member_id=member_id, revoked_at=None, expires_at__gt=timezone.now())
    return rows.order_by(order, "pk")


def live_api_keys(*, member_id: int) -> QuerySet[ApiKey]:
    """Return the keys that are not revoked, newest first; expired ones are shown, so that one sees why they fail."""
    return ApiKey.objects.filter(member_id=member_id, revoked_at=None).order_by("-created_at", "pk")
