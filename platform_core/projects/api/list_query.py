"""The query string of the lists of projects."""

from typing import Final

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from platform_core.api.errors import ValidationFailedError
from platform_core.projects.managers import COUNTERS
from platform_core.projects.queries.lists import ProjectFilter, order_by

PIN_FILTERS: Final = ("all", "pinned_only", "exclude_pinned")
MAX_MEMBERS: Final = 1000
LIST_PARAMETERS: Final = [
    OpenApiParameter("ids", str, description="Ids, separated by commas."),
    OpenApiParameter("title", str, description="Part of the title."),
    OpenApiParameter("search", str, description="Part of the title or the description."),
    OpenApiParameter("filter", str, enum=list(PIN_FILTERS), description="By pin."),
    OpenApiParameter(
        "include", str, description="Counters to show, separated by commas; the others are null. All unless given."
    ),
    OpenApiParameter("ordering", str, description="Fields, separated by commas; `-` before one turns its order round."),
]
MEMBERS_LIMIT: Final = OpenApiParameter(
    "members_limit", int, description="Adds `members`, at most so many, and `members_count`."
)


def project_filter(request: Request) -> ProjectFilter:
    """Return what a list is cut by.

    Raises:
        ValidationFailedError: ids are no numbers, or filter or ordering name what there is not.
    """
    query = request.query_params
    pins = query.get("filter") or "all"
    if pins not in PIN_FILTERS:
        raise ValidationFailedError(validation_errors={"filter": [f"One of {', '.join(PIN_FILTERS)} is expected."]})
    return ProjectFilter(
        ids=_ids(query.get("ids")),
        title=_text(query.get("title")),
        search=_text(query.get("search")),
        pins=pins,
        order=order_by(query.get("ordering")),
        counters=_counters(query.get("include")),
    )


def members_limit(request: Request) -> int | None:
    """Return how many members to show with a project; None shows none.

    Raises:
        ValidationFailedError: it is no whole number.
    """
    text = request.query_params.get("members_limit")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise ValidationFailedError(validation_errors={"members_limit": ["A whole number is expected."]})
    return min(int(text[:9]), MAX_MEMBERS)


def _ids(text: str | None) -> tuple[int, ...] | None:
    if not text:
        return None
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() and len(part) < 40 for part in parts):
        raise ValidationFailedError(validation_errors={"ids": ["A comma separated list of numbers is expected."]})
    return tuple(int(part) for part in parts)


def _text(text: str | None) -> str:
    """Return a text as it can be stored, so that one with a NUL character finds nothing it should not."""
    return (text or "").replace("\0", "")


def _counters(include: str | None) -> tuple[str, ...]:
    """Return the counters that are asked for; names of Enterprise's counters mean nothing here."""
    if not include:
        return COUNTERS
    names = {part.strip() for part in include.split(",")}
    return tuple(name for name in COUNTERS if name in names)
