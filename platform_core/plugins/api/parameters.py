"""Parameters in the query that several plugin endpoints take."""

from typing import TypeVar

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from platform_core.api.errors import ValidationFailedError

Default = TypeVar("Default", int, None)

WAIT = OpenApiParameter(
    "wait", int, description="Wait up to so many seconds (60 at most) and answer 200 when it is done."
)
REHEARSE = OpenApiParameter(
    "rehearse", bool, description="Run the migrations in an empty copy of the schema, and say how long they took."
)
PROJECT = OpenApiParameter(
    "project", int, description="Id of a project whose own settings are meant, instead of the organization's."
)
MOST_DIGITS = 9


def number_of(request: Request, name: str, *, default: Default) -> int | Default:
    """Return a whole number of the query.

    Raises:
        ValidationFailedError: it is none.
    """
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > MOST_DIGITS:
        raise ValidationFailedError(validation_errors={name: ["A whole number is expected."]})
    return int(text)


def flag_of(request: Request, name: str) -> bool:
    """Return a flag of the query, which is off unless given.

    Raises:
        ValidationFailedError: it is neither true nor false.
    """
    text = request.query_params.get(name, "false").lower()
    if text not in ("true", "false", "1", "0"):
        raise ValidationFailedError(validation_errors={name: ["true or false is expected."]})
    return text in ("true", "1")
