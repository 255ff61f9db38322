"""Turns every exception into Label Studio's error body, with a stable `code` and typed `data`."""

import logging
import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from platform_core.api import errors
from platform_core.version import VERSION

logger = logging.getLogger(__name__)

MESSAGE_OF_VALIDATION = "Validation error"


def error_body(error: errors.TenonError) -> dict[str, Any]:
    """Return the body: Label Studio's keys, then ours."""
    body: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "status_code": error.status_code,
        "version": VERSION,
        "detail": error.detail,
        "exc_info": None,
        "code": error.code,
        "data": error.data,
    }
    if error.validation_errors is not None:
        body["validation_errors"] = error.validation_errors
    return body


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:  # noqa: ARG001
    """Answer for an exception inside a DRF view; None leaves it to the request boundary (500)."""
    error = as_tenon_error(exc)
    if error is None:
        return None
    headers = {}
    if isinstance(error, errors.NotAuthenticatedError):
        headers["WWW-Authenticate"] = "Token"
    if isinstance(error, errors.ThrottledError) and "retry_after" in error.data:
        headers["Retry-After"] = str(error.data["retry_after"])
    if isinstance(error, errors.RangeNotSatisfiableError):
        headers["Content-Range"] = f"bytes */{error.data['size']}"
    return Response(error_body(error), status=error.status_code, headers=headers)


def as_tenon_error(exc: Exception) -> errors.TenonError | None:
    """Return the typed error that stands for `exc`, or None for an unexpected failure."""
    if isinstance(exc, errors.TenonError):
        return exc
    if isinstance(exc, Http404):
        return errors.NotFoundError()
    if isinstance(exc, PermissionDenied):
        return errors.PermissionDeniedError()
    if isinstance(exc, RequestDataTooBig):
        return errors.PayloadTooLargeError(data={"limit": settings.DATA_UPLOAD_MAX_MEMORY_SIZE})
    if isinstance(exc, SuspiciousOperation):
        # Too many files or fields, a malformed form: the reason is Django's, and safe to say.
        return errors.BadRequestError(str(exc) or None)
    if isinstance(exc, exceptions.ValidationError):
        return errors.ValidationFailedError(MESSAGE_OF_VALIDATION, validation_errors=_field_errors(exc.detail))
    if isinstance(exc, exceptions.APIException):
        return _from_drf(exc)
    return None


_BY_STATUS: dict[int, type[errors.TenonError]] = {
    400: errors.BadRequestError,
    401: errors.NotAuthenticatedError,
    403: errors.PermissionDeniedError,
    404: errors.NotFoundError,
    405: errors.MethodNotAllowedError,
    406: errors.BadRequestError,
    415: errors.UnsupportedMediaTypeError,
    429: errors.ThrottledError,
}


def _from_drf(exc: exceptions.APIException) -> errors.TenonError:
    kind = _BY_STATUS.get(exc.status_code, errors.BadRequestError)
    wait = getattr(exc, "wait", None) if isinstance(exc, exceptions.Throttled) else None
    data = {"retry_after": int(wait)} if wait else None
    return kind(str(exc.detail), data=data)


def _field_errors(detail: Any) -> dict[str, list[Any]]:
    if isinstance(detail, dict):
        return {str(key): value if isinstance(value, list) else [value] for key, value in detail.items()}
    if isinstance(detail, list):
        return {"non_field_errors": detail}
    return {"non_field_errors": [detail]}
