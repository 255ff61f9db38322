"""Requests that another site's page sends from a visitor's browser."""

from urllib.parse import urlsplit

from django.http import HttpRequest

from platform_core.api.errors import PermissionDeniedError


def refuse_cross_site(request: HttpRequest) -> None:
    """Refuse a request whose Origin is not the host it is sent to; programs send no Origin.

    Raises:
        PermissionDeniedError: a page of another site sent it.
    """
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc.lower() != request.get_host().lower():
        raise PermissionDeniedError("This request comes from another site.")
