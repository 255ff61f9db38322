"""What an annotation started from: a prediction or another annotation of the same task."""

from typing import Any

from platform_core.api.errors import ValidationFailedError
from platform_core.tasks.models import Annotation, Prediction


def parents_of_task(task_id: int, values: dict[str, Any]) -> dict[str, int | None]:
    """Return the parents' ids, None where none is named, by `parent_prediction` and `parent_annotation`.

    Raises:
        ValidationFailedError: one of them does not belong to the task.
    """
    parents: dict[str, int | None] = {}
    for name, model in (("parent_prediction", Prediction), ("parent_annotation", Annotation)):
        parent_id = values.get(name)
        if parent_id is not None and not model.objects.filter(pk=parent_id, task_id=task_id).exists():
            raise ValidationFailedError(
                validation_errors={name: [f"Task {task_id} has no such {name.split('_')[1]} {parent_id}."]}
            )
        parents[name] = parent_id
    return parents
