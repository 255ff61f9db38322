"""Query sets of projects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

if TYPE_CHECKING:
    from platform_core.members.principal import Principal

COUNTERS = (
    "task_number",
    "finished_task_number",
    "total_predictions_number",
    "total_annotations_number",
    "num_tasks_with_annotations",
    "useful_annotation_number",
    "ground_truth_number",
    "skipped_annotations_number",
)


class ProjectQuerySet(models.QuerySet[Any]):
    """Projects, by who may see them and with their counters."""

    def for_user(self, user: Principal) -> ProjectQuerySet:
        """Keep the projects that the member may see: all, or those granted to them or to one of their teams."""
        if user.can("projects.view_all"):
            return self
        memberships = apps.get_model("projects", "ProjectMembership").objects.filter(
            project=OuterRef("pk"), member=user.id
        )
        grants = apps.get_model("projects", "ProjectTeamGrant").objects.filter(
            project=OuterRef("pk"), team__memberships__member=user.id
        )
        return self.filter(Q(Exists(memberships)) | Q(Exists(grants)))

    def with_counts(self, fields: Iterable[str] | None = None) -> ProjectQuerySet:
        """Annotate counters, read from the row that the writes keep; all eight, or the named ones."""
        wanted = COUNTERS if fields is None else [name for name in COUNTERS if name in set(fields)]
        counted: ProjectQuerySet = self.annotate(**{name: F(f"counters__{name}") for name in wanted})
        return counted
