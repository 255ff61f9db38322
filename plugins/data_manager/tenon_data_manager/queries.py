"""Reads of stored views: a view is seen by those who may see its project."""

from typing import Any

from django.db.models import QuerySet

from platform_core.sdk import StoredTaskQuery
from platform_core.sdk.errors import NotFoundError
from platform_core.sdk.projects import projects_visible_to, visible_project
from platform_core.sdk.views import Principal
from tenon_data_manager.models import View

QUERY_PARTS = ("filters", "ordering", "selectedItems")


def views_visible_to(principal: Principal) -> QuerySet[View]:
    """Return the views of the projects that the member may see, in their order."""
    return View.objects.filter(project__in=projects_visible_to(principal)).order_by("project", "order", "id")


def views_of_project(principal: Principal, project_id: int) -> QuerySet[View]:
    """Return the views of one project.

    Raises:
        NotFoundError: the project does not exist or is not visible.
    """
    visible_project(principal, project_id)
    return View.objects.filter(project=project_id).order_by("order", "id")


def visible_view(principal: Principal, view_id: int) -> View:
    """Return one view.

    Raises:
        NotFoundError: it does not exist or is not visible.
    """
    view = views_visible_to(principal).filter(pk=view_id).first()
    if view is None:
        raise NotFoundError(f"There is no view {view_id}.")
    return view


def stored_query(number: int) -> StoredTaskQuery | None:
    """Return what a view says of tasks; whether the asking member may see its project is the core's to check."""
    row = View.objects.filter(pk=number).values("project_id", "data").first()
    return StoredTaskQuery(project_id=row["project_id"], parts=query_parts(row["data"])) if row is not None else None


def query_parts(data: dict[str, Any]) -> dict[str, Any]:
    """Return filters, order and selection from a view's data."""
    return {name: data[name] for name in QUERY_PARTS if data.get(name) is not None}
