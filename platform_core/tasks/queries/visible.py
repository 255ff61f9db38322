"""Which tasks, annotations and predictions a member may see: by the projects they may see."""

from typing import Any

from django.db.models import QuerySet

from platform_core.api.errors import NotFoundError
from platform_core.members.principal import Principal
from platform_core.projects.queries import projects_visible_to
from platform_core.tasks.models import Annotation, Prediction, Task


def tasks_visible_to(principal: Principal) -> QuerySet[Any]:
    """Return the tasks of the projects that the member may see."""
    if principal.can("projects.view_all"):
        return Task.objects.all()
    return Task.objects.filter(project__in=projects_visible_to(principal))


def annotations_visible_to(principal: Principal) -> QuerySet[Any]:
    """Return the annotations that the member may see: all of visible projects, or only their own."""
    queryset = Annotation.objects.all()
    if not principal.can("projects.view_all"):
        queryset = queryset.filter(project__in=projects_visible_to(principal))
    return queryset if principal.can("annotations.view_all") else queryset.filter(completed_by=principal.id)


def predictions_visible_to(principal: Principal) -> QuerySet[Any]:
    """Return the predictions of the projects that the member may see."""
    if principal.can("projects.view_all"):
        return Prediction.objects.all()
    return Prediction.objects.filter(project__in=projects_visible_to(principal))


def visible_task(principal: Principal, task_id: int) -> Task:
    """Return a task with its project.

    Raises:
        NotFoundError: it does not exist or is not visible.
    """
    task: Task | None = tasks_visible_to(principal).select_related("project").filter(pk=task_id).first()
    if task is None:
        raise NotFoundError(f"There is no task {task_id}.")
    return task


def visible_annotation(principal: Principal, annotation_id: int) -> Annotation:
    """Return an annotation with its project; raises `NotFoundError` as `visible_task`."""
    annotation: Annotation | None = (
        annotations_visible_to(principal).select_related("project").filter(pk=annotation_id).first()
    )
    if annotation is None:
        raise NotFoundError(f"There is no annotation {annotation_id}.")
    return annotation


def visible_prediction(principal: Principal, prediction_id: int) -> Prediction:
    """Return a prediction with its project; raises `NotFoundError` as `visible_task`."""
    prediction: Prediction | None = (
        predictions_visible_to(principal).select_related("project").filter(pk=prediction_id).first()
    )
    if prediction is None:
        raise NotFoundError(f"There is no prediction {prediction_id}.")
    return prediction
