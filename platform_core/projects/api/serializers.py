"""Input and output of project endpoints. Unknown input keys are ignored: the SDK sends Enterprise's."""

from typing import Any

from rest_framework import serializers

from platform_core.projects.managers import COUNTERS
from platform_core.projects.models import Project

WRITABLE = [
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
    "min_annotations_to_start_training",
    "start_training_on_annotation_update",
    "show_collab_predictions",
    "sampling",
    "show_ground_truth_first",
    "annotator_evaluation_enabled",
    "show_overlap_first",
    "overlap_cohort_percentage",
    "task_data_login",
    "task_data_password",
    "evaluate_predictions_automatically",
    "skip_queue",
    "require_warning_reasons",
    "reveal_preannotations_interactively",
    "pinned_at",
]
READABLE = [
    *("id", *WRITABLE, "created_at", "updated_at", "control_weights", "parsed_label_config"),
]


class ProjectWriteSerializer(serializers.ModelSerializer[Project]):
    """Fields of a project that members may set."""

    task_data_password = serializers.CharField(
        max_length=256,
        required=False,
        allow_null=True,
        allow_blank=True,
        trim_whitespace=False,
        write_only=True,
        help_text="Password for task media; kept encrypted, never answered. Null or empty takes it away.",
    )

    class Meta:
        model = Project
        fields = WRITABLE
        extra_kwargs = {
            name: {"allow_null": True} for name in ("description", "expert_instruction", "model_version", "color")
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Store null texts as empty ones, as Label Studio's clients send either."""
        nullable = ("pinned_at", "task_data_login", "task_data_password")
        return {name: "" if value is None and name not in nullable else value for name, value in attrs.items()}


class CreatorSerializer(serializers.Serializer[Any]):
    """Who made a project."""

    id = serializers.IntegerField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    email = serializers.EmailField()
    avatar = serializers.CharField(allow_null=True)


class ProjectSerializer(serializers.ModelSerializer[Project]):
    """A project as Label Studio's clients read it. Describes the answer; rows are written from values."""

    organization = serializers.IntegerField(read_only=True, help_text="Identifier of the organization.")
    created_by = CreatorSerializer(read_only=True, allow_null=True)
    queue_total = serializers.IntegerField(read_only=True, allow_null=True, help_text="Tasks.")
    queue_done = serializers.IntegerField(read_only=True, allow_null=True, help_text="Finished tasks.")
    config_has_control_tags = serializers.BooleanField(read_only=True)
    config_suitable_for_bulk_annotation = serializers.BooleanField(read_only=True)
    assignment_settings = serializers.DictField(read_only=True)
    review_settings = serializers.DictField(read_only=True)
    state = serializers.CharField(read_only=True, help_text="CREATED, IN_PROGRESS or COMPLETED.")
    task_number = serializers.IntegerField(read_only=True)
    finished_task_number = serializers.IntegerField(read_only=True)
    total_predictions_number = serializers.IntegerField(read_only=True)
    total_annotations_number = serializers.IntegerField(read_only=True)
    num_tasks_with_annotations = serializers.IntegerField(read_only=True)
    useful_annotation_number = serializers.IntegerField(read_only=True)
    ground_truth_number = serializers.IntegerField(read_only=True)
    skipped_annotations_number = serializers.IntegerField(read_only=True)

    class Meta:
        model = Project
        fields = [
            *[name for name in READABLE if name != "task_data_password"],
            *COUNTERS,
            "organization",
            "created_by",
            "queue_total",
            "queue_done",
            "config_has_control_tags",
            "config_suitable_for_bulk_annotation",
            "assignment_settings",
            "review_settings",
            "state",
        ]


class ProjectCountsSerializer(serializers.Serializer[Any]):
    """Id and counters of a project."""

    id = serializers.IntegerField()
    task_number = serializers.IntegerField()
    finished_task_number = serializers.IntegerField()
    total_predictions_number = serializers.IntegerField()
    total_annotations_number = serializers.IntegerField()
    num_tasks_with_annotations = serializers.IntegerField()
    useful_annotation_number = serializers.IntegerField()
    ground_truth_number = serializers.IntegerField()
    skipped_annotations_number = serializers.IntegerField()


class LabelConfigSerializer(serializers.Serializer[Any]):
    """A label config to be checked."""

    label_config = serializers.CharField(help_text="Label configuration (XML).", trim_whitespace=False)


class ValidationResultSerializer(serializers.Serializer[Any]):
    """What a check of a label config found."""

    label_config = serializers.CharField(help_text="The config that was checked.")
    config_essential_data_has_changed = serializers.BooleanField(
        allow_null=True, help_text="Whether data or labels differ from the project's config."
    )
    warnings = serializers.ListField(child=serializers.DictField(), help_text="What plugins remarked.")


class GrantSerializer(serializers.Serializer[Any]):
    """A member or team with access to a project."""

    id = serializers.IntegerField(help_text="Id of the member or team.")


class ProjectAccessSerializer(serializers.Serializer[Any]):
    """Who has access to a project beyond managers."""

    members = serializers.ListField(child=serializers.IntegerField(), help_text="Ids of members.")
    teams = serializers.ListField(child=serializers.IntegerField(), help_text="Ids of teams.")
