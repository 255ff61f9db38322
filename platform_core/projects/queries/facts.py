"""What is in a project, counted by the database: people, models, data columns, controls and labels in use.

Scans are bounded: of a large project the newest rows are looked at, and the answer says how many.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.db import connection

from platform_core.members.avatar_paths import avatar_sql
from platform_core.members.principal import Principal

MAX_ROWS: Final = 100_000

_ANNOTATORS: Final = f"""
    SELECT m.id, m.username, m.first_name, m.last_name, m.email, {avatar_sql("m")} AS avatar
    FROM members_member m
    WHERE (%(only)s::bigint IS NULL OR m.id = %(only)s) AND EXISTS (
        SELECT FROM tasks_annotation a WHERE a.completed_by_id = m.id AND a.project_id = %(project)s)
    ORDER BY m.id"""
_MODEL_VERSIONS: Final = """
    SELECT COALESCE(model_version, ''), count(*), max(created_at) FROM tasks_prediction
    WHERE project_id = %(project)s GROUP BY 1 ORDER BY 3 DESC, 1"""
_HAS_VERSION: Final = """
    SELECT EXISTS (SELECT FROM tasks_prediction WHERE project_id = %(project)s AND model_version = %(version)s)"""
_COLUMNS: Final = """
    WITH seen AS (SELECT data FROM tasks_task WHERE project_id = %(project)s ORDER BY id DESC LIMIT %(rows)s)
    SELECT (SELECT count(*) FROM seen), key, count(*) FROM seen CROSS JOIN LATERAL jsonb_object_keys(
        CASE WHEN jsonb_typeof(seen.data) = 'object' THEN seen.data ELSE '{}'::jsonb END) key
    GROUP BY key ORDER BY 3 DESC, key LIMIT 1000"""
_WORK: Final = """
    WITH seen AS (SELECT result FROM tasks_annotation
                  WHERE project_id = %(project)s AND NOT was_cancelled ORDER BY id DESC LIMIT %(rows)s),
    regions AS (SELECT region FROM seen CROSS JOIN LATERAL jsonb_array_elements(
        CASE WHEN jsonb_typeof(seen.result) = 'array' THEN seen.result ELSE '[]'::jsonb END) region
        WHERE region->>'from_name' IS NOT NULL)
    SELECT region->>'from_name', region->>'to_name', region->>'type', label #>> '{}', count(*)
    FROM regions LEFT JOIN LATERAL jsonb_array_elements(
        CASE WHEN region->>'type' <> 'textarea' AND jsonb_typeof(region->'value'->(region->>'type')) = 'array'
             THEN region->'value'->(region->>'type') ELSE '[]'::jsonb END) label ON true
    GROUP BY GROUPING SETS ((1, 2, 3), (1, 4)) ORDER BY 1, 2, 3, 4 LIMIT 5000"""


def unique_annotators(principal: Principal, project_id: int) -> list[dict[str, Any]]:
    """Return the members who annotated in a project; only oneself where others' annotations are hidden."""
    only = None if principal.can("annotations.view_all") else principal.id
    return _rows(_ANNOTATORS, {"project": project_id, "only": only})


def model_versions(project_id: int) -> list[dict[str, Any]]:
    """Return version, number of predictions and latest prediction of each model, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(_MODEL_VERSIONS, {"project": project_id})
        return [{"model_version": name, "count": count, "latest": latest} for name, count, latest in cursor.fetchall()]


def has_predictions_of(project_id: int, model_version: str) -> bool:
    """Say whether a project has predictions of a model."""
    with connection.cursor() as cursor:
        cursor.execute(_HAS_VERSION, {"project": project_id, "version": model_version})
        return bool(cursor.fetchone()[0])


def project_summary(project_id: int) -> dict[str, Any]:
    """Return data columns and used controls and labels in the shape of Label Studio's project summary."""
    arguments = {"project": project_id, "rows": MAX_ROWS}
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS, arguments)
        columns = cursor.fetchall()
        # One pass counts both the controls and the labels; the planner's work memory is all that it takes.
        cursor.execute(_WORK, arguments)
        work = cursor.fetchall()
    tasks = columns[0][0] if columns else 0
    labels: dict[str, dict[str, int]] = {}
    annotations: dict[str, int] = {}
    for control, target, kind, label, count in work:
        if kind is not None:
            annotations[f"{control}|{target}|{kind}"] = count
        elif label is not None:
            labels.setdefault(control, {})[label] = count
    return {
        "project": project_id,
        "tasks_seen": tasks,
        "all_data_columns": {key: count for _, key, count in columns},
        "common_data_columns": sorted(key for _, key, count in columns if count == tasks),
        "created_annotations": annotations,
        "created_labels": labels,
    }


def _rows(statement: str, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
