"""The data of one task, for checks that need nothing else of it."""

from typing import Any

from platform_core.tasks.models import Task


def data_of_task(task_id: int) -> dict[str, Any] | None:
    """Return the data of a task, or None where the task is gone or holds no object."""
    data = Task.objects.filter(pk=task_id).values_list("data", flat=True).first()
    return data if isinstance(data, dict) else None
