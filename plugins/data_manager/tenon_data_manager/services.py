"""Writes of stored views: the row, its audit entry and its event in one transaction."""

from typing import Any

from django.db import transaction
from django.db.models import Max

from platform_core.sdk.audit import record_audit
from platform_core.sdk.errors import ValidationFailedError
from platform_core.sdk.events import emit_event
from platform_core.sdk.projects import visible_project
from platform_core.sdk.task_lists import read_task_query
from platform_core.sdk.views import Principal
from tenon_data_manager.models import View
from tenon_data_manager.queries import query_parts, views_of_project, visible_view


@transaction.atomic
def create_view(*, actor: Principal, project_id: int, data: dict[str, Any]) -> View:
    """Store a view behind the project's others.

    Raises:
        NotFoundError: the project does not exist or is not visible.
        ValidationFailedError: filters, ordering or selectedItems break a rule.
    """
    visible_project(actor, project_id)
    read_task_query(actor, query_parts(data))
    last = View.objects.filter(project=project_id).aggregate(last=Max("order"))["last"]
    order = 0 if last is None else last + 1
    view = View.objects.create(project_id=project_id, user_id=actor.id, order=order, data=data)
    _tell("view_created", view, actor)
    return view


@transaction.atomic
def update_view(*, actor: Principal, view_id: int, data: dict[str, Any]) -> View:
    """Put keys into a view's data; others stay. Raises as `create_view`, and `NotFoundError` for the view."""
    view = View.objects.select_for_update().get(pk=visible_view(actor, view_id).pk)
    view.data = {**view.data, **data}
    read_task_query(actor, query_parts(view.data))
    view.save(update_fields=["data", "updated_at"])
    _tell("view_updated", view, actor)
    return view


@transaction.atomic
def delete_view(*, actor: Principal, view_id: int) -> None:
    """Delete a view.

    Raises:
        NotFoundError: it does not exist or is not visible.
    """
    view = visible_view(actor, view_id)
    _tell("view_deleted", view, actor)
    view.delete()


@transaction.atomic
def delete_views(*, actor: Principal, project_id: int) -> int:
    """Delete all views of a project; returns how many. Raises `NotFoundError` as `create_view`."""
    views = list(views_of_project(actor, project_id))
    for view in views:
        _tell("view_deleted", view, actor)
    View.objects.filter(pk__in=[view.pk for view in views]).delete()
    return len(views)


@transaction.atomic
def order_views(*, actor: Principal, project_id: int, ids: list[int]) -> None:
    """Put views of a project in this order; those that are not named come after them.

    Raises:
        NotFoundError: the project does not exist or is not visible.
        ValidationFailedError: an id is no view of the project.
    """
    views = {view.pk: view for view in views_of_project(actor, project_id).select_for_update()}
    unknown = sorted(set(ids) - views.keys())
    if unknown:
        raise ValidationFailedError(validation_errors={"ids": [f"Project {project_id} has no views {unknown[:20]}."]})
    named = list(dict.fromkeys(ids))
    for place, pk in enumerate([*named, *(pk for pk in views if pk not in set(named))]):
        views[pk].order = place
    View.objects.bulk_update(views.values(), ["order"])
    facts = {"project": project_id, "views": named}
    record_audit(
        actor=actor, action="data_manager.views_ordered", target_type="project", target_id=project_id, data=facts
    )


def _tell(what: str, view: View, actor: Principal) -> None:
    facts = {"view": view.pk, "project": view.project_id}
    record_audit(
        actor=actor, action=f"data_manager.{what}", target_type="data_manager.view", target_id=view.pk, data=facts
    )
    emit_event(type=f"data_manager.{what}", payload=facts)
