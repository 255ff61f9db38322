"""Writes to many tasks of one project at once: each with its counters, audit entry and event in one transaction."""

from platform_core.tasks.services.assignment import assign_tasks, tasks_to_assign
from platform_core.tasks.services.selected_changes import (
    add_data_field,
    annotations_with_label,
    rename_label,
    with_label_renamed,
)
from platform_core.tasks.services.selected_deletes import (
    annotations_of,
    delete_annotations_of,
    delete_predictions_of,
    delete_selected_tasks,
    duplicates,
    predictions_of,
    remove_duplicate_tasks,
)
from platform_core.tasks.services.selected_work import (
    annotate_from_predictions,
    convertible_predictions,
    propagate_annotation,
)

__all__ = [
    "add_data_field",
    "annotate_from_predictions",
    "annotations_of",
    "annotations_with_label",
    "assign_tasks",
    "convertible_predictions",
    "delete_annotations_of",
    "delete_predictions_of",
    "delete_selected_tasks",
    "duplicates",
    "predictions_of",
    "propagate_annotation",
    "remove_duplicate_tasks",
    "rename_label",
    "tasks_to_assign",
    "with_label_renamed",
]
