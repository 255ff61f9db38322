"""Creating, changing and deleting projects."""

from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from platform_core.api.errors import NotFoundError
from platform_core.events.services import emit_event, record_audit
from platform_core.members.principal import Principal
from platform_core.projects.models import Project, ProjectCounters, ProjectMembership
from platform_core.projects.services.label_configs import CheckedConfig, check_label_config, refuse_orphaning_change
from platform_core.sealed_fields import save_secret

SECRET = "task_data_password"  # noqa: S105  (name of the field)
UNSENT = {"label_config", SECRET}


@transaction.atomic
def create_project(*, values: dict[str, Any], actor: Principal) -> Project:
    """Create a project with its counters; its maker is a member of it.

    Args:
        values: checked fields of the project; a `label_config` is checked here.

    Raises:
        InvalidLabelConfigError: the label config breaks a rule.
        PluginDisabledError: it names a taxonomy of a plugin that is off.
    """
    fields = {name: value for name, value in values.items() if name not in UNSENT}
    checked = check_label_config(values.get("label_config"), principal=actor, project_id=None)
    project = Project(**fields, **_config_fields(checked), created_by_id=actor.id)
    project.save(force_insert=True)
    if values.get(SECRET):
        save_secret(project, SECRET, values[SECRET])
    ProjectCounters.objects.create(project=project)
    ProjectMembership.objects.create(project=project, member_id=actor.id)
    record_audit(
        actor=actor,
        action="project.created",
        target_type="project",
        target_id=project.pk,
        data={"title": project.title},
    )
    emit_event(type="project.created", payload={"project": project.pk})
    return project


@transaction.atomic
def update_project(*, project_id: int, values: dict[str, Any], actor: Principal) -> Project:
    """Change fields of a project.

    Raises:
        NotFoundError: it is gone.
        InvalidLabelConfigError: the new label config breaks a rule.
        ValidationFailedError: annotations exist that the new config would orphan.
    """
    project: Project | None = Project.objects.select_for_update().filter(pk=project_id).first()
    if project is None:
        raise NotFoundError(f"There is no project {project_id}.")
    changed = {name: value for name, value in values.items() if name not in UNSENT and getattr(project, name) != value}
    new_config = values.get("label_config")
    if new_config is not None and new_config != project.label_config:
        checked = check_label_config(new_config, principal=actor, project_id=project.pk, previous=project.label_config)
        refuse_orphaning_change(project=project, new=checked)
        changed.update(_config_fields(checked))
    for name, value in changed.items():
        setattr(project, name, value)
    if SECRET in values:
        save_secret(project, SECRET, values[SECRET])
        changed[SECRET] = None
    if changed:
        project.save(update_fields=[*changed, "updated_at"])
        record_audit(
            actor=actor,
            action="project.updated",
            target_type="project",
            target_id=project.pk,
            data={"fields": sorted(changed)},
        )
        emit_event(type="project.updated", payload={"project": project.pk, "fields": sorted(changed)})
    return project


@transaction.atomic
def delete_project(*, project_id: int, actor: Principal) -> None:
    """Delete a project with all it holds, by statements on sets: the ORM would load every row first.

    Raises:
        NotFoundError: it is gone.
    """
    project = Project.objects.select_for_update().filter(pk=project_id).first()
    if project is None:
        raise NotFoundError(f"There is no project {project_id}.")
    with connection.cursor() as cursor:
        for table in ("tasks_annotation", "tasks_prediction", "tasks_importrun", "tasks_task"):
            cursor.execute(f"DELETE FROM {table} WHERE project_id = %s", [project_id])  # noqa: S608  (four constants)
    project.delete()
    record_audit(
        actor=actor,
        action="project.deleted",
        target_type="project",
        target_id=project_id,
        data={"title": project.title},
    )
    emit_event(type="project.deleted", payload={"project": project_id})


def touch_project(project_id: int) -> None:
    """Note that something in the project changed."""
    Project.objects.filter(pk=project_id).update(updated_at=timezone.now())


def _config_fields(checked: CheckedConfig) -> dict[str, Any]:
    return {"label_config": checked.text, "parsed_label_config": checked.parsed, "control_weights": checked.weights}
