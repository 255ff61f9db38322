"""From the host of a request to its organization: the only way a web request enters a tenant scope."""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import connection
from django.http import HttpRequest, HttpResponseBase

from platform_core.api.boundary import error_response
from platform_core.api.errors import NotFoundError
from tenants.scope import OrganizationRef, public_scope, tenant_scope
from tenants.short_memory import ShortMemory

HIGHEST_PORT: Final = 65_535
_LOOK_UP = """
    SELECT o.id, o.slug, o.schema_name FROM tenants_domain d JOIN tenants_organization o ON o.id = d.tenant_id
    WHERE d.domain IN (%s, %s) AND o.status = 'active' ORDER BY d.domain = %s DESC LIMIT 1"""

_memory: Final[ShortMemory[str, OrganizationRef | None]] = ShortMemory()


def forget_hosts() -> None:
    """Forget what this process remembers of hosts, after an organization or a domain changed."""
    _memory.clear()


def organization_of_host(host: str) -> OrganizationRef | None:
    """Return the organization of a host, looked up with its port first, then without."""
    known, remembered = _memory.get(host)
    if known:
        return remembered
    name = _without_port(host)
    with public_scope(), connection.cursor() as cursor:
        cursor.execute(_LOOK_UP, [host, name, host])
        row = cursor.fetchone()
    organization = OrganizationRef(id=row[0], slug=row[1], schema=row[2]) if row else None
    _memory.put(host, organization)
    return organization


def _without_port(host: str) -> str:
    return host.rsplit(":", 1)[0] if not host.endswith("]") and ":" in host else host


def _has_possible_port(host: str) -> bool:
    """Say whether the port, which Django checks to be digits, is one; `organization_of_host` would look past it."""
    port = host[len(_without_port(host)) + 1 :]
    return not port or (len(port) <= len(str(HIGHEST_PORT)) and int(port) <= HIGHEST_PORT)


class OrganizationMiddleware:
    """Sends each request to its organization, to the public site, or to 404."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve the request inside exactly one scope."""
        try:
            host = request.get_host().lower()
        except DisallowedHost:
            return error_response(NotFoundError("Unknown host."))
        organization = organization_of_host(host) if _has_possible_port(host) else None
        if organization is not None:
            request.organization = organization  # type: ignore[attr-defined]
            with tenant_scope(organization):
                return self.get_response(request)
        if _without_port(host) == settings.TENON_PUBLIC_DOMAIN and _has_possible_port(host):
            request.urlconf = settings.PUBLIC_SCHEMA_URLCONF
            with public_scope():
                return self.get_response(request)
        return error_response(NotFoundError("Unknown host."))
