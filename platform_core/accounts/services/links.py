"""Addresses that go into mails: from the settings and the domain table, never from a request's Host header."""

from django.conf import settings


def public_url(path: str = "/") -> str:
    """Return an address on the public host."""
    return f"{settings.TENON_PUBLIC_URL}{path}"


def organization_url(domain: str, path: str = "/") -> str:
    """Return an address on an organization's host; scheme and port are those of the public host.

    Args:
        domain: host from the domain table; one that carries a port keeps it.
    """
    scheme, _, public_host = settings.TENON_PUBLIC_URL.partition("://")
    _host, colon, port = public_host.rpartition(":")
    with_port = f"{domain}:{port}" if colon and port.isdigit() and ":" not in domain else domain
    return f"{scheme}://{with_port}{path}"
