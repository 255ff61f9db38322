"""`/health/live`, `/health/ready` and `/metrics`, answered before the host is looked up."""

from collections.abc import Callable

from django.db import Error, connection
from django.http import HttpRequest, HttpResponseBase, JsonResponse

from platform_core.api.metrics import metrics
from tenants.scope import public_scope


class HealthMiddleware:
    """Says whether the process lives, and whether it can serve."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a health path; pass everything else on."""
        path = request.path_info.rstrip("/")
        if path in ("/health/live", "/health"):
            return JsonResponse({"status": "UP"})
        if path == "/health/ready":
            return ready()
        if path == "/metrics" and (answer := metrics(request)) is not None:
            return answer
        return self.get_response(request)


def ready() -> JsonResponse:
    """Answer 200 when the database answers, else 503."""
    try:
        with public_scope(), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return JsonResponse({"status": "DOWN", "failing": ["database"]}, status=503)
    finally:
        connection.close()
    return JsonResponse({"status": "UP"})
