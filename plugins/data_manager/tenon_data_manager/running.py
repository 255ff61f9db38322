"""Running an action on a selection: now where it is small, else as a job that goes through it part by part."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from platform_core.sdk import TaskActionCall, TaskActionResult, TaskActionSpec
from platform_core.sdk.errors import NotFoundError, PermissionDeniedError, ValidationFailedError
from platform_core.sdk.members import principal_of_member
from platform_core.sdk.projects import visible_project
from platform_core.sdk.task_lists import (
    TaskQuery,
    count_tasks,
    read_task_query,
    run_task_action,
    task_actions,
    task_ids,
)
from platform_core.sdk.views import Principal
from tenon_data_manager.models import ActionRun

OWN: Final = "data_manager."
PART: Final = 5_000
MOST: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody wants done.

    Attributes:
        name: of the action, `slug.key`.
        parts: `filters` and `selectedItems` as clients write them.
    """

    name: str
    spec: TaskActionSpec
    project_id: int
    parts: dict[str, Any]
    parameters: dict[str, Any]


def offered_actions(principal: Principal) -> dict[str, tuple[str, TaskActionSpec]]:
    """Return by id the name and the action of all that the member may run; the plugin's own go without its slug."""
    return {
        name.removeprefix(OWN): (name, spec)
        for name, spec in sorted(task_actions(principal).items(), key=lambda item: (item[1].order, item[0]))
        if all(principal.can(codename) for codename in spec.permissions)
    }


def find_action(principal: Principal, action_id: str) -> tuple[str, TaskActionSpec]:
    """Return the name and the action with this id.

    Raises:
        NotFoundError: there is none here.
        PermissionDeniedError: the member lacks one of its permissions.
    """
    known = {name.removeprefix(OWN): (name, spec) for name, spec in task_actions(principal).items()}
    if action_id not in known:
        raise NotFoundError(f"There is no action {action_id[:100]!r}; there are {', '.join(sorted(known))}.")
    name, spec = known[action_id]
    for codename in spec.permissions:
        if not principal.can(codename):
            raise PermissionDeniedError(data={"permission": codename})
    return name, spec


def count_action(*, actor: Principal, order: Order) -> dict[str, Any]:
    """Return how many tasks are selected and how many objects the action would change; nothing is written.

    Raises:
        NotFoundError: the project is not visible.
        ValidationFailedError: the query or a parameter breaks a rule.
    """
    query = read_task_query(actor, order.parts)
    total = count_tasks(actor, project_id=order.project_id, query=query).tasks
    count = order.spec.count
    affected = total if count is None else 0
    position = 0
    while count is not None:
        ids = task_ids(actor, project_id=order.project_id, query=query, after=position, limit=_part(order.spec))
        if not ids:
            break
        affected, position = affected + count(_call(actor, order, ids)), ids[-1]
    return {"dry_run": True, "tasks": total, "processed_items": affected, "detail": "Nothing was changed."}


def run_action(*, actor: Principal, order: Order) -> tuple[TaskActionResult, UUID | None]:
    """Run an action in one transaction if its selection is small; else keep it for a job.

    Returns:
        what was done, and None; or how many tasks are selected, and the id of the kept run.

    Raises:
        NotFoundError: the project is not visible.
        ValidationFailedError: the query or a parameter breaks a rule; nothing was changed.
    """
    query = read_task_query(actor, order.parts)
    with transaction.atomic():
        ids = task_ids(actor, project_id=order.project_id, query=query, limit=PART + 1)
        if len(ids) <= PART:
            return _run(actor, order, ids), None
        total = count_tasks(actor, project_id=order.project_id, query=query).tasks
        if order.spec.whole and total > MOST:
            message = f"{total} tasks are selected; this action sees all at once and takes at most {MOST}."
            raise ValidationFailedError(validation_errors={"selectedItems": [message]})
        run = ActionRun.objects.create(
            project_id=order.project_id,
            member_id=actor.id,
            action=order.name,
            query=order.parts,
            parameters=order.parameters,
            permissions=sorted(actor.permissions),
            total=total,
        )
        return TaskActionResult(processed=total, detail=f"A job does it to {total} tasks."), run.pk


def run_next_part(*, run_id: UUID) -> ActionRun | None:
    """Do the next part of a kept run in one transaction, its progress included; None when nothing is left.

    Raises:
        NotFoundError: the run, its project, its member or its action is gone.
        PermissionDeniedError: the member lost a permission meanwhile.
        ValidationFailedError: the action refused; the parts before stay done.
    """
    with transaction.atomic():
        run = ActionRun.objects.select_for_update().filter(pk=run_id).first()
        if run is None:
            raise NotFoundError("The run is gone, with its project.")
        actor = principal_of_member(run.member_id, permissions=frozenset(run.permissions))
        if actor is None:
            raise NotFoundError("The member who asked for it has left.")
        name, spec = find_action(actor, run.action.removeprefix(OWN))
        visible_project(actor, run.project_id)
        order = Order(name=name, spec=spec, project_id=run.project_id, parts=run.query, parameters=run.parameters)
        ids = _next_ids(actor, order, read_task_query(actor, run.query), run.position)
        if not ids:
            return None
        result = _run(actor, order, ids)
        run.position, run.done, run.processed = ids[-1], run.done + len(ids), run.processed + result.processed
        run.save(update_fields=["position", "done", "processed", "updated_at"])
        return run


def _next_ids(actor: Principal, order: Order, query: TaskQuery, position: int) -> list[int]:
    if order.spec.whole and position:
        return []
    return task_ids(actor, project_id=order.project_id, query=query, after=position, limit=_part(order.spec))


def _part(spec: TaskActionSpec) -> int:
    return MOST if spec.whole else PART


def _run(actor: Principal, order: Order, ids: list[int]) -> TaskActionResult:
    if not ids:
        return TaskActionResult(processed=0, detail="No task is selected.")
    return run_task_action(order.name, order.spec, _call(actor, order, ids))


def _call(actor: Principal, order: Order, ids: list[int]) -> TaskActionCall:
    return TaskActionCall(
        organization=actor.organization,
        project_id=order.project_id,
        task_ids=tuple(ids),
        parameters=order.parameters,
        actor=actor,
    )
