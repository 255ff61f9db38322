"""How a request proves who acts: API key, access token, browser session. All end in `gate.principal_of`."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from platform_core.api.errors import NotAuthenticatedError, PermissionDeniedError
from platform_core.members.credentials import digest_of
from platform_core.members.gate import principal_of
from platform_core.members.principal import Principal
from platform_core.members.queries.policies import policy_here
from platform_core.members.tokens import ACCESS, read_token
from tenants.scope import current_organization_or_none

Answer = tuple[Principal, str]
MAX_CREDENTIAL = 4096


def _authorization(request: HttpRequest | Request, scheme: str) -> str | None:
    """Return what follows `scheme` in the Authorization header, or None when another scheme or none is used."""
    header = request.META.get("HTTP_AUTHORIZATION", "")
    name, _, value = header.partition(" ")
    return value.strip() if name.lower() == scheme and value else None


def _api_key(request: HttpRequest | Request) -> str | None:
    return _authorization(request, "token") or request.META.get("HTTP_X_API_KEY") or None


def look_up_early(request: HttpRequest) -> None:
    """Look an API key up before the view does, for what comes with it: the enabled plugins need no statement then."""
    key = _api_key(request)
    if key is not None and len(key) <= MAX_CREDENTIAL:
        principal_of("api_key", digest_of(key))


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Token <api key>`, or `X-API-Key: <api key>`."""

    def authenticate(self, request: Request) -> Answer | None:
        """Return the principal of the key.

        Raises:
            NotAuthenticatedError: a key is given that this organization does not know.
        """
        key = _api_key(request)
        if key is None or current_organization_or_none() is None:
            return None
        principal = principal_of("api_key", digest_of(key)) if len(key) <= MAX_CREDENTIAL else None
        if principal is None:
            off = not policy_here().legacy_api_tokens_enabled
            raise NotAuthenticatedError("The organization has switched API keys off." if off else "Invalid token.")
        return principal, "api_key"

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        """Name the scheme, so that DRF answers 401 and not 403."""
        return "Token"


class AccessTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access token>`."""

    def authenticate(self, request: Request) -> Answer | None:
        """Return the principal of the token.

        Raises:
            NotAuthenticatedError: the token is forged, expired, revoked, or of another organization.
        """
        token = _authorization(request, "bearer")
        if token is None or current_organization_or_none() is None:
            return None
        claims: Mapping[str, Any] | None = read_token(token, kind=ACCESS) if len(token) <= MAX_CREDENTIAL else None
        principal = principal_of("access_token", claims["rid"]) if claims is not None else None
        if principal is None or claims is None or str(principal.id) != claims["user_id"]:
            raise NotAuthenticatedError("The access token is not valid or has expired.")
        return principal, "access_token"


class SessionAuthentication(BaseAuthentication):
    """Browser session of this organization; writes need the CSRF token."""

    def authenticate(self, request: Request) -> Answer | None:
        """Return the principal of the session cookie, or None without one."""
        session = getattr(request._request, "session", None)  # noqa: SLF001  (DRF offers no other way to the request)
        if session is None or session.session_key is None or current_organization_or_none() is None:
            return None
        principal = principal_of("session", session.stored_key)
        if principal is None:
            return None
        enforce_csrf(request._request)  # noqa: SLF001
        return principal, "session"


class _CsrfCheck(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> Any:  # noqa: ARG002
        return reason


def enforce_csrf(request: HttpRequest) -> None:
    """Check the CSRF token of a cookie-authenticated write.

    Raises:
        PermissionDeniedError: it is missing or wrong.
    """
    check = _CsrfCheck(lambda _request: None)  # type: ignore[arg-type]
    check.process_request(request)
    reason = check.process_view(request, lambda _request: None, (), {})  # type: ignore[arg-type, return-value]
    if reason:
        raise PermissionDeniedError(f"CSRF check failed: {reason}")
