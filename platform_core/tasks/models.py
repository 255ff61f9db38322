"""Tasks, and what people and models say about them."""

import uuid

from django.db import models

from platform_core.members.models import Member
from platform_core.projects.models import Project
from tenants.records import TimestampedModel


class Task(TimestampedModel):
    """One thing to label."""

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, db_index=False, related_name="tasks", help_text="Its project."
    )
    data = models.JSONField(help_text="What is shown, by the variables of the label config.")
    meta = models.JSONField(null=True, default=dict, help_text="Facts about the task that are not shown.")
    inner_id = models.BigIntegerField(help_text="Number of the task in its project, in order of ids.")
    overlap = models.PositiveIntegerField(default=1, help_text="Annotations the task needs.")
    is_labeled = models.BooleanField(default=False, help_text="Has as many annotations as it needs.")
    allow_skip = models.BooleanField(default=True, help_text="Annotators may skip it.")
    total_annotations = models.IntegerField(default=0, help_text="Annotations that are not skipped.")
    cancelled_annotations = models.IntegerField(default=0, help_text="Skipped annotations.")
    total_predictions = models.IntegerField(default=0, help_text="Predictions.")
    completed_at = models.DateTimeField(null=True, help_text="Latest annotation that is not skipped (UTC).")
    storage_filename = models.TextField(null=True, help_text="Object the task came from.")
    updated_by = models.ForeignKey(
        Member, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+", help_text="Who changed it last."
    )

    class Meta:
        indexes = [models.Index(fields=["project", "id"], name="task_project_id")]
        constraints = [models.UniqueConstraint(fields=["project", "inner_id"], name="task_inner_id_unique")]


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
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", help_text="Its project.")
    result = models.JSONField(default=list, help_text="Regions.")
    score = models.FloatField(null=True, help_text="Confidence.")
    model_version = models.TextField(null=True, blank=True, default="", help_text="Which model.")
    cluster = models.IntegerField(null=True, help_text="Cluster of the task.")
    neighbors = models.JSONField(null=True, help_text="Ids of similar tasks.")
    mislabeling = models.FloatField(default=0.0, help_text="Probability that the annotation is wrong.")


class Annotation(TimestampedModel):
    """What a person says about a task."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="annotations", help_text="The task.")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", help_text="Its project.")
    completed_by = models.ForeignKey(
        Member, null=True, on_delete=models.SET_NULL, related_name="annotations", help_text="Whose work it is."
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
        Prediction, null=True, on_delete=models.SET_NULL, related_name="+", help_text="Prediction it started from."
    )
    parent_annotation = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="+", help_text="Annotation it started from."
    )
    draft_created_at = models.DateTimeField(null=True, help_text="When its draft was begun (UTC).")
    warnings = models.JSONField(
        default=list, help_text="Warnings of validators that were accepted with the submission."
    )
    warning_reasons = models.JSONField(default=dict, help_text="Warning code to the annotator's reason.")


class ImportStatus(models.TextChoices):
    """Life of an import; the values are Label Studio's."""

    CREATED = "created", "Created"
    IN_PROGRESS = "in_progress", "In progress"
    FAILED = "failed", "Failed"
    COMPLETED = "completed", "Completed"


class ImportRun(TimestampedModel):
    """What became of one import."""

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="imports", help_text="Into which project."
    )
    status = models.CharField(max_length=16, choices=ImportStatus, default=ImportStatus.CREATED, help_text="State.")
    source_format = models.CharField(
        max_length=64, blank=True, default="", help_text="json, jsonl, csv, tsv or an importer's key."
    )
    task_count = models.BigIntegerField(default=0, help_text="Tasks made.")
    annotation_count = models.BigIntegerField(default=0, help_text="Annotations made.")
    prediction_count = models.BigIntegerField(default=0, help_text="Predictions made.")
    error = models.TextField(blank=True, default="", help_text="Why it failed.")
    duration = models.FloatField(default=0.0, help_text="Seconds.")
    data_columns = models.JSONField(default=list, help_text="Keys of the tasks' data.")
    task_ids = models.JSONField(default=list, help_text="First and last id of the tasks made.")
    created_by = models.ForeignKey(
        Member, null=True, on_delete=models.SET_NULL, related_name="+", help_text="Who imported."
    )
    finished_at = models.DateTimeField(null=True, help_text="When it ended (UTC).")
