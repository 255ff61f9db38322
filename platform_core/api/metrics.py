"""`/metrics`, for operators alone, answered before the host is looked up."""

import hmac
from ipaddress import ip_address

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse

from platform_core.plugins.queries.metrics import CONTENT_TYPE, plugin_metrics

# Somebody passed the request on, so that the peer's address says nothing about who asks.
_PASSED_ON = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")


def metrics(request: HttpRequest) -> HttpResponse | None:
    """Return the metrics; None where the asker is no operator, so that the path is unknown to everybody else."""
    if not _is_operator(request):
        return None
    try:
        return HttpResponse(plugin_metrics(), content_type=CONTENT_TYPE)
    except Error:
        return HttpResponse("The database does not answer.\n", status=503, content_type=CONTENT_TYPE)


def _is_operator(request: HttpRequest) -> bool:
    """Say whether the request carries the operators' token; without one configured, whether it comes from this machine.

    A configured token is the only way then, as everything comes from this machine where a proxy runs on it.
    """
    token = settings.TENON_METRICS_TOKEN
    if token:
        given = request.META.get("HTTP_AUTHORIZATION", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    if settings.TENON_TRUSTED_PROXIES or any(name in request.META for name in _PASSED_ON):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
