"""Drafts: saved while somebody works, seen by nobody else, consumed by the submission.

They are no records of work, so saving one writes neither audit nor event: an editor saves every few seconds.
"""

from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction

from platform_core.api.errors import NotFoundError, PreconditionFailedError
from platform_core.api.preconditions import etag_of, require_match
from platform_core.members.principal import Principal
from platform_core.projects.queries.visible import visibility, visible_project_condition
from platform_core.tasks.queries.drafts import own_draft_json
from platform_core.tasks.queries.visible import visible_annotation, visible_task
from platform_core.tasks.services.annotation_writes import json_text

_FIELDS: Final = ("result", "lead_time", "was_postponed")
_SAVE: Final = f"""
    WITH saved AS (
        INSERT INTO tasks_annotationdraft AS d
            (task_id, project_id, annotation_id, member_id, result, lead_time, was_postponed, version, created_at,
             updated_at)
        SELECT t.id, t.project_id, %(annotation)s, %(member)s, %(result)s, %(lead_time)s, %(was_postponed)s, 1,
               statement_timestamp(), statement_timestamp()
        FROM tasks_task t WHERE t.id = %(task)s AND {visible_project_condition("t.project_id")}
        ON CONFLICT (task_id, member_id, annotation_id) DO UPDATE SET
            result = excluded.result, lead_time = excluded.lead_time, was_postponed = excluded.was_postponed,
            version = d.version + 1, updated_at = statement_timestamp()
        WHERE %(version)s::int IS NULL OR d.version = %(version)s::int
        RETURNING id, version),
    unlocked AS (
        DELETE FROM tasks_tasklock WHERE %(was_postponed)s AND task_id = %(task)s AND member_id = %(member)s)
    SELECT id, version FROM saved"""  # noqa: S608  (constants)
_CHANGE: Final = """
    WITH saved AS (
        UPDATE tasks_annotationdraft SET
            result = COALESCE(%(result)s::jsonb, result), lead_time = COALESCE(%(lead_time)s::float8, lead_time),
            was_postponed = COALESCE(%(was_postponed)s::boolean, was_postponed), version = version + 1,
            updated_at = statement_timestamp()
        WHERE id = %(draft)s RETURNING id, version, task_id, was_postponed),
    unlocked AS (
        DELETE FROM tasks_tasklock k USING saved s
        WHERE s.was_postponed AND k.task_id = s.task_id AND k.member_id = %(member)s)
    SELECT id, version FROM saved"""
_LOCK: Final = "SELECT version FROM tasks_annotationdraft WHERE id = %s FOR UPDATE"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedDraft:
    """A draft as it is answered."""

    content: bytes
    version: int


@transaction.atomic
def save_draft(*, task_id: int, annotation_id: int | None, values: dict[str, Any], actor: Principal) -> SavedDraft:
    """Save the member's draft of a task, or of one of its annotations; there is one of each, which is overwritten.

    Args:
        values: checked fields: result, lead_time, was_postponed, and `version`, which the draft must then have.

    Raises:
        NotFoundError: the task or the annotation is not visible.
        PreconditionFailedError: the draft has another version.
    """
    if annotation_id is not None and visible_annotation(actor, annotation_id).task_id != task_id:
        raise NotFoundError(f"Task {task_id} has no annotation {annotation_id}.")
    arguments = {
        "task": task_id,
        "annotation": annotation_id,
        "result": json_text(values.get("result") or []),
        "lead_time": values.get("lead_time"),
        "was_postponed": bool(values.get("was_postponed")),
        "version": values.get("version"),
        **visibility(actor),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SAVE, arguments)
        row = cursor.fetchone()
    if row is None:
        visible_task(actor, task_id)
        raise PreconditionFailedError("The draft was saved from somewhere else meanwhile. Read it again.")
    return _saved(actor, row[0])


@transaction.atomic
def change_draft(*, draft_id: int, values: dict[str, Any], actor: Principal, if_match: str | None = None) -> SavedDraft:
    """Save a draft again; fields that are not given stay.

    Args:
        values: as of `save_draft`.
        if_match: entity tags of which one must be the draft's.

    Raises:
        NotFoundError: it is not the member's, or was submitted meanwhile.
        PreconditionFailedError: it has another version.
    """
    version = _locked_version(draft_id, actor)
    require_match(if_match, version)
    if values.get("version") not in (None, version):
        raise PreconditionFailedError(
            "The draft was saved from somewhere else meanwhile. Read it again.",
            data={"etag": etag_of(version), "version": version},
        )
    result = json_text(values["result"]) if values.get("result") is not None else None
    arguments = {**{name: values.get(name) for name in _FIELDS}, "result": result, "draft": draft_id}
    with connection.cursor() as cursor:
        cursor.execute(_CHANGE, {**arguments, "member": actor.id})
    return _saved(actor, draft_id)


@transaction.atomic
def delete_draft(*, draft_id: int, actor: Principal, if_match: str | None = None) -> None:
    """Throw a draft away; raises as `change_draft`."""
    require_match(if_match, _locked_version(draft_id, actor))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM tasks_annotationdraft WHERE id = %s", [draft_id])


def own_draft(actor: Principal, draft_id: int) -> SavedDraft:
    """Return a draft.

    Raises:
        NotFoundError: it is not the member's.
    """
    return _saved(actor, draft_id)


def _locked_version(draft_id: int, actor: Principal) -> int:
    _saved(actor, draft_id)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [draft_id])
        row = cursor.fetchone()
    if row is None:
        raise _gone(draft_id)
    return int(row[0])


def _saved(actor: Principal, draft_id: int) -> SavedDraft:
    found = own_draft_json(actor, draft_id)
    if found is None:
        raise _gone(draft_id)
    return SavedDraft(content=found[0], version=found[1])


def _gone(draft_id: int) -> NotFoundError:
    return NotFoundError(f"There is no draft {draft_id}.")
