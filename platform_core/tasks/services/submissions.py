"""Submitting annotations: four statements, whatever changes with it."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

import orjson
from django.db import connection, transaction

from platform_core.api.errors import PermissionDeniedError, ValidationFailedError
from platform_core.events.services import record_audit
from platform_core.events.written import ChangeRecord
from platform_core.members.models import Member
from platform_core.members.principal import Principal
from platform_core.tasks.models import LastAction
from platform_core.tasks.queries import json_sql
from platform_core.tasks.queries.at_work import TaskAtWork, lock_task
from platform_core.tasks.queries.parents import parents_of_task
from platform_core.tasks.services.annotation_writes import (
    Counted,
    WrittenRow,
    count_regions,
    json_text,
    write_annotation,
)
from platform_core.tasks.services.checks import Submission, check_submission, usable_config

_TAKEN: Final = f"""
    SELECT {json_sql.ANNOTATION}::text, a.id, {json_sql.microseconds("a.updated_at")}, a.warnings::text,
           a.task_id = %(task)s AND a.completed_by_id = %(author)s AND a.result = %(result)s::jsonb
           AND a.was_cancelled = %(was_cancelled)s AND a.ground_truth = %(ground_truth)s
           AND a.lead_time IS NOT DISTINCT FROM %(lead_time)s::float8
    FROM tasks_annotation a LEFT JOIN members_member m ON m.id = a.completed_by_id WHERE a.unique_id = %(unique_id)s"""  # noqa: S608  (constants)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """An annotation as it is answered.

    Attributes:
        content: the annotation as JSON, without warnings.
        version: microseconds of its last change.
        made: False where the same submission had come before.
    """

    pk: int
    content: bytes
    version: int
    warnings: list[dict[str, Any]]
    made: bool = True


@transaction.atomic
def create_annotation(*, task_id: int, values: dict[str, Any], actor: Principal) -> Submitted:
    """Submit an annotation, or skip the task when `was_cancelled` is set; the member's draft and lock are consumed.

    Args:
        values: checked fields: result, was_cancelled, ground_truth, lead_time, unique_id, import_id, completed_by,
            parent_prediction, parent_annotation, draft_created_at, warning_reasons.

    Raises:
        NotFoundError: the task is not visible.
        ValidationFailedError: the result breaks a rule, the task may not be skipped, or another annotation has the
            unique id.
        PermissionDeniedError: it is submitted for somebody else, without the right to change others' annotations.
        PluginDisabledError: the project needs a plugin that is off.
    """
    return submit(lock_task(actor, task_id), values, actor)


def submit(task: TaskAtWork, values: dict[str, Any], actor: Principal, *, bulk: bool = False) -> Submitted:
    """Submit an annotation for a task that is locked; raises as `create_annotation`."""
    compiled = usable_config(task.project, actor)
    submission = Submission(
        result=values.get("result") or [],
        submitted=not values.get("was_cancelled"),
        reasons=values.get("warning_reasons") or {},
    )
    refuse_forbidden_skip(task, skipped=not submission.submitted)
    author = author_of(values.get("completed_by"), actor)
    warnings = check_submission(task.project, compiled, submission, task_id=task.pk, principal=actor)
    counted = Counted(was_cancelled=not submission.submitted, ground_truth=bool(values.get("ground_truth")))
    arguments = {
        "member": actor.id,
        "author": author,
        "result": json_text(submission.result),
        "result_count": count_regions(submission.result),
        "was_cancelled": counted.was_cancelled,
        "ground_truth": counted.ground_truth,
        "lead_time": values.get("lead_time"),
        "unique_id": values.get("unique_id") or uuid4(),
        "import_id": values.get("import_id"),
        "last_action": (LastAction.SKIPPED if counted.was_cancelled else LastAction.SUBMITTED).value,
        "draft_created_at": values.get("draft_created_at"),
        "warnings": json_text(warnings),
        "reasons": json_text(submission.reasons),
        "bulk": bulk,
        **parents_of_task(task.pk, values),
    }
    row = write_annotation("insert", task, arguments, before=None, after=counted)
    if row is None:
        return _same_as_before({**arguments, "task": task.pk}, values["unique_id"])
    tell("created", task, row, author=author, actor=actor)
    return Submitted(pk=row.pk, content=row.content, version=row.version, warnings=warnings)


def refuse_forbidden_skip(task: TaskAtWork, *, skipped: bool) -> None:
    """Refuse to skip a task that must be done.

    Raises:
        ValidationFailedError: the task's `allow_skip` is off.
    """
    if skipped and not task.allow_skip:
        raise ValidationFailedError(validation_errors={"was_cancelled": ["This task may not be skipped."]})


def author_of(wanted: int | None, actor: Principal) -> int:
    """Return whose annotation it becomes: the actor's, unless they may act for others and name one.

    Raises:
        PermissionDeniedError: somebody else is named without the right to.
        ValidationFailedError: nobody here has this id.
    """
    if wanted is None or wanted == actor.id:
        return actor.id
    if not actor.can("annotations.change_all"):
        raise PermissionDeniedError(
            "You may submit your own annotations only.", data={"permission": "annotations.change_all"}
        )
    if not Member.objects.filter(pk=wanted, removed_at=None).exists():
        raise ValidationFailedError(validation_errors={"completed_by": [f"There is no member {wanted}."]})
    return wanted


def tell(what: str, task: TaskAtWork, row: WrittenRow, *, author: int | None, actor: Principal) -> None:
    """Write the audit entry and the events of a write: `annotation.<what>`, and what it completed."""
    place = {"annotation": row.pk, "task": task.pk, "project": task.project.pk}
    change = ChangeRecord(
        actor=actor, action=f"annotation.{what}", target_type="annotation", target_id=row.pk, data=place
    )
    # With the author, so that handlers that count work need not look at rows that may be gone by then.
    change.emit_event(type=f"annotation.{what}", payload={**place, "completed_by": author})
    if row.task_finished:
        change.emit_event(type="task.completed", payload={"task": task.pk, "project": task.project.pk})
    if row.project_change == "completed":
        change.emit_event(type="project.completed", payload={"project": task.project.pk})
    change.write()
    if row.project_change is not None:
        record_audit(
            actor=actor,
            action=f"project.{row.project_change}",
            target_type="project",
            target_id=task.project.pk,
            data={"annotation": row.pk},
        )


def _same_as_before(arguments: dict[str, Any], unique_id: UUID) -> Submitted:
    """Return the annotation that has the unique id, when it is this one: the client repeats a call.

    Raises:
        ValidationFailedError: it is another one.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, arguments)
        row = cursor.fetchone()
    if row is None or not row[4]:
        message = f"An annotation with the unique_id {unique_id} exists already."
        raise ValidationFailedError(validation_errors={"unique_id": [message]})
    content, pk, version, warnings, _same = row
    return Submitted(pk=pk, content=content.encode(), version=version, warnings=orjson.loads(warnings), made=False)
