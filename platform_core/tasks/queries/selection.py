"""Which tasks a selection names, as lists with check boxes send it."""

from django.db import connection

_ALL = """
    SELECT t.id FROM tasks_task t WHERE t.project_id = %(project)s AND NOT t.id = ANY(%(excluded)s)
    ORDER BY t.id LIMIT %(limit)s"""


def selected_task_ids(
    project_id: int, *, everything: bool, included: list[int], excluded: list[int], limit: int
) -> list[int]:
    """Return the ids of a selection in a project, at most `limit`; an empty selection is nothing.

    Args:
        everything: all tasks but the excluded ones; else the included ones, whether they exist or not.
    """
    if not everything:
        return included[:limit]
    with connection.cursor() as cursor:
        cursor.execute(_ALL, {"project": project_id, "excluded": excluded, "limit": limit})
        return [row[0] for row in cursor.fetchall()]
