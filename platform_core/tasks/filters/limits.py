"""What searching may cost, and what becomes of a search that the database refuses: an answer, never a failure."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Final

from django.db import DataError, OperationalError, transaction
from psycopg import errors as database

from platform_core.api.errors import BadRequestError, ValidationFailedError
from platform_core.plugins.facade import statement_guard

SECONDS: Final = 10.0


class FilterTimeoutError(BadRequestError):
    """A filter took too long and was ended."""

    code: ClassVar[str] = "filter_timeout"
    default_detail: ClassVar[str] = "The filter took too long; narrow it, or drop its regular expressions."

    def __init__(self, detail: str | None = None, **facts: Any) -> None:
        super().__init__(detail, data={"limit_seconds": SECONDS}, **facts)


@contextmanager
def filter_guard(seconds: float | None = None) -> Iterator[None]:
    """Run statements of a filter in a transaction of their own, or a savepoint, with a time limit each.

    Raises:
        FilterTimeoutError: a statement took longer.
        ValidationFailedError: the database refused a value, such as a broken regular expression.
    """
    try:
        with transaction.atomic(), statement_guard(SECONDS if seconds is None else seconds):
            yield
    except OperationalError as error:
        if not isinstance(error.__cause__, database.QueryCanceled):
            raise
        raise FilterTimeoutError from error
    except DataError as error:
        raise ValidationFailedError(validation_errors={"filters": [_reason(error.__cause__)]}) from error


def _reason(cause: BaseException | None) -> str:
    """Say why; of the database's own words only those about a pattern of the client."""
    if isinstance(cause, database.InvalidRegularExpression):
        return f"filters: {cause.diag.message_primary or 'the regular expression is not valid'}."
    return "filters: a value is beyond what the database compares."
