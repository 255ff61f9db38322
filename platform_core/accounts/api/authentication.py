"""The session of the public host. It opens no organization."""

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from platform_core.accounts.models import BrowserSession
from platform_core.accounts.principal import AccountHolder
from platform_core.api.cross_site import refuse_cross_site
from platform_core.members.authentication import enforce_csrf
from tenants.scope import current_organization_or_none


class AccountSessionAuthentication(BaseAuthentication):
    """Browser session of the public host; writes need the CSRF token."""

    def authenticate(self, request: Request) -> tuple[AccountHolder, str] | None:
        """Return the account of the session cookie, or None without one, or on an organization's host."""
        session = getattr(request._request, "session", None)  # noqa: SLF001  (DRF offers no other way to the request)
        if session is None or session.session_key is None or current_organization_or_none() is not None:
            return None
        row = (
            BrowserSession.objects.filter(
                session_key=session.stored_key, expire_date__gt=timezone.now(), user__is_active=True
            )
            .values_list("user_id", "user__email")
            .first()
        )
        if row is None:
            return None
        enforce_csrf(request._request)  # noqa: SLF001
        return AccountHolder(id=row[0], email=row[1] or ""), "session"

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        """Name a scheme, so that DRF answers 401 and not 403."""
        return "Session"


class SameSiteOnly(BaseAuthentication):
    """Authenticates nobody; keeps other sites' pages from signing somebody in or out (no CSRF token exists yet)."""

    def authenticate(self, request: Request) -> None:
        """Refuse a browser's request that comes from another site."""
        refuse_cross_site(request._request)  # noqa: SLF001
