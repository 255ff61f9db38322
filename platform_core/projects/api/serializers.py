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


class ControlWeightSerializer(serializers.Serializer[Any]):
    """How much a control and its labels count where annotations are compared."""

    overall = serializers.FloatField(min_value=0, max_value=1_000_000, default=1.0, help_text="Weight of the control.")
    type = serializers.CharField(required=False, help_text="Tag of the control; told, not set.")
    labels = serializers.DictField(
        child=serializers.FloatField(min_value=0, max_value=1_000_000), required=False, help_text="Label to weight."
    )


class ProjectWriteSerializer(serializers.ModelSerializer[Project]):
    """Fields of a project that members may set."""

    task_data_password = serializers.CharField(
        max_length=256,
        required=False,
        allow_null=True,
        allow_blank=True,
        trim_whitespace=False,
        write_only=True,
        help_text="Password for task media; kept encrypted, never answered. An empty text takes it away.",
    )
    control_weights = serializers.DictField(
        child=ControlWeightSerializer(),
        required=False,
        allow_null=True,
        help_text="Control to its weights; what the label config does not have is left out.",
    )

    class Meta:
        model = Project
        fields = [*WRITABLE, "control_weights"]
        extra_kwargs = {
            "label_config": {"trim_whitespace": False},
            **{
                name: {"allow_null": True}
                for name in ("title", "description", "expert_instruction", "model_version", "color", "label_config")
            },
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Store null texts as empty ones, as Label Studio's clients send either; a null password says nothing."""
        nullable = ("pinned_at", "task_data_login")
        silent = ("task_data_password", "label_config", "control_weights")
        return {
            name: "" if value is None and name not in nullable else value
            for name, value in attrs.items()
            if value is not None or name not in silent
        }


class ProjectCreateSerializer(ProjectWriteSerializer):
    """Fields of a new project, which may begin with a template."""

    template = serializers.CharField(
        required=False,
        allow_null=True,
        allow_blank=True,
        help_text="Key of a project template; gives the label config, and title and description unless sent.",
    )

    class Meta(ProjectWriteSerializer.Meta):
        fields = [*ProjectWriteSerializer.Meta.fields, "template"]


class CreatorSerializer(serializers.Serializer[Any]):
    """Who made a project."""

    id = serializers.IntegerField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    email = serializers.EmailField()
    avatar = serializers.CharField(allow_null=True)
    username = serializers.CharField()


class ProjectSerializer(serializers.ModelSerializer[Project]):
    """A project as Label Studio's clients read it. Describes the answer; rows are written from values."""

    organization = serializers.IntegerField(read_only=True, help_text="Identifier of the organization.")
    created_by = CreatorSerializer(read_only=True, allow_null=True)
    queue_total = serializers.IntegerField(read_only=True, allow_null=True, help_text="Tasks.")
    queue_done = serializers.IntegerField(read_only=True, allow_null=True, help_text="Finished tasks.")
    config_has_control_tags = serializers.BooleanField(read_only=True)
    config_suitable_for_bulk_annotation = serializers.BooleanField(read_only=True)
    assignment_settings = serializers.DictField(read_only=True, help_text="How tasks are handed out.")
    review_settings = serializers.DictField(read_only=True, help_text="How annotations are reviewed.")
    task_data_password = serializers.CharField(read_only=True, allow_null=True, help_text="Always null: a secret.")
    control_weights = serializers.DictField(child=ControlWeightSerializer(), read_only=True)
    parsed_label_config = serializers.DictField(
        read_only=True, help_text="Control to type, to_name, inputs, labels and labels_attrs."
    )
    members = serializers.ListField(
        child=serializers.DictField(), read_only=True, required=False, help_text="Only with `members_limit`."
    )
    members_count = serializers.IntegerField(read_only=True, required=False, help_text="Only with `members_limit`.")
    state = serializers.CharField(read_only=True, help_text="CREATED, IN_PROGRESS or COMPLETED.")
    tasks_behind_rules = serializers.IntegerField(
        read_only=True,
        help_text="Tasks that a job has still to bring up to new overlap or skip queue; 0 = none.",
    )
    task_number = serializers.IntegerField(read_only=True, allow_null=True)
    finished_task_number = serializers.IntegerField(read_only=True, allow_null=True)
    total_predictions_number = serializers.IntegerField(read_only=True, allow_null=True)
    total_annotations_number = serializers.IntegerField(read_only=True, allow_null=True)
    num_tasks_with_annotations = serializers.IntegerField(read_only=True, allow_null=True)
    useful_annotation_number = serializers.IntegerField(read_only=True, allow_null=True)
    ground_truth_number = serializers.IntegerField(read_only=True, allow_null=True)
    skipped_annotations_number = serializers.IntegerField(read_only=True, allow_null=True)

    class Meta:
        model = Project
        fields = [
            *READABLE,
            *COUNTERS,
            "members",
            "members_count",
            "organization",
            "created_by",
            "queue_total",
            "queue_done",
            "config_has_control_tags",
            "config_suitable_for_bulk_annotation",
            "assignment_settings",
            "review_settings",
            "state",
            "tasks_behind_rules",
        ]


class ProjectCountsSerializer(serializers.Serializer[Any]):
    """Id and counters of a project."""

    id = serializers.IntegerField()
    task_number = serializers.IntegerField(allow_null=True)
    finished_task_number = serializers.IntegerField(allow_null=True)
    total_predictions_number = serializers.IntegerField(allow_null=True)
    total_annotations_number = serializers.IntegerField(allow_null=True)
    num_tasks_with_annotations = serializers.IntegerField(allow_null=True)
    useful_annotation_number = serializers.IntegerField(allow_null=True)
    ground_truth_number = serializers.IntegerField(allow_null=True)
    skipped_annotations_number = serializers.IntegerField(allow_null=True)


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
