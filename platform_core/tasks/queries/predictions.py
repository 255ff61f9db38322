"""Which tasks predictions may be attached to, asked for thousands at a time."""

from django.db import connection

# Locked against deletion until the transaction ends, and against nothing else: annotators go on.
_TASKS = "SELECT id FROM tasks_task WHERE project_id = %s AND id = ANY(%s) FOR KEY SHARE"


def held_tasks(*, project_id: int, task_ids: set[int]) -> set[int]:
    """Return those of the ids that are tasks of the project, and keep them from being deleted meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(_TASKS, [project_id, list(task_ids)])
        return {row[0] for row in cursor.fetchall()}
