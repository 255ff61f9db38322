"""Bodies shown in the API document."""

from typing import Any, Final

FILTERS: Final[dict[str, Any]] = {
    "conjunction": "and",
    "items": [
        {"filter": "filter:tasks:data.text", "operator": "contains", "type": "String", "value": "runway"},
        {"filter": "filter:tasks:total_annotations", "operator": "equal", "type": "Number", "value": 0},
    ],
}
DATA: Final[dict[str, Any]] = {"title": "To do", "filters": FILTERS, "ordering": ["-tasks:created_at"]}
VIEW: Final[dict[str, Any]] = {"id": 5, "project": 1, "user": 1, "order": 0, "data": DATA}
NEW_VIEW: Final[dict[str, Any]] = {"project": 1, "data": DATA}
COLUMNS: Final[dict[str, Any]] = {
    "columns": [
        {"id": "id", "title": "ID", "type": "Number", "target": "tasks", "visibility_defaults": {"explore": True}},
        {"id": "data", "title": "data", "type": "List", "target": "tasks", "children": ["text"]},
        {"id": "text", "title": "text", "type": "Text", "target": "tasks", "parent": "data"},
    ]
}
STATE: Final[dict[str, Any]] = {
    "id": 1,
    "title": "Reports",
    "task_count": 120,
    "annotation_count": 40,
    "can_delete_tasks": True,
    "can_manage_annotations": True,
    "can_manage_tasks": True,
    "source_syncing": False,
    "target_syncing": False,
}
ACTION: Final[dict[str, Any]] = {
    "id": "delete_tasks",
    "title": "Delete tasks",
    "order": 100,
    "permission": "tasks.delete",
    "experimental": False,
    "dialog": {"title": "Delete tasks", "text": "Delete the selected tasks?", "type": "confirm", "form": None},
}
RESULT: Final[dict[str, Any]] = {"processed_items": 3, "detail": "Tasks were deleted.", "reload": True, "job": None}
SELECTED: Final[dict[str, Any]] = {"filters": FILTERS, "selectedItems": {"all": True, "excluded": [17]}}
FORM: Final[list[dict[str, Any]]] = [
    {"columnCount": 1, "fields": [{"type": "input", "name": "model_version", "label": "Model version"}]}
]
