"""Objects of the labelling API as receivers outside the organization read them: without anything secret."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection

from platform_core.projects.models import Project
from platform_core.projects.queries import project_object, project_rows
from platform_core.tasks.models import ImportRun
from platform_core.tasks.queries import json_sql
from platform_core.tasks.queries.work import annotations_json

Json = dict[str, Any]

MOMENT: Final = "%Y-%m-%dT%H:%M:%S.%fZ"
# Credentials for a project's media; no receiver needs them.
SECRET_KEYS: Final = frozenset({"task_data_login", "task_data_password", "token"})

_TASKS = f"SELECT {json_sql.TASK_ONLY}::text FROM tasks_task t WHERE t.id = ANY(%s) ORDER BY t.id"
_IMPORTED = f"""
    SELECT {json_sql.TASK_ONLY}::text FROM tasks_task t
    WHERE t.project_id = %(project)s AND t.id > %(after)s AND t.id BETWEEN %(first)s AND %(last)s
    ORDER BY t.id LIMIT %(limit)s"""


def project_document(project_id: int) -> Json | None:
    """Return a project, or None when it is gone."""
    row = project_rows(Project.objects.filter(pk=project_id)).first()
    if row is None:
        return None
    return {name: _plain(value) for name, value in project_object(row).items() if name not in SECRET_KEYS}


def _plain(value: Any) -> Any:
    return value.strftime(MOMENT) if isinstance(value, datetime) else value


def task_documents(ids: Sequence[int]) -> list[Json]:
    """Return the tasks that are there, without their annotations and predictions, in order of ids."""
    with connection.cursor() as cursor:
        cursor.execute(_TASKS, [list(ids)])
        return [json.loads(row[0]) for row in cursor.fetchall()]


def annotation_documents(ids: Sequence[int]) -> list[Json]:
    """Return the annotations that are there, in order of ids."""
    return [json.loads(text) for text in annotations_json(ids)]


def imported_task_documents(import_id: int, *, after: int, limit: int) -> list[Json]:
    """Return tasks that an import made, in order of ids, those after the id `after`, at most `limit`."""
    run = ImportRun.objects.filter(pk=import_id).first()
    if run is None or not run.task_ids:
        return []
    first, last = run.task_ids
    values = {"project": run.project_id, "after": after, "first": first, "last": last, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(_IMPORTED, values)
        return [json.loads(row[0]) for row in cursor.fetchall()]
