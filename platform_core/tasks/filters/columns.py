"""The columns of tasks that the platform itself has: the only names that reach SQL, each with its fixed expression.

Aliases: `t` tasks_task, `a` tasks_annotation, `p` tasks_prediction. `%(only_by)s` is the member whose annotations alone
may be looked at, or NULL; `%(member)s` whose drafts count.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from platform_core.tasks.filters.types import Column
from platform_core.tasks.queries.json_sql import DRAFT_EXISTS

ANNOTATION_IS_VISIBLE: Final = "(%(only_by)s::bigint IS NULL OR a.completed_by_id = %(only_by)s)"
_HAS_ANNOTATIONS: Final = "t.total_annotations + t.cancelled_annotations > 0"


def _of_annotations(expression: str) -> str:
    """Return an aggregate over a task's annotations; tasks without any are not looked up."""
    return (
        f"(CASE WHEN {_HAS_ANNOTATIONS} THEN (SELECT {expression} FROM tasks_annotation a "
        f"WHERE a.task_id = t.id AND {ANNOTATION_IS_VISIBLE}) END)"
    )


def _of_predictions(expression: str) -> str:
    return (
        f"(CASE WHEN t.total_predictions > 0 THEN "
        f"(SELECT {expression} FROM tasks_prediction p WHERE p.task_id = t.id) END)"
    )


_COLUMNS: Final = (
    Column(key="id", title="ID", kind="Number", sql="t.id", nullable=False),
    Column(key="inner_id", title="Inner ID", kind="Number", sql="t.inner_id", nullable=False),
    Column(key="completed_at", title="Completed", kind="Datetime", sql="t.completed_at"),
    Column(
        key="total_annotations", title="Annotations per task", kind="Number", sql="t.total_annotations", nullable=False
    ),
    Column(
        key="cancelled_annotations",
        title="Cancelled annotations per task",
        kind="Number",
        sql="t.cancelled_annotations",
        nullable=False,
    ),
    Column(
        key="total_predictions", title="Predictions per task", kind="Number", sql="t.total_predictions", nullable=False
    ),
    Column(
        key="annotators",
        title="Annotated by",
        kind="User",
        sql=_of_annotations("array_agg(DISTINCT a.completed_by_id) FILTER (WHERE a.completed_by_id IS NOT NULL)"),
    ),
    Column(
        key="annotations_results",
        title="Annotation results",
        kind="String",
        sql=_of_annotations("string_agg(a.result::text, ', ' ORDER BY a.id)"),
    ),
    Column(
        key="annotations_ids",
        title="Annotation IDs",
        kind="String",
        sql=_of_annotations("string_agg(a.id::text, ',' ORDER BY a.id)"),
    ),
    Column(
        key="avg_lead_time",
        title="Lead time in seconds",
        kind="Number",
        sql=_of_annotations("avg(a.lead_time)::numeric"),
    ),
    Column(
        key="ground_truth",
        title="Ground truth",
        kind="Boolean",
        sql=f"COALESCE({_of_annotations('bool_or(a.ground_truth)')}, false)",
        nullable=False,
    ),
    Column(
        key="predictions_score", title="Prediction score", kind="Number", sql=_of_predictions("avg(p.score)::numeric")
    ),
    Column(
        key="predictions_model_versions",
        title="Prediction model versions",
        kind="String",
        sql=_of_predictions("string_agg(DISTINCT p.model_version, ',')"),
    ),
    Column(
        key="predictions_results",
        title="Prediction results",
        kind="String",
        sql=_of_predictions("string_agg(p.result::text, ', ' ORDER BY p.id)"),
    ),
    Column(
        key="file_upload",
        title="Upload filename",
        kind="String",
        sql="(SELECT f.name FROM tasks_fileupload f WHERE f.id = t.file_upload_id)",
    ),
    Column(key="storage_filename", title="Storage filename", kind="String", sql="t.storage_filename"),
    Column(key="created_at", title="Created at", kind="Datetime", sql="t.created_at", nullable=False),
    Column(key="updated_at", title="Updated at", kind="Datetime", sql="t.updated_at", nullable=False),
    Column(
        key="updated_by",
        title="Updated by",
        kind="User",
        sql="(CASE WHEN t.updated_by_id IS NOT NULL THEN ARRAY[t.updated_by_id] END)",
    ),
    Column(
        key="assignees",
        title="Assigned to",
        kind="User",
        # Not a mere sub-select: of that, ANY would take the rows and not the list.
        sql=(
            "NULLIF((SELECT array_agg(x.member_id ORDER BY x.member_id) FROM tasks_taskassignee x "
            "WHERE x.task_id = t.id), '{}')"
        ),
    ),
    Column(key="is_labeled", title="Finished", kind="Boolean", sql="t.is_labeled", nullable=False),
    Column(key="overlap", title="Annotations needed", kind="Number", sql="t.overlap", nullable=False),
    Column(key="draft_exists", title="Drafts", kind="Boolean", sql=f"({DRAFT_EXISTS})", nullable=False, cached=False),
)
CORE_COLUMNS: Final[Mapping[str, Column]] = MappingProxyType({column.key: column for column in _COLUMNS})


def with_columns(added: Iterable[Column]) -> Mapping[str, Column]:
    """Return the platform's columns and those of plugins, whose keys have a dot and can therefore not clash."""
    more = {column.key: column for column in added}
    return MappingProxyType({**CORE_COLUMNS, **more}) if more else CORE_COLUMNS
