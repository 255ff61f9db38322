"""What stretches of a big project's tasks come to, so that lists of a million tasks are not counted task by task."""

from django.db import models

from platform_core.projects.models import Project
from tenants.records import TimestampedModel


class TaskZone(TimestampedModel):
    """Sums and bounds of the tasks of a project whose numbers lie in one stretch; right unless the counters row of
    the project says that it is stale (`ProjectCounters.stale_zones`).
    """

    pk = models.CompositePrimaryKey("project_id", "number")
    project = models.ForeignKey(
        Project,
        on_delete=models.DO_NOTHING,
        db_index=False,
        db_constraint=False,
        related_name="+",
        help_text="Its project.",
    )
    number = models.IntegerField(help_text="Which stretch of `inner_id`, from 0.")
    tasks = models.IntegerField(help_text="Tasks.")
    annotations = models.BigIntegerField(help_text="Their annotations.")
    predictions = models.BigIntegerField(help_text="Their predictions.")
    finished_tasks = models.IntegerField(help_text="Tasks that need no more annotations.")
    finished_annotations = models.BigIntegerField(help_text="Annotations of those.")
    finished_predictions = models.BigIntegerField(help_text="Predictions of those.")
    completed_tasks = models.IntegerField(help_text="Tasks with an annotation that is not skipped.")
    completed_predictions = models.BigIntegerField(help_text="Predictions of those.")
    first_id = models.BigIntegerField(null=True, help_text="Lowest id.")
    last_id = models.BigIntegerField(null=True, help_text="Highest id.")
    first_created = models.DateTimeField(null=True, help_text="When the oldest was made (UTC).")
    last_created = models.DateTimeField(null=True, help_text="When the newest was made (UTC).")
    first_completed = models.DateTimeField(null=True, help_text="Earliest completion (UTC).")
    last_completed = models.DateTimeField(null=True, help_text="Latest completion (UTC).")

    def __str__(self) -> str:
        return f"zone {self.number} of project {self.project_id}"
