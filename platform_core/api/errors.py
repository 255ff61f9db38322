"""The one base of every error that reaches a client, and the core's own cases.

Each class has a stable `code` that clients may branch on; `docs/reference/errors.md` lists them all, and a test
fails for a class that is missing there. Nothing internal goes into `detail` or `data`.
"""

from typing import Any, ClassVar


class TenonError(Exception):
    """An answer to the client, raised from any layer; the API's exception handler renders it.

    Attributes:
        code: stable machine-readable name.
        status_code: HTTP status.
        detail: one sentence for people: what is wrong, with what, what to do.
        data: typed facts for programs, JSON-serializable.
        validation_errors: field name to messages, as Label Studio's clients expect; None where no field is to blame.
    """

    code: ClassVar[str] = "error"
    status_code: ClassVar[int] = 500
    default_detail: ClassVar[str] = "The request failed."

    def __init__(
        self,
        detail: str | None = None,
        *,
        data: dict[str, Any] | None = None,
        validation_errors: dict[str, list[Any]] | None = None,
    ) -> None:
        self.detail = detail or self.default_detail
        self.data = data or {}
        self.validation_errors = validation_errors
        super().__init__(self.detail)


class BadRequestError(TenonError):
    """The request cannot be understood."""

    code = "bad_request"
    status_code = 400
    default_detail = "The request is malformed."


class ValidationFailedError(BadRequestError):
    """Values of the request break a rule; `validation_errors` names the fields."""

    code = "validation_error"
    default_detail = "Validation error"


class PluginDisabledError(BadRequestError):
    """The object depends on a plugin that is not enabled in this organization."""

    code = "plugin_disabled"
    default_detail = "A plugin that this object depends on is not enabled in this organization."


class PluginFailedError(BadRequestError):
    """A blocking plugin hook failed; `data` carries `plugin`, `hook` and `incident_id`."""

    code = "plugin_failed"
    default_detail = "A plugin failed while it handled this request."


class NotAuthenticatedError(TenonError):
    """No credential, or one that is unknown, expired or revoked."""

    code = "not_authenticated"
    status_code = 401
    default_detail = "Authentication credentials were not provided or are not valid."


class PermissionDeniedError(TenonError):
    """The member lacks the permission; `data` names it."""

    code = "permission_denied"
    status_code = 403
    default_detail = "You do not have permission to perform this action."


class NotFoundError(TenonError):
    """Unknown host, route or object, or one that the member may not see."""

    code = "not_found"
    status_code = 404
    default_detail = "Not found."


class MethodNotAllowedError(TenonError):
    """The resource does not offer this method, or not for this object."""

    code = "method_not_allowed"
    status_code = 405
    default_detail = "Method not allowed."


class ConflictError(TenonError):
    """The state of the object forbids the act. Never on an endpoint of the SDK, which would repeat the call."""

    code = "conflict"
    status_code = 409
    default_detail = "The object is not in a state that allows this."


class PreconditionFailedError(TenonError):
    """The object was changed since the client read it; `data` names its present `etag`."""

    code = "precondition_failed"
    status_code = 412
    default_detail = "The object was changed meanwhile. Read it again and repeat the change."


class PayloadTooLargeError(TenonError):
    """The body is over the limit; `data` names the limit in bytes."""

    code = "payload_too_large"
    status_code = 413
    default_detail = "The request body is too large."


class UnsupportedMediaTypeError(TenonError):
    """The body has a content type that this resource does not read."""

    code = "unsupported_media_type"
    status_code = 415
    default_detail = "This content type is not supported here."


class RangeNotSatisfiableError(TenonError):
    """The part of a file that is asked for begins after its end."""

    code = "range_not_satisfiable"
    status_code = 416
    default_detail = "The file ends before the range begins."


class ThrottledError(TenonError):
    """Too many attempts; `data` carries `retry_after` in seconds."""

    code = "throttled"
    status_code = 429
    default_detail = "Too many requests. Try again later."


class ServiceUnavailableError(TenonError):
    """The platform cannot serve this now; nothing was written."""

    code = "service_unavailable"
    status_code = 503
    default_detail = "The service is not available now. Try again later."
