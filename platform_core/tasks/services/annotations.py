"""Changing and deleting annotations: the row, the counters, the history, the audit and the events together."""

from typing import Any

from django.db import transaction

from platform_core.api.errors import NotFoundError, PermissionDeniedError
from platform_core.api.preconditions import require_match
from platform_core.members.principal import Principal
from platform_core.tasks.models import LastAction
from platform_core.tasks.queries.at_work import TaskAtWork, lock_task
from platform_core.tasks.queries.parents import parents_of_task
from platform_core.tasks.queries.work import AnnotationFacts, annotation_facts
from platform_core.tasks.services.annotation_writes import (
    Counted,
    WrittenRow,
    count_regions,
    json_text,
    write_annotation,
)
from platform_core.tasks.services.checks import Submission, check_submission, usable_config
from platform_core.tasks.services.submissions import Submitted, author_of, refuse_forbidden_skip, tell

_CHECKED = frozenset({"result", "was_cancelled", "warning_reasons"})


@transaction.atomic
def update_annotation(
    *, annotation_id: int, values: dict[str, Any], actor: Principal, if_match: str | None = None
) -> Submitted:
    """Change an annotation; the member's draft of it is consumed.

    Args:
        if_match: entity tags of which one must be the annotation's.

    Raises:
        NotFoundError: it is not visible.
        PermissionDeniedError: it is somebody else's and the member may change only their own.
        ValidationFailedError: the new result breaks a rule.
        PreconditionFailedError: it was changed meanwhile.
    """
    task, old = _locked(annotation_id, actor, "annotations.change_all")
    require_match(if_match, old.version)
    result = values.get("result", old.result)
    cancelled = values.get("was_cancelled", old.was_cancelled)
    reasons = values.get("warning_reasons", old.warning_reasons)
    refuse_forbidden_skip(task, skipped=cancelled and not old.was_cancelled)
    warnings = old.warnings
    if not _CHECKED.isdisjoint(values):
        submission = Submission(result=result, submitted=not cancelled, previous=old.result, reasons=reasons)
        compiled = usable_config(task.project, actor)
        warnings = check_submission(task.project, compiled, submission, task_id=task.pk, principal=actor)
    after = Counted(was_cancelled=cancelled, ground_truth=values.get("ground_truth", old.ground_truth))
    author: int | None = author_of(values["completed_by"], actor) if values.get("completed_by") else old.completed_by
    arguments = {
        "annotation": annotation_id,
        "member": actor.id,
        "author": author,
        "result": json_text(result),
        "result_count": count_regions(result),
        "was_cancelled": after.was_cancelled,
        "ground_truth": after.ground_truth,
        "lead_time": values.get("lead_time", old.lead_time),
        "last_action": (LastAction.SKIPPED if cancelled else LastAction.UPDATED).value,
        "previous": json_text(old.result),
        "warnings": json_text(warnings),
        "reasons": json_text(reasons),
        **parents_of_task(task.pk, values),
    }
    row = _written(write_annotation("update", task, arguments, before=_counted(old), after=after), annotation_id)
    tell("updated", task, row, author=author, actor=actor)
    return Submitted(pk=row.pk, content=row.content, version=row.version, warnings=warnings)


@transaction.atomic
def delete_annotation(*, annotation_id: int, actor: Principal) -> None:
    """Delete an annotation; its history stays.

    Raises:
        NotFoundError: it is not visible.
        PermissionDeniedError: it is somebody else's and the member may delete only their own.
    """
    task, old = _locked(annotation_id, actor, "annotations.delete_all")
    remove_annotation(task, old, actor)


def remove_annotation(task: TaskAtWork, old: AnnotationFacts, actor: Principal) -> None:
    """Delete an annotation of a task that is locked; raises `NotFoundError` when somebody was quicker."""
    arguments = {
        "annotation": old.pk,
        "member": actor.id,
        "last_action": "deleted",
        "previous": json_text(old.result),
    }
    row = _written(write_annotation("delete", task, arguments, before=_counted(old), after=None), old.pk)
    tell("deleted", task, row, author=old.completed_by, actor=actor)


def refuse_others(annotation: AnnotationFacts, actor: Principal, codename: str) -> None:
    """Refuse to touch somebody else's annotation without the permission for that.

    Raises:
        PermissionDeniedError: `data["permission"]` names what is missing.
    """
    if annotation.completed_by != actor.id and not actor.can(codename):
        raise PermissionDeniedError("This is somebody else's annotation.", data={"permission": codename})


def _locked(annotation_id: int, actor: Principal, codename: str) -> tuple[TaskAtWork, AnnotationFacts]:
    """Lock the task of an annotation, then read it: whoever writes annotations holds their task."""
    seen = annotation_facts(actor, [annotation_id])
    if not seen:
        raise _gone(annotation_id)
    refuse_others(seen[0], actor, codename)
    task = lock_task(actor, seen[0].task_id)
    now = annotation_facts(actor, [annotation_id])
    if not now:
        raise _gone(annotation_id)
    refuse_others(now[0], actor, codename)
    return task, now[0]


def _written(row: WrittenRow | None, annotation_id: int) -> WrittenRow:
    if row is None:
        raise _gone(annotation_id)
    return row


def _gone(annotation_id: int) -> NotFoundError:
    return NotFoundError(f"There is no annotation {annotation_id}.")


def _counted(annotation: AnnotationFacts) -> Counted:
    return Counted(was_cancelled=annotation.was_cancelled, ground_truth=annotation.ground_truth)
