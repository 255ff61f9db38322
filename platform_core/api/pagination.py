"""Pages by number, as the SDK asks for them: a page past the end is empty, never an error."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.errors import ValidationFailedError
from platform_core.api.json import RawJSON, dumps

if TYPE_CHECKING:
    from rest_framework.views import APIView

HIGHEST_PAGE = 10_000_000


def positive_number(request: Request, name: str, default: int, *, highest: int) -> int:
    """Return a whole number from the query string, cut to `highest`.

    Raises:
        ValidationFailedError: it is no number, or below 1.
    """
    text = request.query_params.get(name)
    if text is None or text == "":
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 18 or int(text) < 1:
        raise ValidationFailedError(validation_errors={name: ["A whole number from 1 on is expected."]})
    return min(int(text), highest)


class PageNumberPagination(BasePagination):
    """`{"count", "next", "previous", "results"}` with `page` from 1 and `page_size`.

    The SDK stops at the first empty page or at 404, and some of its pagers raise on 404, so a page past the end is
    `200` with no results.
    """

    page_size = 30
    max_page_size = 1000

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:  # noqa: ARG002
        """Return the rows of the page."""
        self.request = request
        self.size = self.size_of(request)
        self.page = positive_number(request, "page", 1, highest=HIGHEST_PAGE)
        self.count = queryset.count() if isinstance(queryset, QuerySet) else len(queryset)
        start = (self.page - 1) * self.size
        return list(queryset[start : start + self.size]) if start < self.count else []

    def size_of(self, request: Request) -> int:
        """Return how many rows a page has.

        Raises:
            ValidationFailedError: `page_size` is no number, or below 1.
        """
        return positive_number(request, "page_size", self.page_size, highest=self.max_page_size)

    def get_paginated_response(self, data: Any) -> Response:
        """Wrap the rows."""
        return Response({"count": self.count, "next": self._link(1), "previous": self._link(-1), "results": data})

    def raw_response(self, request: Request, read: Callable[[int, int], tuple[bytes, int]]) -> Response:
        """Return a page whose rows the database has written as JSON.

        Args:
            read: takes the position of the first row and the number of rows, returns them serialized and joined by
                commas, and the number of rows on all pages.
        """
        self.request = request
        self.size = self.size_of(request)
        self.page = positive_number(request, "page", 1, highest=HIGHEST_PAGE)
        content, self.count = read((self.page - 1) * self.size, self.size)
        head = dumps({"count": self.count, "next": self._link(1), "previous": self._link(-1)})
        return Response(RawJSON(head[:-1] + b',"results":[' + content + b"]}"))

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe the page in OpenAPI."""
        return {
            "type": "object",
            "required": ["count", "next", "previous", "results"],
            "properties": {
                "count": {"type": "integer", "example": 123},
                "next": {
                    "type": ["string", "null"],
                    "format": "uri",
                    "example": "https://aero.example/api/projects/?page=3",
                },
                "previous": {"type": ["string", "null"], "format": "uri", "example": None},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:  # noqa: ARG002
        """Describe `page` and `page_size`."""
        number = {"type": "integer", "minimum": 1}
        return [
            {
                "name": "page",
                "in": "query",
                "required": False,
                "description": "Number of the page, from 1.",
                "schema": number,
            },
            {"name": "page_size", "in": "query", "required": False, "description": "Rows a page.", "schema": number},
        ]

    def _link(self, step: int) -> str | None:
        page = self.page + step
        if page < 1 or (step > 0 and (page - 1) * self.size >= self.count):
            return None
        query = self.request.query_params.copy()
        query["page"] = str(page)
        return self.request.build_absolute_uri(f"{self.request.path}?{query.urlencode()}")
