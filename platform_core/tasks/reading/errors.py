"""The refusals of the readers, in the words and keys that Label Studio's clients know."""

from typing import Any

from platform_core.api.errors import BadRequestError, PayloadTooLargeError, ValidationFailedError


def item_error(item: int, problem: str, **place: Any) -> ValidationFailedError:
    """Return the error for one item.

    Args:
        item: its number in the body, from 0.
        problem: what is wrong, without a full stop.
        place: further facts for programs: `key`, `line` (from 1) or `byte` (from 0).
    """
    message = f"Error at item {item}: {problem}."
    return ValidationFailedError(data={"item": item, **place}, validation_errors={"non_field_errors": [message]})


def body_error(problem: str, **place: Any) -> BadRequestError:
    """Return the error for a body that is wrong outside of any item; `problem` is a whole sentence."""
    return BadRequestError(problem, data=place)


def body_too_large(limit: int) -> PayloadTooLargeError:
    """Return the error for a body of more than `limit` bytes."""
    return PayloadTooLargeError(f"The import is over the limit of {limit:,} bytes.", data={"limit": limit})


def item_too_large(item: int, limit: int) -> PayloadTooLargeError:
    """Return the error for an item of more than `limit` bytes."""
    message = f"Error at item {item}: it is over the limit of {limit:,} bytes."
    return PayloadTooLargeError(message, data={"item": item, "limit": limit})


def line_too_large(line: int, limit: int) -> PayloadTooLargeError:
    """Return the error for a line (from 1) of a text format that is longer than `limit`."""
    message = f"Line {line} is over the limit of {limit:,} characters."
    return PayloadTooLargeError(message, data={"line": line, "limit": limit})
