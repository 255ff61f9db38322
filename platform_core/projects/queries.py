"""Reading projects: by values, one query, in the shape of Label Studio's project object."""

from typing import Any

from django.db.models import F, QuerySet

from platform_core.api.errors import NotFoundError, ValidationFailedError
from platform_core.members.principal import Principal
from platform_core.projects.managers import COUNTERS, ProjectQuerySet
from platform_core.projects.models import Project
from tenants.scope import current_organization

FIELDS = [
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
    "created_at",
    "updated_at",
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
    "pinned_at",
    "created_by",
]
CREATOR = ("created_by__first_name", "created_by__last_name", "created_by__email")
ORDERINGS = {"id", "title", "created_at", "updated_at", "pinned_at", "task_number", "finished_task_number"}
# Label Studio's order: pinned projects first, the latest pin on top, then the newest project.
DEFAULT_ORDERING = (F("pinned_at").desc(nulls_last=True), "-id")


def projects_visible_to(principal: Principal) -> ProjectQuerySet:
    """Return the projects that the member may see."""
    return Project.objects.for_user(principal)


def visible_project(principal: Principal, project_id: int) -> Project:
    """Return one project.

    Raises:
        NotFoundError: it does not exist, or the member may not see it.
    """
    project: Project | None = projects_visible_to(principal).filter(pk=project_id).first()
    if project is None:
        raise NotFoundError(f"There is no project {project_id}.")
    return project


def project_rows(queryset: ProjectQuerySet, *, counters: tuple[str, ...] = COUNTERS) -> QuerySet[Any]:
    """Return the values that `project_object` takes."""
    return queryset.with_counts(fields=counters).values(*FIELDS, *CREATOR, *counters)


def project_object(row: dict[str, Any]) -> dict[str, Any]:
    """Return Label Studio's project object from a row of `project_rows`."""
    project = {name: row[name] for name in FIELDS}
    project.update((name, row.get(name, 0)) for name in COUNTERS if name in row)
    project["created_by"] = _creator(row)
    project["organization"] = current_organization().id
    project["queue_total"] = row.get("task_number")
    project["queue_done"] = row.get("finished_task_number")
    project["config_has_control_tags"] = bool(row["parsed_label_config"])
    project["config_suitable_for_bulk_annotation"] = _suits_bulk(row["parsed_label_config"])
    project["assignment_settings"] = {}
    project["review_settings"] = {}
    project["state"] = _state(row)
    return project


def ordering_of(text: str | None) -> tuple[Any, ...]:
    """Return the order of a list from its query parameter.

    Raises:
        ValidationFailedError: it names a field that lists cannot be ordered by.
    """
    if not text:
        return DEFAULT_ORDERING
    fields = [part.strip() for part in text.split(",") if part.strip()]
    unknown = sorted({field.lstrip("-") for field in fields} - ORDERINGS)
    if unknown:
        raise ValidationFailedError(
            validation_errors={
                "ordering": [f"Cannot order by {', '.join(unknown)}; one of {', '.join(sorted(ORDERINGS))}."]
            }
        )
    return (*fields, "-id")


def _creator(row: dict[str, Any]) -> dict[str, Any] | None:
    if row["created_by"] is None:
        return None
    names = {name.removeprefix("created_by__"): row[name] for name in CREATOR}
    return {"id": row["created_by"], **names, "avatar": None}


def _suits_bulk(parsed: dict[str, Any]) -> bool:
    """Say whether every control is a choice, so that one answer can be given to many tasks at once."""
    return bool(parsed) and all(control.get("type") == "Choices" for control in parsed.values())


def _state(row: dict[str, Any]) -> str:
    tasks, finished = row.get("task_number") or 0, row.get("finished_task_number") or 0
    if tasks and tasks == finished:
        return "COMPLETED"
    return "IN_PROGRESS" if row.get("total_annotations_number") else "CREATED"
