"""Answers outside any DRF view: unknown routes, refused CSRF, unexpected failures. Always JSON, never internals."""

import logging

from django.http import HttpRequest, HttpResponse, JsonResponse

from platform_core.api import errors
from platform_core.api.handler import as_tenon_error, error_body

logger = logging.getLogger(__name__)


def error_response(error: errors.TenonError) -> JsonResponse:
    """Render a typed error outside DRF."""
    return JsonResponse(error_body(error), status=error.status_code)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer 400 for what Django refuses before a view, such as a body with too many fields; 413 for one too large."""
    return error_response(as_tenon_error(exception) or errors.BadRequestError())


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer 403."""
    return error_response(errors.PermissionDeniedError())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer 404 for an unknown route."""
    return error_response(errors.NotFoundError())


def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Answer 500; the log has the reason under the id of the answer."""
    error = errors.TenonError("The server failed to answer. The id of this answer is in its log.")
    body = error_body(error)
    logger.error("unexpected failure", extra={"error_id": body["id"]})
    return JsonResponse(body, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Answer 403 to a cookie-authenticated write without its CSRF token."""
    return error_response(errors.PermissionDeniedError(f"CSRF check failed: {reason}"))
