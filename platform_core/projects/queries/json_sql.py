"""Label Studio's project object, written by the database: no row becomes Python objects on its way out.

Aliases: `p` projects_project, `c` projects_projectcounters, `m` members_member. Nothing here holds input.
"""

from collections.abc import Iterable
from typing import Final

from platform_core.members.avatar_paths import avatar_sql
from platform_core.projects.managers import COUNTERS

_STORED: Final = (
    "id",
    "title",
    "description",
    "label_config",
    "expert_instruction",
    "show_instruction",
    "show_skip_button",
    "enable_empty_annotation",
    "show_annotation_history",
    "color",
    "maximum_annotations",
    "is_published",
    "model_version",
    "is_draft",
    "min_annotations_to_start_training",
    "start_training_on_annotation_update",
    "show_collab_predictions",
    "sampling",
    "show_ground_truth_first",
    "annotator_evaluation_enabled",
    "show_overlap_first",
    "overlap_cohort_percentage",
    "task_data_login",
    "control_weights",
    "parsed_label_config",
    "evaluate_predictions_automatically",
    "skip_queue",
    "require_warning_reasons",
    "reveal_preannotations_interactively",
)


def _moment(column: str) -> str:
    """Return a timestamp as ISO 8601 text in UTC with microseconds and `Z`. Connections run in UTC."""
    return f'to_char({column}, \'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\')'


# Every control is a choice, so that one answer can be given to many tasks at once.
_SUITS_BULK: Final = """(p.parsed_label_config <> '{}'::jsonb
    AND NOT jsonb_path_exists(p.parsed_label_config, '$.*.type ? (@ != "Choices")'))"""
_STATE: Final = """CASE WHEN c.task_number > 0 AND c.task_number = c.finished_task_number THEN 'COMPLETED'
    WHEN c.total_annotations_number > 0 THEN 'IN_PROGRESS' ELSE 'CREATED' END"""
_CREATOR: Final = f"""CASE WHEN m.id IS NULL THEN NULL ELSE json_build_object('id', m.id, 'first_name', m.first_name,
    'last_name', m.last_name, 'email', m.email, 'avatar', {avatar_sql("m")}, 'username', m.username) END"""
_DERIVED: Final = {
    "created_at": _moment("p.created_at"),
    "updated_at": _moment("p.updated_at"),
    "pinned_at": _moment("p.pinned_at"),
    # Stored secrets are never answered; the key is there because Label Studio's clients read it.
    "task_data_password": "NULL::text",
    "organization": "%(organization)s::bigint",
    "created_by": _CREATOR,
    "queue_total": "c.task_number",
    "queue_done": "c.finished_task_number",
    "config_has_control_tags": "p.parsed_label_config <> '{}'::jsonb",
    "config_suitable_for_bulk_annotation": _SUITS_BULK,
    # Tasks are handed out to whoever asks next; nobody is assigned beforehand.
    "assignment_settings": (
        "json_build_object('id', p.id, 'project', p.id, 'label_stream_task_distribution', 'auto_distribution')"
    ),
    "review_settings": "json_build_object('id', p.id, 'project', p.id)",
    "state": _STATE,
    "tasks_behind_rules": "LEAST(c.task_number, COALESCE(GREATEST(c.last_inner_id - c.rules_position, 0), 0))",
}
_COLUMNS: Final = {**{name: f"p.{name}" for name in _STORED}, **_DERIVED}

JOINS: Final = """projects_project p JOIN projects_projectcounters c ON c.project_id = p.id
    LEFT JOIN members_member m ON m.id = p.created_by_id"""


def project_columns(counters: Iterable[str] = COUNTERS, *, created_by: bool = True) -> str:
    """Return the select list of a project object.

    Args:
        counters: which counters to show; the others are null, as Label Studio answers what was not asked for.
        created_by: False leaves the maker out; for rows without a member beside them.
    """
    shown = set(counters)
    columns = {**_COLUMNS, **{name: f"c.{name}" if name in shown else "NULL::bigint" for name in COUNTERS}}
    if not created_by:
        del columns["created_by"]
    return ", ".join(f"{expression} AS {name}" for name, expression in columns.items())


def counter_columns(counters: Iterable[str]) -> str:
    """Return the select list of a project's id and counters."""
    shown = set(counters)
    return ", ".join(
        ["c.project_id AS id", *(f"{f'c.{name}' if name in shown else 'NULL::bigint'} AS {name}" for name in COUNTERS)]
    )


PROJECT_KEYS: Final = frozenset({*_COLUMNS, *COUNTERS})
