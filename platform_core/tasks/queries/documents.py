"""Objects of the labelling API as receivers outside the organization read them: without anything secret."""

import json
from collections.abc import Sequence
from typing import Any, Final

from django.db import connection

from platform_core.projects.queries.json_sql import JOINS, project_columns
from platform_core.tasks.models import ImportRun
from platform_core.tasks.queries import json_sql
from tenants.scope import current_organization

Json = dict[str, Any]

# Credentials for a project's media; no receiver needs them.
SECRET_KEYS: Final = frozenset({"task_data_login", "task_data_password", "token"})

# Receivers are no member: what is a member's own, such as drafts, is not theirs.
_NOBODY: Final[Json] = {"member": None, "only_by": None}
_PROJECT = f"""
    SELECT row_to_json(o)::text FROM (SELECT {project_columns()} FROM {JOINS} WHERE p.id = %(id)s) o"""
_ANNOTATIONS = f"""
    SELECT {json_sql.ANNOTATION}::text FROM tasks_annotation a LEFT JOIN members_member m ON m.id = a.completed_by_id
    WHERE a.id = ANY(%s) ORDER BY a.id"""
_TASKS = f"SELECT {json_sql.TASK_ONLY}::text FROM tasks_task t WHERE t.id = ANY(%(ids)s) ORDER BY t.id"
_IMPORTED = f"""
    SELECT {json_sql.TASK_ONLY}::text FROM tasks_task t
    WHERE t.project_id = %(project)s AND t.id > %(after)s AND t.id BETWEEN %(first)s AND %(last)s
    ORDER BY t.id LIMIT %(limit)s"""


def project_document(project_id: int) -> Json | None:
    """Return a project, or None when it is gone."""
    with connection.cursor() as cursor:
        cursor.execute(_PROJECT, {**_NOBODY, "id": project_id, "organization": current_organization().id})
        row = cursor.fetchone()
    if row is None:
        return None
    return {name: value for name, value in json.loads(row[0]).items() if name not in SECRET_KEYS}


def task_documents(ids: Sequence[int]) -> list[Json]:
    """Return the tasks that are there, without their annotations and predictions, in order of ids."""
    with connection.cursor() as cursor:
        cursor.execute(_TASKS, {**_NOBODY, "ids": list(ids)})
        return [json.loads(row[0]) for row in cursor.fetchall()]


def annotation_documents(ids: Sequence[int]) -> list[Json]:
    """Return the annotations that are there, in order of ids."""
    with connection.cursor() as cursor:
        cursor.execute(_ANNOTATIONS, [list(ids)])
        return [json.loads(row[0]) for row in cursor.fetchall()]


def imported_task_documents(import_id: int, *, after: int, limit: int) -> list[Json]:
    """Return tasks that an import made, in order of ids, those after the id `after`, at most `limit`."""
    run = ImportRun.objects.filter(pk=import_id).first()
    if run is None or not run.task_ids:
        return []
    first, last = run.task_ids
    values = {"project": run.project_id, "after": after, "first": first, "last": last, "limit": limit, **_NOBODY}
    with connection.cursor() as cursor:
        cursor.execute(_IMPORTED, values)
        return [json.loads(row[0]) for row in cursor.fetchall()]
