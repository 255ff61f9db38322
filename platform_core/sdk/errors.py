"""Errors that a plugin raises for a client to read; the API turns them into answers."""

from platform_core.api.errors import (
    BadRequestError,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    TenonError,
    ThrottledError,
    ValidationFailedError,
)

__all__ = [
    "BadRequestError",
    "ConflictError",
    "NotFoundError",
    "PermissionDeniedError",
    "TenonError",
    "ThrottledError",
    "ValidationFailedError",
]
