"""Creating, changing and deleting projects."""

from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from platform_core.api.errors import NotFoundError, ValidationFailedError
from platform_core.api.preconditions import require_match, version_of
from platform_core.events.services import emit_event, record_audit
from platform_core.members.principal import Principal
from platform_core.projects.configs import compiled_config, is_empty
from platform_core.projects.label_config import control_weights
from platform_core.projects.models import Project, ProjectCounters, ProjectMembership
from platform_core.projects.queries.facts import has_predictions_of
from platform_core.projects.services.label_configs import CheckedConfig, check_label_config
from platform_core.projects.services.labelling_rules import apply_labelling_rules
from platform_core.projects.services.orphans import refuse_orphaning_change
from platform_core.sealed_fields import save_secret

SECRET: Final = "task_data_password"  # noqa: S105  (name of the field)
# What is worked out, or sealed, instead of being stored as it came.
_NOT_AS_SENT: Final = frozenset({"label_config", "control_weights", SECRET})
# Those that refer to others come first.
TABLES_OF_PROJECT = (
    "tasks_annotationdraft",
    "tasks_annotationhistory",
    "tasks_tasklock",
    "tasks_taskassignee",
    "tasks_annotation",
    "tasks_prediction",
    "tasks_importrun",
    "tasks_taskzone",
    "tasks_task",
)


@transaction.atomic
def create_project(*, values: dict[str, Any], actor: Principal) -> Project:
    """Create a project with its counters; its maker is a member of it.

    Args:
        values: checked fields of the project; a `label_config` is checked here.

    Raises:
        InvalidLabelConfigError: the label config breaks a rule.
        PluginDisabledError: it names a taxonomy of a plugin that is off.
    """
    fields = {name: value for name, value in values.items() if name not in _NOT_AS_SENT}
    checked = check_label_config(values.get("label_config"), principal=actor, project_id=None)
    weights = values.get("control_weights", {})
    project = Project(**fields, **_config_fields(checked, weights), created_by_id=actor.id)
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
def update_project(
    *, project_id: int, values: dict[str, Any], actor: Principal, if_match: str | None = None
) -> Project:
    """Change fields of a project.

    Args:
        if_match: entity tags of which one must be that of the project's settings.

    Raises:
        NotFoundError: it is gone.
        InvalidLabelConfigError: the new label config breaks a rule.
        ValidationFailedError: annotations exist that the new config would orphan, or the model has no predictions.
        PreconditionFailedError: it was changed meanwhile.
    """
    # No key: who submits an annotation meanwhile needs the key only, and holds a task that new rules may change.
    project: Project | None = Project.objects.select_for_update(no_key=True).filter(pk=project_id).first()
    if project is None:
        raise NotFoundError(f"There is no project {project_id}.")
    require_match(if_match, version_of(project.updated_at))
    changed = _changed_fields(project, values, actor)
    for name, value in changed.items():
        setattr(project, name, value)
    if SECRET in values:
        save_secret(project, SECRET, values[SECRET])
        changed[SECRET] = None
    if changed:
        project.save(update_fields=[*changed, "updated_at"])
        apply_labelling_rules(project, changed)
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
        for table in TABLES_OF_PROJECT:
            cursor.execute(f"DELETE FROM {table} WHERE project_id = %s", [project_id])  # noqa: S608  (constants)
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


def _changed_fields(project: Project, values: dict[str, Any], actor: Principal) -> dict[str, Any]:
    """Return what differs from the stored project; a new label config is checked here, also against existing work."""
    changed = {
        name: value for name, value in values.items() if name not in _NOT_AS_SENT and getattr(project, name) != value
    }
    config = values.get("label_config", project.label_config)
    if changed.get("model_version"):
        _refuse_unknown_model(project.pk, changed["model_version"])
    weights = {**project.control_weights, **values.get("control_weights", {})}
    if config != project.label_config:
        checked = check_label_config(config, principal=actor, project_id=project.pk, previous=project.label_config)
        refuse_orphaning_change(project=project, new=checked, principal=actor)
        changed.update(_config_fields(checked, weights))
    elif weights != project.control_weights and not is_empty(config):
        compiled = compiled_config(config, actor.enabled_plugins)
        changed["control_weights"] = control_weights(compiled.config, weights)
    return changed


def _refuse_unknown_model(project_id: int, version: str) -> None:
    """Refuse a model nothing is known of, as Label Studio does; a new project takes any, its predictions come later."""
    if not has_predictions_of(project_id, version):
        message = (
            f"Model version doesn't exist: this project has no predictions of {version[:100]!r}; send them first, "
            "or an empty text for all models."
        )
        raise ValidationFailedError(validation_errors={"model_version": [message]})


def _config_fields(checked: CheckedConfig, weights: dict[str, Any]) -> dict[str, Any]:
    return {
        "label_config": checked.text,
        "parsed_label_config": checked.parsed,
        "control_weights": checked.weights(weights),
    }
