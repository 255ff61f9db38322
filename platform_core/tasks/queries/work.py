"""Annotations and predictions as raw JSON."""

from collections.abc import Sequence

from django.db import connection

from platform_core.tasks.queries import json_sql

_ANNOTATIONS = f"""
    SELECT {json_sql.ANNOTATION}::text FROM tasks_annotation a LEFT JOIN members_member m ON m.id = a.completed_by_id
    WHERE a.id = ANY(%s) ORDER BY a.id"""
_PREDICTIONS = f"SELECT {json_sql.PREDICTION}::text FROM tasks_prediction p WHERE p.id = ANY(%s) ORDER BY p.id"


def annotations_json(ids: Sequence[int]) -> list[bytes]:
    """Return annotations by id, in order of ids."""
    return _rows(_ANNOTATIONS, ids)


def predictions_json(ids: Sequence[int]) -> list[bytes]:
    """Return predictions by id, in order of ids."""
    return _rows(_PREDICTIONS, ids)


def _rows(query: str, ids: Sequence[int]) -> list[bytes]:
    with connection.cursor() as cursor:
        cursor.execute(query, [list(ids)])
        return [row[0].encode() for row in cursor.fetchall()]
