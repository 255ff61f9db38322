"""Reading rows as values: no model instances, the fewest columns, and a constant number of queries a page."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import Model, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.errors import NotFoundError
from platform_core.api.views import TenonAPIView

Row = dict[str, Any]


class ValuesAPIView(TenonAPIView):
    """A view that reads `values` of a queryset; its methods are described with `operation` as any other's.

    Attributes:
        values: columns and annotations to read.
        field_map: name in the answer to the column that it shows, or to a function of the row. A column that is shown
            under another name is not shown under its own.
        lookup_field: what the route's argument `pk` is compared with.
    """

    values: tuple[str, ...] = ()
    field_map: Mapping[str, str | Callable[[Row], Any]] = {}
    lookup_field = "pk"

    def prefetch_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the queryset with what its conditions need, before anything is counted."""
        return queryset

    def annotate_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the queryset with computed columns; they cost nothing when rows are counted."""
        return queryset

    def consolidate(self, items: list[Row], queryset: QuerySet[Any]) -> list[Row]:  # noqa: ARG002 for those that override it
        """Return the rows of a page with what takes a query of its own, such as lists of related rows."""
        return items

    def list_values(self, request: Request) -> Response:  # noqa: ARG002 as a method of a view
        """Answer with a page."""
        queryset = self.filter_queryset(self.prefetch_queryset(self.get_queryset()))
        counted = _Page(queryset=queryset, shown=self._shown(queryset))
        page: list[Row] = self.paginate_queryset(counted) or []  # type: ignore[arg-type]
        return self.get_paginated_response(self.shown(page, queryset))

    def one_value(self, request: Request, pk: Any) -> Response:  # noqa: ARG002 as a method of a view
        """Answer with one row.

        Raises:
            NotFoundError: it does not exist, or the queryset leaves it out.
        """
        queryset = self.prefetch_queryset(self.get_queryset()).filter(**{self.lookup_field: pk})
        rows = self.shown(list(self._shown(queryset)[:1]), queryset)
        if not rows:
            raise NotFoundError(f"There is no {_name_of(queryset)} {pk}.")
        return Response(rows[0])

    def shown(self, items: Iterable[Row], queryset: QuerySet[Any]) -> list[Row]:
        """Return rows as the answer has them."""
        return self.consolidate([self._renamed(item) for item in items], queryset)

    def _shown(self, queryset: QuerySet[Any]) -> QuerySet[Any, Row]:
        return self.annotate_queryset(queryset).values(*self.values)

    def _renamed(self, item: Row) -> Row:
        sources = {source for source in self.field_map.values() if isinstance(source, str)}
        renamed = {name: value for name, value in item.items() if name not in sources}
        for name, source in self.field_map.items():
            renamed[name] = item[source] if isinstance(source, str) else source(item)
        return renamed


class _Page:
    """What pagination needs: the number of rows without their computed columns, and a slice with them."""

    def __init__(self, *, queryset: QuerySet[Any], shown: QuerySet[Any, Row]) -> None:
        self._queryset, self._rows = queryset, shown

    def __len__(self) -> int:
        return self._queryset.count()

    def __getitem__(self, wanted: slice) -> QuerySet[Any, Row]:
        return self._rows[wanted]


def _name_of(queryset: QuerySet[Any]) -> str:
    model: type[Model] = queryset.model
    return str(model._meta.verbose_name)
