"""Assigning tasks to members: who is handed them, before all other tasks and instead of anybody else."""

from collections.abc import Collection, Sequence
from typing import Any, Final, Literal

from django.db import connection, transaction

from platform_core.api.errors import ValidationFailedError
from platform_core.events.services import emit_event, record_audit
from platform_core.members.principal import Principal
from platform_core.members.queries.acting import acting_member
from platform_core.projects.queries import projects_visible_to
from platform_core.tasks.services.counters import CounterChange, change_counters

Mode = Literal["add", "replace", "remove"]
MAX_MEMBERS: Final = 100

_CHANGED: Final[dict[Mode, str]] = {
    "add": "NOT a.now @> %(members)s::bigint[]",
    "replace": "a.now <> %(members)s::bigint[]",
    "remove": "a.now && %(members)s::bigint[]",
}
_TO_CHANGE: Final = """
    SELECT t.id FROM tasks_task t CROSS JOIN LATERAL (
        SELECT COALESCE(array_agg(x.member_id ORDER BY x.member_id), '{{}}') AS now
        FROM tasks_taskassignee x WHERE x.task_id = t.id) a
    WHERE t.project_id = %(project)s AND t.id = ANY(%(ids)s) AND {changed} ORDER BY t.id"""
_REMOVE: Final = """
    DELETE FROM tasks_taskassignee WHERE task_id = ANY(%(ids)s) AND (member_id = ANY(%(members)s)) = %(named)s"""
_ADD: Final = """
    INSERT INTO tasks_taskassignee (task_id, project_id, member_id, created_at, updated_at)
    SELECT t, %(project)s, m, now(), now() FROM unnest(%(ids)s::bigint[]) t, unnest(%(members)s::bigint[]) m
    ON CONFLICT (task_id, member_id) DO NOTHING"""


def tasks_to_assign(*, project_id: int, task_ids: Sequence[int], member_ids: Collection[int], mode: Mode) -> list[int]:
    """Return those of the tasks whose assignees would change."""
    arguments: dict[str, Any] = {
        "project": project_id,
        "ids": list(task_ids),
        "members": sorted(set(member_ids)),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TO_CHANGE.format(changed=_CHANGED[mode]), arguments)
        return [row[0] for row in cursor.fetchall()]


@transaction.atomic
def assign_tasks(
    *, project_id: int, task_ids: Sequence[int], member_ids: Collection[int], mode: Mode, actor: Principal
) -> int:
    """Change the assignees of tasks; returns of how many.

    Args:
        mode: `add` these members, `remove` them, or `replace` whoever is assigned by them; by nobody, where none is
            named.

    Raises:
        ValidationFailedError: somebody is no member, or may not see the project; nothing is changed.
    """
    if mode != "remove":
        _refuse_strangers(project_id, member_ids)
    # Two who assign the same tasks wait for each other here.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM tasks_task WHERE project_id = %s AND id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            [project_id, list(task_ids)],
        )
    ids = tasks_to_assign(project_id=project_id, task_ids=task_ids, member_ids=member_ids, mode=mode)
    members = sorted(set(member_ids))
    arguments: dict[str, Any] = {"project": project_id, "ids": ids, "members": members, "named": mode == "remove"}
    with connection.cursor() as cursor:
        if mode != "add":
            cursor.execute(_REMOVE, arguments)
        if mode != "remove":
            cursor.execute(_ADD, arguments)
    facts = {"project": project_id, "tasks": ids}
    details = {**facts, "members": members, "mode": mode}
    record_audit(actor=actor, action="tasks.assigned", target_type="project", target_id=project_id, data=details)
    emit_event(type="tasks.updated", payload=facts)
    change_counters(project_id=project_id, change=CounterChange())
    return len(ids)


def _refuse_strangers(project_id: int, member_ids: Collection[int]) -> None:
    if len(member_ids) > MAX_MEMBERS:
        raise ValidationFailedError(validation_errors={"members": [f"At most {MAX_MEMBERS} members are taken."]})
    for member_id in sorted(member_ids):
        principal = acting_member(member_id)
        if principal is None or not projects_visible_to(principal).filter(pk=project_id).exists():
            message = f"Member {member_id} is not known here, or may not see project {project_id}; give access first."
            raise ValidationFailedError(validation_errors={"members": [message]}, data={"member": member_id})
