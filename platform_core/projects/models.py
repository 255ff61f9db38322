"""Projects, who may see them, and their counters."""

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinLengthValidator, MinValueValidator, RegexValidator
from django.db import models

from platform_core.members.models import Member, Team
from platform_core.projects.managers import ProjectQuerySet
from platform_core.sealed_fields import SealedTextField
from tenants.records import TimestampedModel

ZONE_SIZE: Final = 4096
"""Numbers of tasks that make a zone; see `ProjectCounters.stale_zones`."""


class Sampling(models.TextChoices):
    """Order in which tasks are handed out; the values are Label Studio's."""

    SEQUENTIAL = "Sequential sampling", "In order of ids"
    UNIFORM = "Uniform sampling", "At random"
    UNCERTAINTY = "Uncertainty sampling", "Least certain prediction first"


class SkipQueue(models.TextChoices):
    """What happens to a task that an annotator skips."""

    REQUEUE_FOR_ME = "REQUEUE_FOR_ME", "Back to my queue"
    REQUEUE_FOR_OTHERS = "REQUEUE_FOR_OTHERS", "To others"
    IGNORE_SKIPPED = "IGNORE_SKIPPED", "To nobody"


class Project(TimestampedModel):
    """A labelling project: tasks, a label config, and how they are worked on."""

    title = models.CharField(
        max_length=50, blank=True, default="", validators=[MinLengthValidator(3)], help_text="Name, 3 to 50 characters."
    )
    description = models.TextField(blank=True, default="", help_text="What the project is about.")
    label_config = models.TextField(blank=True, default="<View></View>", help_text="Label configuration (XML).")
    parsed_label_config = models.JSONField(
        default=dict, help_text="Controls of the label config, in Label Studio's shape."
    )
    control_weights = models.JSONField(default=dict, help_text="Weights of controls and labels for agreement.")
    expert_instruction = models.TextField(blank=True, default="", help_text="Instructions shown to annotators (HTML).")
    show_instruction = models.BooleanField(default=False, help_text="Show the instructions before labelling.")
    show_skip_button = models.BooleanField(default=True, help_text="Annotators may skip tasks.")
    enable_empty_annotation = models.BooleanField(default=True, help_text="Annotations without any result are allowed.")
    show_annotation_history = models.BooleanField(default=False, help_text="Annotators see the history of annotations.")
    show_collab_predictions = models.BooleanField(default=True, help_text="Predictions are shown to annotators.")
    show_ground_truth_first = models.BooleanField(default=False, help_text="Tasks with ground truth come first.")
    show_overlap_first = models.BooleanField(default=False, help_text="Tasks with overlap come first.")
    reveal_preannotations_interactively = models.BooleanField(
        default=False, help_text="Pre-annotations appear on demand."
    )
    evaluate_predictions_automatically = models.BooleanField(
        default=False, help_text="Ask the model when a task is opened."
    )
    annotator_evaluation_enabled = models.BooleanField(default=False, help_text="Evaluate annotators on ground truth.")
    color = models.CharField(
        max_length=16,
        blank=True,
        default="#FFFFFF",
        validators=[RegexValidator(r"^#[0-9A-Fa-f]{6}$")],
        help_text="#RRGGBB.",
    )
    sampling = models.CharField(
        max_length=32, choices=Sampling, default=Sampling.SEQUENTIAL, help_text="Order of tasks."
    )
    skip_queue = models.CharField(
        max_length=32,
        choices=SkipQueue,
        default=SkipQueue.REQUEUE_FOR_OTHERS,
        help_text="What happens to skipped tasks.",
    )
    maximum_annotations = models.PositiveIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(1000)], help_text="Annotations a task needs."
    )
    overlap_cohort_percentage = models.PositiveSmallIntegerField(
        default=100, validators=[MaxValueValidator(100)], help_text="Share of tasks that need several annotations."
    )
    min_annotations_to_start_training = models.IntegerField(
        default=0, help_text="Annotations before models are trained."
    )
    start_training_on_annotation_update = models.BooleanField(default=False, help_text="Train models on each update.")
    model_version = models.TextField(blank=True, default="", help_text="Model whose predictions are shown.")
    is_published = models.BooleanField(default=False, help_text="Annotators may work on it.")
    is_draft = models.BooleanField(default=False, help_text="Not yet set up.")
    task_data_login = models.CharField(max_length=256, null=True, blank=True, help_text="Login for task media.")
    task_data_password = SealedTextField(
        null=True, blank=True, help_text="Password for task media; sealed, never answered."
    )
    require_warning_reasons = models.BooleanField(
        default=False, help_text="Warnings of validators need a reason from the annotator."
    )
    pinned_at = models.DateTimeField(null=True, blank=True, help_text="Pinned to the top of lists since then (UTC).")
    created_by = models.ForeignKey(
        Member, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+", help_text="Who made it."
    )

    objects = ProjectQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-pinned_at", "-id"], name="project_list_order")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(overlap_cohort_percentage__lte=100), name="project_cohort_percentage"
            )
        ]


class ProjectCounters(models.Model):
    """Counters of a project, kept by the writes that change them; `tenon django rebuild_counters` recounts."""

    project = models.OneToOneField(
        Project, on_delete=models.CASCADE, primary_key=True, related_name="counters", help_text="Whose counters."
    )
    task_number = models.BigIntegerField(default=0, help_text="Tasks.")
    finished_task_number = models.BigIntegerField(default=0, help_text="Tasks that need no more annotations.")
    total_predictions_number = models.BigIntegerField(default=0, help_text="Predictions.")
    total_annotations_number = models.BigIntegerField(default=0, help_text="Annotations that are not skipped.")
    num_tasks_with_annotations = models.BigIntegerField(
        default=0, help_text="Tasks with an annotation that is not skipped."
    )
    useful_annotation_number = models.BigIntegerField(
        default=0, help_text="Annotations neither skipped nor ground truth."
    )
    ground_truth_number = models.BigIntegerField(default=0, help_text="Ground truth annotations.")
    skipped_annotations_number = models.BigIntegerField(default=0, help_text="Skipped annotations.")
    last_inner_id = models.BigIntegerField(default=0, help_text="Highest number given to a task of the project.")
    deleted_task_number = models.BigIntegerField(
        default=0, help_text="Tasks deleted so far; 0 means numbers have no gaps."
    )
    revision = models.BigIntegerField(
        default=0, help_text="Raised by every write of tasks, annotations or predictions of the project."
    )
    stale_zones = ArrayField(
        models.IntegerField(),
        null=True,
        help_text="Zones whose tasks were changed since they were counted; null: all, or none was counted.",
    )
    rules_position = models.BigIntegerField(
        null=True, help_text="Number up to which tasks follow new overlap or skip queue; null: all do."
    )
    rules_overlap = models.BooleanField(default=False, help_text="It concerns the annotations that tasks need.")
    created_at = models.DateTimeField(auto_now_add=True, help_text="When the row was made (UTC).")
    updated_at = models.DateTimeField(auto_now=True, help_text="When the counters last changed (UTC).")

    def __str__(self) -> str:
        return f"counters of project {self.project_id}"


class ProjectMembership(TimestampedModel):
    """A member who may see and work on a project."""

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, db_index=False, related_name="memberships", help_text="The project."
    )
    member = models.ForeignKey(
        Member, on_delete=models.CASCADE, related_name="project_memberships", help_text="The member."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "member"], name="project_membership_unique")]


class ProjectTeamGrant(TimestampedModel):
    """A team whose members may see and work on a project."""

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, db_index=False, related_name="team_grants", help_text="The project."
    )
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="project_grants", help_text="The team.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "team"], name="project_team_grant_unique")]
