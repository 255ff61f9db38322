"""Several annotations in one call: all of them are written or none, and every fault is named."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from django.db import transaction

from platform_core.api.errors import TenonError, ValidationFailedError
from platform_core.members.principal import Principal
from platform_core.tasks.queries.at_work import TaskAtWork, lock_tasks
from platform_core.tasks.queries.work import AnnotationFacts, annotation_facts
from platform_core.tasks.services.annotations import refuse_others, remove_annotation
from platform_core.tasks.services.submissions import Submitted, submit

MAX_TASKS: Final = 1000
MAX_DELETED: Final = 100


@transaction.atomic
def create_annotations(*, task_ids: list[int], values: dict[str, Any], actor: Principal) -> list[Submitted]:
    """Submit the same annotation for several tasks, in order of their ids.

    Args:
        values: as of `create_annotation`; `unique_id` only for a single task.

    Raises:
        ValidationFailedError: `data["errors"]` has an entry for each task that is not visible, or whose submission
            breaks a rule: `task`, `code`, `detail`, `validation_errors`.
    """
    tasks = {task.pk: task for task in lock_tasks(actor, task_ids)}
    errors = [
        _error("task", task_id, code="not_found", detail=f"There is no task {task_id}.")
        for task_id in sorted(set(task_ids) - set(tasks))
    ]
    written = _each(list(tasks.values()), lambda task: submit(task, values, actor, bulk=True), errors)
    _refuse("task", errors)
    return written


@transaction.atomic
def delete_annotations(*, annotation_ids: list[int], project_id: int, actor: Principal) -> int:
    """Delete annotations of one project; returns how many.

    Raises:
        ValidationFailedError: `data["errors"]` names each that is not there, or not the member's to delete.
    """
    seen = _of_project(actor, annotation_ids, project_id)
    tasks = {task.pk: task for task in lock_tasks(actor, [item.task_id for item in seen])}
    # Again, now that nobody else writes: whoever writes annotations holds their task.
    found = _of_project(actor, annotation_ids, project_id)
    found = [item for item in found if item.task_id in tasks]
    missing = sorted(set(annotation_ids) - {item.pk for item in found})
    errors = [
        _error("annotation", pk, code="not_found", detail=f"Project {project_id} has no annotation {pk}.")
        for pk in missing
    ]
    for item in found:
        _collect(item.pk, "annotation", partial(refuse_others, item, actor, "annotations.delete_all"), errors)
    _refuse("annotation", errors)
    for item in found:
        # Each changes the counters of its task: the next one of the same task must see them.
        remove_annotation(lock_tasks(actor, [item.task_id])[0], item, actor)
    return len(found)


def _of_project(actor: Principal, ids: list[int], project_id: int) -> list[AnnotationFacts]:
    return [item for item in annotation_facts(actor, ids) if item.project_id == project_id]


def _each(
    tasks: list[TaskAtWork], write: Callable[[TaskAtWork], Submitted], errors: list[dict[str, Any]]
) -> list[Submitted]:
    written: list[Submitted] = []
    for task in tasks:

        def keep(task: TaskAtWork = task) -> None:
            written.append(write(task))

        _collect(task.pk, "task", keep, errors)
    return written


def _collect(pk: int, kind: str, act: Callable[[], None], errors: list[dict[str, Any]]) -> None:
    try:
        act()
    except TenonError as error:
        errors.append(_error(kind, pk, code=error.code, detail=error.detail, fields=error.validation_errors))


def _error(kind: str, pk: int, *, code: str, detail: str, fields: dict[str, list[Any]] | None = None) -> dict[str, Any]:
    return {kind: pk, "code": code, "detail": detail, "validation_errors": fields or {}}


def _refuse(kind: str, errors: list[dict[str, Any]]) -> None:
    if not errors:
        return
    errors.sort(key=lambda error: error[kind])
    messages = [f"{kind} {error[kind]}: {_words(error)}" for error in errors]
    raise ValidationFailedError(
        f"Nothing was written: {len(errors)} of the {kind}s cannot be.",
        validation_errors={f"{kind}s": messages},
        data={"errors": errors},
    )


def _words(error: dict[str, Any]) -> str:
    fields = error["validation_errors"]
    return "; ".join(str(text) for texts in fields.values() for text in texts) or str(error["detail"])
