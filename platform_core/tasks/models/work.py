"""What people and models say about tasks."""

import uuid

from django.db import models

from platform_core.members.models import Member
from platform_core.projects.models import Project
from platform_core.tasks.models.tasks import Task
from tenants.records import TimestampedModel


class LastAction(models.TextChoices):
    """How an annotation came to be what it is; the values are the SDK's."""

    PREDICTION = "prediction", "Made from a prediction"
    PROPAGATED_ANNOTATION = "propagated_annotation", "Propagated from another task"
    IMPORTED = "imported", "Imported"
    SUBMITTED = "submitted", "Submitted"
    UPDATED = "updated", "Updated"
    SKIPPED = "skipped", "Skipped"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected"
    FIXED_AND_ACCEPTED = "fixed_and_accepted", "Fixed and accepted"
    DELETED_REVIEW = "deleted_review", "Review deleted"


class Prediction(TimestampedModel):
    """What a model says about a task."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="predictions", help_text="The task.")
    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, db_index=False, related_name="+", help_text="Its project."
    )
    result = models.JSONField(default=list, help_text="Regions.")
    score = models.FloatField(null=True, help_text="Confidence.")
    model_version = models.TextField(null=True, blank=True, default="", help_text="Which model.")
    cluster = models.IntegerField(null=True, help_text="Cluster of the task.")
    neighbors = models.JSONField(null=True, help_text="Ids of similar tasks.")
    mislabeling = models.FloatField(default=0.0, help_text="Probability that the annotation is wrong.")

    class Meta:
        indexes = [models.Index(fields=["project", "score"], name="prediction_project_score")]


class Annotation(TimestampedModel):
    """What a person says about a task."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="annotations", help_text="The task.")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", help_text="Its project.")
    completed_by = models.ForeignKey(
        Member,
        null=True,
        on_delete=models.SET_NULL,
        db_index=False,
        related_name="annotations",
        help_text="Whose work it is.",
    )
    updated_by = models.ForeignKey(
        Member, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+", help_text="Who changed it last."
    )
    last_created_by = models.ForeignKey(
        Member,
        null=True,
        on_delete=models.SET_NULL,
        db_index=False,
        related_name="+",
        help_text="Who made the last history item.",
    )
    result = models.JSONField(default=list, help_text="Regions.")
    result_count = models.IntegerField(default=0, help_text="Distinct regions in the result.")
    was_cancelled = models.BooleanField(default=False, help_text="The task was skipped.")
    ground_truth = models.BooleanField(default=False, help_text="Known to be right.")
    lead_time = models.FloatField(null=True, help_text="Seconds spent.")
    unique_id = models.UUIDField(
        null=True, unique=True, default=uuid.uuid4, help_text="Chosen by the client, to repeat safely."
    )
    import_id = models.BigIntegerField(null=True, help_text="Identifier in the imported file.")
    last_action = models.CharField(max_length=32, null=True, choices=LastAction, help_text="How it came to be.")
    bulk_created = models.BooleanField(default=False, help_text="Made in bulk.")
    prediction = models.JSONField(null=True, default=dict, help_text="Prediction that was shown at that time.")
    parent_prediction = models.ForeignKey(
        Prediction,
        null=True,
        on_delete=models.SET_NULL,
        db_index=False,
        related_name="+",
        help_text="Prediction it started from.",
    )
    parent_annotation = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.SET_NULL,
        db_index=False,
        related_name="+",
        help_text="Annotation it started from.",
    )
    draft_created_at = models.DateTimeField(null=True, help_text="When its draft was begun (UTC).")
    warnings = models.JSONField(
        default=list, help_text="Warnings of validators that were accepted with the submission."
    )
    warning_reasons = models.JSONField(default=dict, help_text="Warning code to the annotator's reason.")

    class Meta:
        # Most annotations have no parent: what is not in the index costs an import nothing.
        indexes = [
            models.Index(
                fields=["parent_prediction"],
                condition=models.Q(parent_prediction__isnull=False),
                name="annotation_parent_prediction",
            ),
            models.Index(
                fields=["parent_annotation"],
                condition=models.Q(parent_annotation__isnull=False),
                name="annotation_parent_annotation",
            ),
            # What a member did in a project, and where they are in it.
            models.Index(fields=["completed_by", "project", "task"], name="annotation_of_member"),
        ]
