"""Lists of tasks: reading queries, counting and walking the tasks that they mean, and what plugins add to lists."""

from collections.abc import Mapping
from typing import Any

from platform_core.members.principal import Principal
from platform_core.plugins.facade import HookFacade
from platform_core.plugins.loader import get_registry
from platform_core.plugins.task_registrations import TaskActionCall, TaskActionResult, TaskActionSpec
from platform_core.tasks.filters import Column, TaskQuery, read_parts
from platform_core.tasks.filters.plugin_columns import columns_of
from platform_core.tasks.queries.data_keys import data_keys
from platform_core.tasks.queries.filtered import count_selected, selected_ids
from platform_core.tasks.queries.found_tasks import FoundTotals
from platform_core.tasks.queries.tasks import project_totals

__all__ = [
    "Column",
    "FoundTotals",
    "TaskQuery",
    "count_tasks",
    "data_keys",
    "read_task_query",
    "run_task_action",
    "task_actions",
    "task_columns",
    "task_ids",
]


def task_columns(principal: Principal) -> Mapping[str, Column]:
    """Return what lists can be filtered and ordered by here, beside `data.<field>`."""
    return columns_of(principal.enabled_plugins)


def read_task_query(principal: Principal, parts: Mapping[str, Any]) -> TaskQuery:
    """Return a query from `filters`, `ordering` and `selectedItems` as clients write them.

    Raises:
        ValidationFailedError: it breaks a rule; the message names the place.
    """
    return read_parts(dict(parts), columns=task_columns(principal))


def count_tasks(principal: Principal, *, project_id: int, query: TaskQuery) -> FoundTotals:
    """Return how many tasks of a project a query means, with their annotations and predictions.

    Raises:
        NotFoundError: the member may not see the project.
        FilterTimeoutError: the filter took too long.
    """
    project_totals(principal, project_id)
    return count_selected(principal, project_id=project_id, query=query)


def task_ids(
    principal: Principal, *, project_id: int, query: TaskQuery, after: int = 0, limit: int = 5000
) -> list[int]:
    """Return the next ids of the tasks that a query means, in order, those beyond `after`; raises as `count_tasks`."""
    project_totals(principal, project_id)
    return selected_ids(principal, project_id=project_id, query=query, after=after, limit=limit)


def task_actions(principal: Principal) -> dict[str, TaskActionSpec]:
    """Return the actions of the enabled plugins by `slug.key`."""
    return get_registry().task_actions(principal.enabled_plugins)


def run_task_action(name: str, spec: TaskActionSpec, call: TaskActionCall) -> TaskActionResult:
    """Run an action in the caller's transaction; a failure of its plugin is named and rolled back by the caller.

    Args:
        name: `slug.key`, as `task_actions` has it.

    Raises:
        TenonError: the action refused.
        PluginFailedError: it failed.
    """
    return HookFacade().run_task_action(name.partition(".")[0], spec, call)
