"""SQL expressions that write Label Studio's JSON objects, so that no row becomes Python objects on its way out.

Aliases: `t` tasks_task, `a` tasks_annotation, `p` tasks_prediction, `m` members_member, `d` tasks_annotationdraft, `dm`
the member whose draft it is. Nothing here holds input; what shows drafts takes the argument `member`.
"""

from typing import Final

from platform_core.members.avatar_paths import avatar_sql


def moment(column: str) -> str:
    """Return a timestamp as ISO 8601 text in UTC with microseconds and `Z`. Connections run in UTC."""
    return f'to_char({column}, \'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\')'


def microseconds(column: str) -> str:
    """Return a timestamp as whole microseconds since 1970: the version of a row."""
    return f"(extract(epoch FROM {column}) * 1000000)::bigint"


def json_object(pairs: dict[str, str]) -> str:
    """Return a `json_build_object` of key to SQL expression."""
    return "json_build_object(" + ", ".join(f"'{key}', {expression}" for key, expression in pairs.items()) + ")"


_ANNOTATION: Final = {
    "id": "a.id",
    "result": "a.result",
    "created_username": "' ' || COALESCE(m.email, '') || ', ' || COALESCE(a.completed_by_id::text, '')",
    "created_ago": "''",
    "completed_by": "a.completed_by_id",
    "was_cancelled": "a.was_cancelled",
    "ground_truth": "a.ground_truth",
    "created_at": moment("a.created_at"),
    "updated_at": moment("a.updated_at"),
    "draft_created_at": moment("a.draft_created_at"),
    "lead_time": "a.lead_time",
    "import_id": "a.import_id",
    "last_action": "a.last_action",
    "bulk_created": "a.bulk_created",
    "unique_id": "a.unique_id",
    "task": "a.task_id",
    "project": "a.project_id",
    "updated_by": "a.updated_by_id",
    "parent_prediction": "a.parent_prediction_id",
    "parent_annotation": "a.parent_annotation_id",
    "last_created_by": "a.last_created_by_id",
}
_COMPLETED_BY: Final = json_object(
    {
        "id": "m.id",
        "email": "m.email",
        "first_name": "m.first_name",
        "last_name": "m.last_name",
        "avatar": avatar_sql("m"),
        "initials": "upper(left(m.email, 2))",
    }
)
_PREDICTION: Final = {
    "id": "p.id",
    "result": "p.result",
    "model_version": "p.model_version",
    "created_ago": "''",
    "score": "p.score",
    "cluster": "p.cluster",
    "neighbors": "p.neighbors",
    "mislabeling": "p.mislabeling",
    "created_at": moment("p.created_at"),
    "updated_at": moment("p.updated_at"),
    "model": "NULL",
    "model_run": "NULL",
    "task": "p.task_id",
    "project": "p.project_id",
}
ANNOTATION: Final = json_object(_ANNOTATION)
ANNOTATION_WITH_AUTHOR: Final = json_object({**_ANNOTATION, "completed_by": _COMPLETED_BY})
PREDICTION: Final = json_object(_PREDICTION)

_DRAFT: Final = {
    "id": "d.id",
    "user": "dm.email",
    "created_username": "' ' || dm.email || ', ' || d.member_id",
    "created_ago": "''",
    "result": "d.result",
    "lead_time": "d.lead_time",
    "was_postponed": "d.was_postponed",
    "import_id": "NULL",
    "created_at": moment("d.created_at"),
    "updated_at": moment("d.updated_at"),
    "version": "d.version",
    "task": "d.task_id",
    "annotation": "d.annotation_id",
}
DRAFT: Final = json_object(_DRAFT)
# Few tasks of a list have one; those are found once a statement, and only they are looked up.
_HAS_DRAFT: Final = "t.id IN (SELECT d.task_id FROM tasks_annotationdraft d WHERE d.member_id = %(member)s)"
DRAFT_EXISTS: Final = _HAS_DRAFT
_DRAFTS: Final = f"""CASE WHEN {_HAS_DRAFT} THEN (
    SELECT json_agg({DRAFT} ORDER BY d.id) FROM tasks_annotationdraft d JOIN members_member dm ON dm.id = d.member_id
    WHERE d.task_id = t.id AND d.member_id = %(member)s) ELSE '[]'::json END"""

_TASK_ROW: Final = {
    "id": "t.id",
    "data": "t.data",
    "meta": "t.meta",
    "created_at": moment("t.created_at"),
    "updated_at": moment("t.updated_at"),
    "is_labeled": "t.is_labeled",
    "overlap": "t.overlap",
    "inner_id": "t.inner_id",
    "total_annotations": "t.total_annotations",
    "cancelled_annotations": "t.cancelled_annotations",
    "total_predictions": "t.total_predictions",
    "completed_at": moment("t.completed_at"),
    "storage_filename": "t.storage_filename",
    "allow_skip": "t.allow_skip",
    "project": "t.project_id",
    "file_upload": "t.file_upload_id",
    "comment_count": "0",
    "unresolved_comment_count": "0",
    "last_comment_updated_at": "NULL",
    "comment_authors": "'[]'::json",
    "drafts": _DRAFTS,
    "draft_exists": _HAS_DRAFT,
}
_UPDATED_BY_LIST: Final = (
    "CASE WHEN t.updated_by_id IS NULL THEN '[]'::json "
    "ELSE json_build_array(json_build_object('user_id', t.updated_by_id)) END"
)
TASK_ONLY: Final = json_object({**_TASK_ROW, "updated_by": _UPDATED_BY_LIST})

# One pass over the annotations of a task gives all the fields that lists show of them.
ANNOTATIONS_OF_TASK: Final = f"""
    LEFT JOIN LATERAL (
        SELECT json_agg({ANNOTATION} ORDER BY a.id) AS items,
               json_agg(DISTINCT a.completed_by_id) FILTER (WHERE a.completed_by_id IS NOT NULL) AS annotators,
               json_agg(a.result ORDER BY a.id)::text AS results, string_agg(a.id::text, ',' ORDER BY a.id) AS ids,
               avg(a.lead_time) AS avg_lead_time
        FROM tasks_annotation a LEFT JOIN members_member m ON m.id = a.completed_by_id
        WHERE a.task_id = t.id AND (%(only_by)s::bigint IS NULL OR a.completed_by_id = %(only_by)s)
    ) an ON t.total_annotations + t.cancelled_annotations > 0"""
PREDICTIONS_OF_TASK: Final = f"""
    LEFT JOIN LATERAL (
        SELECT json_agg({PREDICTION} ORDER BY p.id) AS items, json_agg(p.result ORDER BY p.id)::text AS results,
               string_agg(DISTINCT p.model_version, ',') AS versions, avg(p.score) AS score
        FROM tasks_prediction p WHERE p.task_id = t.id
    ) pr ON t.total_predictions > 0"""
_TASK_ALL: Final = {
    **_TASK_ROW,
    "updated_by": _UPDATED_BY_LIST,
    "annotations": "COALESCE(an.items, '[]'::json)",
    "annotators": "COALESCE(an.annotators, '[]'::json)",
    "annotations_results": "COALESCE(an.results, '')",
    "annotations_ids": "COALESCE(an.ids, '')",
    "avg_lead_time": "an.avg_lead_time",
    "predictions": "COALESCE(pr.items, '[]'::json)",
    "predictions_results": "COALESCE(pr.results, '')",
    "predictions_model_versions": "COALESCE(pr.versions, '')",
    "predictions_score": "pr.score",
}
TASK_ALL: Final = json_object(_TASK_ALL)
TASK_FIELDS: Final = _TASK_ALL
"""Each field that a list can show, with its expression."""

_EXPORTED_ANNOTATION: Final = {
    **{key: value for key, value in _ANNOTATION.items() if key not in {"created_username", "created_ago"}},
    "prediction": "COALESCE(a.prediction, '{}'::jsonb)",
    "result_count": "a.result_count",
}
_EXPORTED_AUTHOR: Final = """(SELECT json_build_object('id', m.id, 'email', m.email, 'first_name', m.first_name,
    'last_name', m.last_name) FROM members_member m WHERE m.id = a.completed_by_id)"""
_EXPORTED_TASK: Final = {
    "id": "t.id",
    "annotations": "",
    "file_upload": """CASE WHEN t.file_upload_id IS NULL THEN NULL ELSE (SELECT replace(f.key::text, '-', '') || '-'
        || f.name FROM tasks_fileupload f WHERE f.id = t.file_upload_id) END""",
    "drafts": "",
    "predictions": "",
    "data": "t.data",
    "meta": "COALESCE(t.meta, '{}'::jsonb)",
    "created_at": moment("t.created_at"),
    "updated_at": moment("t.updated_at"),
    "allow_skip": "t.allow_skip",
    "inner_id": "t.inner_id",
    "total_annotations": "t.total_annotations",
    "cancelled_annotations": "t.cancelled_annotations",
    "total_predictions": "t.total_predictions",
    "comment_count": "0",
    "unresolved_comment_count": "0",
    "last_comment_updated_at": "NULL",
    "project": "t.project_id",
    "updated_by": "t.updated_by_id",
    "comment_authors": "'[]'::json",
}


def exported_task(
    *, annotations: str = "", full_authors: bool = False, full_predictions: bool = True, full_drafts: bool = True
) -> str:
    """Return the expression of one task in a JSON export.

    Args:
        annotations: condition that begins with AND, about the annotation `a`; empty for all of them.
        full_authors: `completed_by` as an object, not an id.
        full_predictions: predictions as objects, not ids.
        full_drafts: drafts of all members as objects, not ids.
    """
    author = {"completed_by": _EXPORTED_AUTHOR} if full_authors else {}
    annotation = json_object({**_EXPORTED_ANNOTATION, **author})
    return json_object(
        {
            **_EXPORTED_TASK,
            "annotations": f"""COALESCE((SELECT json_agg({annotation} ORDER BY a.id)
                FROM tasks_annotation a WHERE a.task_id = t.id {annotations}), '[]'::json)""",
            "drafts": f"""CASE WHEN t.id IN (SELECT d.task_id FROM tasks_annotationdraft d) THEN (
                SELECT json_agg({DRAFT if full_drafts else "d.id"} ORDER BY d.id) FROM tasks_annotationdraft d
                JOIN members_member dm ON dm.id = d.member_id WHERE d.task_id = t.id) ELSE '[]'::json END""",
            "predictions": f"""CASE WHEN t.total_predictions = 0 THEN '[]'::json
                ELSE COALESCE((SELECT json_agg({PREDICTION if full_predictions else "p.id"} ORDER BY p.id)
                FROM tasks_prediction p WHERE p.task_id = t.id), '[]'::json) END""",
        }
    )
