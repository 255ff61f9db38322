"""Which tasks predictions may be attached to, asked for thousands at a time."""

from django.db import connection

_TASKS = "SELECT id FROM tasks_task WHERE project_id = %s AND id = ANY(%s)"


def tasks_of_project(*, project_id: int, task_ids: set[int]) -> set[int]:
    """Return those of the ids that are tasks of the project."""
    with connection.cursor() as cursor:
        cursor.execute(_TASKS, [project_id, list(task_ids)])
        return {row[0] for row in cursor.fetchall()}
