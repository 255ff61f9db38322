"""The columns of a project's tasks in Label Studio's form."""

from typing import Any, Final

from platform_core.sdk.projects import visible_project
from platform_core.sdk.task_lists import Column, data_keys, task_columns
from platform_core.sdk.views import Principal

SHOWN_AT_FIRST: Final = frozenset(
    {"id", "completed_at", "total_annotations", "cancelled_annotations", "total_predictions", "annotators"}
)
# What filters call a list of members.
TYPES: Final = {"User": "List"}
JSON_TYPES: Final = {"number": "Number", "string": "String", "boolean": "Boolean", "array": "List"}


def project_columns(principal: Principal, project_id: int) -> list[dict[str, Any]]:
    """Return columns of the platform, of plugins, and of the keys of the tasks' data.

    Raises:
        NotFoundError: the project does not exist or is not visible.
    """
    project = visible_project(principal, project_id)
    columns = [_fixed(column) for column in task_columns(principal).values()]
    keys = data_keys(project_id)
    shown = _types_of_config(project.parsed_label_config)
    columns.append({"id": "data", "title": "data", "type": "List", "target": "tasks", "children": [*keys]})
    columns += [
        _data(key, shown.get(key) or JSON_TYPES.get(kind, "Unknown"), key in shown) for key, kind in keys.items()
    ]
    return columns


def _fixed(column: Column) -> dict[str, Any]:
    return {
        "id": column.key,
        "title": column.title,
        "type": TYPES.get(column.kind, column.kind),
        "help": column.title,
        "target": "tasks",
        "visibility_defaults": {"explore": column.key in SHOWN_AT_FIRST, "labeling": False},
    }


def _data(key: str, kind: str, is_shown: bool) -> dict[str, Any]:
    return {
        "id": key,
        "title": key,
        "type": kind,
        "target": "tasks",
        "parent": "data",
        "visibility_defaults": {"explore": True, "labeling": is_shown},
    }


def _types_of_config(parsed: dict[str, Any]) -> dict[str, str]:
    """Return the data keys that the label config shows, with the type of their tag."""
    return {
        str(shown["value"]): str(shown["type"])
        for control in parsed.values()
        for shown in control.get("inputs", [])
        if shown.get("value") and shown.get("type")
    }
