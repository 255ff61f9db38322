"""Reading what a list of tasks asks for: project or stored view, filters, order, selection, fields."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from platform_core.api.errors import NotFoundError, ValidationFailedError
from platform_core.api.pagination import HIGHEST_PAGE, positive_number
from platform_core.members.principal import Principal
from platform_core.plugins.facade import HookFacade
from platform_core.tasks.filters import (
    Column,
    Group,
    TaskQuery,
    json_of,
    read_include,
    read_parts,
    read_query,
    read_selection,
)
from platform_core.tasks.filters.plugin_columns import columns_of
from platform_core.tasks.queries.filtered import Place

PAGE_SIZE: Final = 100
MAX_PAGE_SIZE: Final = 10_000
BIG: Final = 2**63 - 1
VIEW: Final = "view"
PARAMETERS: Final = (
    OpenApiParameter("project", int, description="Id of the project; needed unless `view` is given."),
    OpenApiParameter("view", int, description="Id of a stored view, where an enabled plugin keeps views."),
    OpenApiParameter(
        "query",
        str,
        description="JSON: `filters`, `ordering`, `selectedItems` and `include`; beside a view it narrows the view.",
    ),
    OpenApiParameter("selectedItems", str, description="JSON: the tasks picked by hand; none picked means no task."),
    OpenApiParameter("only_annotated", bool, description="Leave out tasks without any annotation."),
    OpenApiParameter("include", str, description="Names of the fields to show, with commas; `id` always is."),
    OpenApiParameter("page", int, description="Number of the page, from 1."),
    OpenApiParameter("page_size", int, description="Tasks a page, 100 unless given."),
    OpenApiParameter("cursor", str, description="`next_cursor` of an earlier answer."),
    OpenApiParameter("fields", str, description="`all` adds annotations and predictions.", enum=["all", "task_only"]),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRequest:
    """A request for a list of tasks; whether the member may see the project is not yet checked."""

    project_id: int
    query: TaskQuery
    columns: Mapping[str, Column]
    place: Place

    @property
    def is_plain(self) -> bool:
        """Say whether it is the whole project in order of ids with the usual fields."""
        return not self.query.restricts and not self.query.ordering and self.query.include is None


def list_request(request: Request, principal: Principal) -> ListRequest:
    """Read the query parameters.

    Raises:
        NotFoundError: neither project nor view is named, or there is no such view.
        BadRequestError: a parameter is wrong.
    """
    parameters = request.query_params
    columns = columns_of(principal.enabled_plugins)
    project_id = _number(parameters.get("project"), "project")
    query = read_query(parameters.get("query"), columns=columns)
    view_id = _number(parameters.get(VIEW), VIEW)
    if view_id:
        project_id, stored = stored_query(principal, view_id, project_id, columns)
        query = narrowed(stored, query)
    if not project_id:
        raise NotFoundError("Neither project nor view id specified")
    return ListRequest(
        project_id=project_id,
        query=_with_parameters(query, parameters),
        columns=columns,
        place=Place(
            page=positive_number(request, "page", 1, highest=HIGHEST_PAGE),
            page_size=positive_number(request, "page_size", PAGE_SIZE, highest=MAX_PAGE_SIZE),
            cursor=parameters.get("cursor") or None,
        ),
    )


def stored_query(
    principal: Principal, view_id: int, project_id: int | None, columns: Mapping[str, Column]
) -> tuple[int, TaskQuery]:
    """Return the project and the query of a view.

    Raises:
        NotFoundError: no enabled plugin knows it, or it is another project's.
    """
    found = HookFacade().find_task_query(VIEW, view_id, enabled=principal.enabled_plugins)
    if found is None or project_id not in (None, found.value.project_id):
        raise NotFoundError(f"There is no view {view_id}.")
    return found.value.project_id, read_parts(found.value.parts, columns=columns)


def narrowed(stored: TaskQuery, asked: TaskQuery) -> TaskQuery:
    """Return a stored query with what was asked beside it: both filters hold, other parts replace the stored ones."""
    groups = tuple(group for group in (stored.filters, asked.filters) if group is not None)
    return TaskQuery(
        filters=Group(conjunction="and", members=groups) if len(groups) > 1 else next(iter(groups), None),
        ordering=asked.ordering or stored.ordering,
        selection=asked.selection if asked.selection is not None else stored.selection,
        include=asked.include,
    )


def _with_parameters(query: TaskQuery, parameters: Any) -> TaskQuery:
    selection = read_selection(json_of("selectedItems", parameters.get("selectedItems")))
    return replace(
        query,
        selection=selection if selection is not None else query.selection,
        only_annotated=_flag(parameters.get("only_annotated"), "only_annotated"),
        include=read_include(parameters.get("include")) or query.include,
    )


def _flag(text: str | None, name: str) -> bool:
    word = (text or "false").lower()
    if word not in ("true", "false", "1", "0"):
        raise ValidationFailedError(validation_errors={name: ["true or false is expected."]})
    return word in ("true", "1")


def _number(text: str | None, name: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) > BIG:
        raise ValidationFailedError(validation_errors={name: [f"The id of a {name} is expected."]})
    return int(text)
