"""Changing the tasks of a selection alike: a new data field, another name for a label."""

from collections.abc import Sequence
from typing import Any

import orjson
from django.db import connection, transaction
from django.utils import timezone

from platform_core.api.errors import ValidationFailedError
from platform_core.events.services import emit_event, record_audit
from platform_core.members.principal import Principal
from platform_core.projects.models import Project
from platform_core.tasks.models import Annotation
from platform_core.tasks.services.annotation_writes import count_regions
from platform_core.tasks.services.checks import check_result, usable_config
from platform_core.tasks.services.counters import CounterChange, change_counters
from platform_core.tasks.services.recounting import keep_history

MAX_NAME = 200
_ADD = """
    UPDATE tasks_task SET data = data || jsonb_build_object(%(name)s::text, %(value)s::jsonb), updated_at = now(),
           updated_by_id = %(member)s
    WHERE project_id = %(project)s AND id = ANY(%(ids)s) AND jsonb_typeof(data) = 'object' RETURNING id"""


@transaction.atomic
def add_data_field(*, project_id: int, task_ids: Sequence[int], name: str, value: Any, actor: Principal) -> int:
    """Set one key of the tasks' data to a value; returns how many tasks were changed.

    Args:
        value: text, number or truth value.

    Raises:
        ValidationFailedError: the label config does not take the value under this name.
    """
    if not name or len(name) > MAX_NAME or "\x00" in name:
        raise ValidationFailedError(
            validation_errors={"value_name": [f"A name of 1 to {MAX_NAME} characters is expected."]}
        )
    _check_field(project_id, name, value, actor)
    arguments: dict[str, Any] = {
        "name": name,
        "value": orjson.dumps(value).decode(),
        "member": actor.id,
        "project": project_id,
        "ids": sorted(task_ids),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADD, arguments)
        changed = sorted(row[0] for row in cursor.fetchall())
    change_counters(project_id=project_id, change=CounterChange())
    facts = {"project": project_id, "tasks": changed, "field": name}
    record_audit(actor=actor, action="tasks.updated", target_type="project", target_id=project_id, data=facts)
    emit_event(type="tasks.updated", payload=facts)
    return len(changed)


def _check_field(project_id: int, name: str, value: Any, actor: Principal) -> None:
    """Ask the label config about the one field; the others are as they were."""
    project = Project.objects.get(pk=project_id)
    compiled = usable_config(project, actor)
    if compiled is None:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM tasks_task WHERE project_id = %s ORDER BY id LIMIT 1", [project_id])
        row = cursor.fetchone()
    if row is None:
        return
    data = orjson.loads(row[0]) if isinstance(row[0], str | bytes) else row[0]
    problem = compiled.task_data.validate({**data, name: value}) if isinstance(data, dict) else None
    if problem:
        raise ValidationFailedError(validation_errors={"value": [problem]})


def annotations_with_label(*, project_id: int, task_ids: Sequence[int], control: str) -> Any:
    """Return the annotations of tasks in which a control was used, in order of ids."""
    used = Annotation.objects.filter(
        project_id=project_id, task__in=task_ids, result__contains=[{"from_name": control}]
    )
    return used.order_by("pk")


@transaction.atomic
def rename_label(
    *, project_id: int, task_ids: Sequence[int], control: str, old: str, new: str, actor: Principal
) -> int:
    """Give a label another name in the results of tasks; returns how many annotations were changed.

    Raises:
        ValidationFailedError: a result with the new name breaks a rule of the label config.
    """
    project = Project.objects.get(pk=project_id)
    compiled = usable_config(project, actor)
    found = annotations_with_label(project_id=project_id, task_ids=task_ids, control=control).select_for_update()
    changed = []
    for annotation in found.only("pk", "task_id", "result", "updated_at"):
        result, count = with_label_renamed(annotation.result, control=control, old=old, new=new)
        if not count:
            continue
        check_result(compiled, result, required=False, where=f"Annotation {annotation.pk}: ")
        annotation.result, annotation.result_count = result, count_regions(result)
        annotation.updated_at, annotation.updated_by_id = timezone.now(), actor.id
        changed.append(annotation)
    keep_history([annotation.pk for annotation in changed], action="updated", member_id=actor.id)
    Annotation.objects.bulk_update(changed, ["result", "result_count", "updated_at", "updated_by"], batch_size=500)
    change_counters(project_id=project_id, change=CounterChange())
    facts = {
        "project": project_id,
        "annotations": [annotation.pk for annotation in changed],
        "tasks": sorted({annotation.task_id for annotation in changed}),
    }
    details = {**facts, "control": control, "old": old, "new": new}
    record_audit(actor=actor, action="annotations.updated", target_type="project", target_id=project_id, data=details)
    emit_event(type="annotations.updated", payload=facts)
    return len(changed)


def with_label_renamed(
    result: list[dict[str, Any]], *, control: str, old: str, new: str
) -> tuple[list[dict[str, Any]], int]:
    """Return a result with the label renamed in the regions of one control, and how often it was found."""
    count = 0
    regions = []
    for region in result:
        value = region.get("value")
        if region.get("from_name") == control and isinstance(value, dict):
            found = sum(item == old for part in value.values() if isinstance(part, list) for item in part)
            if found:
                count += found
                renamed = {key: _renamed(part, old, new) for key, part in value.items()}
                regions.append({**region, "value": renamed})
                continue
        regions.append(region)
    return regions, count


def _renamed(part: Any, old: str, new: str) -> Any:
    """Rename within a list of labels; a label that is there already is not put in twice."""
    if not isinstance(part, list) or old not in part:
        return part
    return list(dict.fromkeys(new if item == old else item for item in part)) if _is_texts(part) else part


def _is_texts(part: list[Any]) -> bool:
    return all(isinstance(item, str) for item in part)
