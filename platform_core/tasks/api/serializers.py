"""Input and output of task, annotation and prediction endpoints."""

import math
from typing import Any

from rest_framework import serializers

from platform_core.tasks.api.fields import FiniteFloatField, JsonObjectField, RegionsField
from platform_core.tasks.models import Annotation, AnnotationDraft, AnnotationHistory, ImportRun, Prediction, Task

BIG = 2**63 - 1


class TaskWriteSerializer(serializers.ModelSerializer[Task]):
    """Fields of a task that members may set."""

    data = JsonObjectField(  # type: ignore[assignment]  # a field of this name hides the serializer's property
        help_text="What is shown, by the variables of the label config."
    )
    meta = JsonObjectField(required=False, allow_null=True, help_text="Facts that are not shown.")
    overlap = serializers.IntegerField(
        required=False, min_value=1, max_value=1000, help_text="Annotations the task needs."
    )

    class Meta:
        model = Task
        fields = ["data", "meta", "overlap", "allow_skip"]


class TaskCreateSerializer(TaskWriteSerializer):
    """A task and its project."""

    project = serializers.IntegerField(min_value=1, max_value=BIG, help_text="Id of the project.")

    class Meta(TaskWriteSerializer.Meta):
        fields = [*TaskWriteSerializer.Meta.fields, "project"]


class AnnotationWriteSerializer(serializers.Serializer[Any]):
    """Fields of an annotation that members may set; a plain serializer, for it is made for each submission."""

    result = RegionsField(required=False, help_text="Regions.")
    was_cancelled = serializers.BooleanField(required=False, help_text="The task is skipped.")
    ground_truth = serializers.BooleanField(required=False, help_text="Known to be right.")
    lead_time = FiniteFloatField(required=False, allow_null=True, min_value=0, help_text="Seconds spent.")
    completed_by = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=BIG,
        help_text="Whose work it is: oneself, or with `annotations.change_all` another member.",
    )
    unique_id = serializers.UUIDField(
        required=False,
        allow_null=True,
        help_text="Chosen by the client, to repeat safely: the same submission again answers the annotation it made.",
    )
    import_id = serializers.IntegerField(
        required=False, allow_null=True, min_value=-BIG, max_value=BIG, help_text="Id in a file."
    )
    parent_prediction = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=BIG, help_text="Prediction it started from."
    )
    parent_annotation = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=BIG, help_text="Annotation it started from."
    )
    draft_created_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="When the work was begun, where no draft tells."
    )
    warning_reasons = serializers.DictField(
        child=serializers.CharField(max_length=1000), required=False, help_text="Warning code -> reason."
    )


class SelectedItemsSerializer(serializers.Serializer[Any]):
    """Tasks by check boxes."""

    all = serializers.BooleanField(help_text="All tasks but the excluded ones, else the included ones.")
    included = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=BIG), required=False, max_length=10_000
    )
    excluded = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=BIG), required=False, max_length=10_000
    )


class BulkAnnotationSerializer(AnnotationWriteSerializer):
    """An annotation for several tasks."""

    tasks = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=BIG),
        required=False,
        max_length=10_000,
        help_text="Ids of the tasks.",
    )
    task = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=BIG, help_text="One more.")
    selected_items = SelectedItemsSerializer(required=False, allow_null=True, help_text="Tasks of `project`.")
    project = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=BIG, help_text="Project of the selection."
    )


class BulkDeleteSerializer(serializers.Serializer[Any]):
    """Annotations of one project."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=BIG),
        min_length=1,
        max_length=100,
        help_text="At most 100.",
    )
    project = serializers.IntegerField(min_value=1, max_value=BIG, help_text="Their project.")


class BulkDeletedSerializer(serializers.Serializer[Any]):
    """How many are gone."""

    deleted_count = serializers.IntegerField()


class AnnotationSerializer(serializers.ModelSerializer[Annotation]):
    """An annotation as Label Studio's clients read it."""

    created_username = serializers.CharField(help_text="E-mail and id of the author.")
    created_ago = serializers.CharField(help_text="Always empty.")
    warnings = serializers.ListField(
        child=serializers.DictField(), required=False, help_text="Warnings that were accepted."
    )

    result = RegionsField(read_only=True, help_text="Regions.")

    class Meta:
        model = Annotation
        fields = [
            *("id", "result", "created_username", "created_ago", "completed_by", "was_cancelled", "ground_truth"),
            *("created_at", "updated_at", "draft_created_at", "lead_time", "import_id", "last_action", "bulk_created"),
            *(
                "unique_id",
                "task",
                "project",
                "updated_by",
                "parent_prediction",
                "parent_annotation",
                "last_created_by",
            ),
            "warnings",
        ]


class AuthorSerializer(serializers.Serializer[Any]):
    """The author of an annotation, inside a task."""

    id = serializers.IntegerField(help_text="Identifier.")
    email = serializers.CharField(help_text="E-mail.")
    first_name = serializers.CharField(help_text="First name.")
    last_name = serializers.CharField(help_text="Last name.")
    avatar = serializers.CharField(allow_null=True, help_text="Path of the picture; null without one.")


class TaskAnnotationSerializer(AnnotationSerializer):
    """An annotation inside a task, which shows its author in full."""

    completed_by = AuthorSerializer(allow_null=True, help_text="The author.")


class DraftWriteSerializer(serializers.Serializer[Any]):
    """Fields of a draft that its author may set."""

    result = RegionsField(required=False, help_text="Regions; not checked against the label config yet.")
    lead_time = FiniteFloatField(required=False, allow_null=True, min_value=0, help_text="Seconds spent so far.")
    was_postponed = serializers.BooleanField(required=False, help_text="Put the task off until others are done.")
    version = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=2**31 - 1, help_text="Version that is overwritten."
    )


class DraftSerializer(serializers.ModelSerializer[AnnotationDraft]):
    """A draft as Label Studio's clients read it."""

    user = serializers.CharField(help_text="E-mail of the author.")
    created_username = serializers.CharField(help_text="E-mail and id of the author.")
    created_ago = serializers.CharField(help_text="Always empty.")
    import_id = serializers.IntegerField(allow_null=True, help_text="Always null.")

    result = RegionsField(read_only=True, help_text="Regions.")

    class Meta:
        model = AnnotationDraft
        fields = [
            *("id", "user", "created_username", "created_ago", "result", "lead_time", "was_postponed", "import_id"),
            *("created_at", "updated_at", "version", "task", "annotation"),
        ]


class AnnotationHistorySerializer(serializers.ModelSerializer[AnnotationHistory]):
    """One change of an annotation."""

    project_id = serializers.IntegerField()
    organization_id = serializers.IntegerField()
    created_by = serializers.IntegerField(allow_null=True, help_text="Who changed it.")
    started_at = serializers.DateTimeField(allow_null=True, help_text="When the draft of the change was begun (UTC).")
    result = serializers.JSONField(help_text="Regions afterwards; null where it was deleted.")

    class Meta:
        model = AnnotationHistory
        fields = [
            *("id", "action", "annotation_id", "task_id", "project_id", "organization_id", "created_by", "created_at"),
            *("started_at", "lead_time", "was_cancelled", "ground_truth", "previous_result", "result"),
        ]


class RemovedSerializer(serializers.Serializer[Any]):
    """How many rows are gone."""

    removed = serializers.IntegerField()


class StateChangeSerializer(serializers.Serializer[Any]):
    """A change of state."""

    id = serializers.CharField()
    state = serializers.CharField()
    previous_state = serializers.CharField(allow_null=True)
    transition_name = serializers.CharField()
    reason = serializers.CharField(allow_null=True, allow_blank=True)
    context_data = serializers.JSONField()
    triggered_by = serializers.JSONField(help_text="`id` and `email` of the member; null where nobody is known.")
    created_at = serializers.DateTimeField()


class TransitionSerializer(serializers.Serializer[Any]):
    """A change of state by hand."""

    transition_name = serializers.CharField(max_length=100)
    transition_data = serializers.DictField(required=False, allow_null=True)


class TransitionResultSerializer(serializers.Serializer[Any]):
    """What became of it."""

    success = serializers.BooleanField()
    new_state = serializers.CharField()
    state_record = StateChangeSerializer()


class PredictionWriteSerializer(serializers.ModelSerializer[Prediction]):
    """Fields of a prediction that clients may set."""

    result = RegionsField(help_text="Regions.")
    score = FiniteFloatField(required=False, allow_null=True, min_value=0, max_value=1, help_text="Confidence, 0 to 1.")
    model_version = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=1000)
    cluster = serializers.IntegerField(required=False, allow_null=True, min_value=-(2**31), max_value=2**31 - 1)
    mislabeling = FiniteFloatField(required=False, min_value=0, max_value=1)
    neighbors = serializers.ListField(
        child=serializers.IntegerField(), required=False, allow_null=True, max_length=1000
    )

    class Meta:
        model = Prediction
        fields = ["result", "score", "model_version", "cluster", "mislabeling", "neighbors"]


class PredictionCreateSerializer(PredictionWriteSerializer):
    """A prediction and its task."""

    task = serializers.IntegerField(min_value=1, max_value=BIG, help_text="Id of the task.")

    class Meta(PredictionWriteSerializer.Meta):
        fields = [*PredictionWriteSerializer.Meta.fields, "task"]


class PredictionSerializer(serializers.ModelSerializer[Prediction]):
    """A prediction as Label Studio's clients read it."""

    result = RegionsField(read_only=True, help_text="Regions.")

    class Meta:
        model = Prediction
        fields = [
            *(
                "id",
                "result",
                "model_version",
                "score",
                "cluster",
                "neighbors",
                "mislabeling",
                "created_at",
                "updated_at",
            ),
            *("task", "project"),
        ]


class TaskSerializer(serializers.ModelSerializer[Task]):
    """A task as Label Studio's clients read it."""

    annotations = TaskAnnotationSerializer(many=True, help_text="Only with fields=all.")
    predictions = PredictionSerializer(many=True, help_text="Only with fields=all.")
    drafts = serializers.ListField(child=serializers.DictField())

    class Meta:
        model = Task
        fields = [
            *(
                "id",
                "data",
                "meta",
                "created_at",
                "updated_at",
                "is_labeled",
                "overlap",
                "inner_id",
                "total_annotations",
            ),
            *(
                "cancelled_annotations",
                "total_predictions",
                "completed_at",
                "storage_filename",
                "allow_skip",
                "project",
            ),
            *("annotations", "predictions", "drafts"),
        ]


class HandedOutTaskSerializer(TaskSerializer):
    """A task that was handed out."""

    queue = serializers.CharField(help_text="Why this task: the queue it comes from.")
    unique_lock_id = serializers.CharField(help_text="Id of the lock that keeps others from doing the same work.")
    lock_expires_at = serializers.DateTimeField(help_text="Others may have the task from then on (UTC).")

    class Meta(TaskSerializer.Meta):
        fields = [*TaskSerializer.Meta.fields, "queue", "unique_lock_id", "lock_expires_at"]


class TaskPageSerializer(serializers.Serializer[Any]):
    """A page of tasks."""

    tasks = TaskSerializer(many=True)
    total = serializers.IntegerField(help_text="Tasks of the project.")
    total_annotations = serializers.IntegerField(help_text="Annotations of the project that are not skipped.")
    total_predictions = serializers.IntegerField(help_text="Predictions of the project.")
    next_cursor = serializers.CharField(
        allow_null=True, help_text="Give it as `cursor` for the next page, at any depth."
    )
    end_pagination = serializers.BooleanField(
        required=False, help_text="True where nothing follows; the legacy client."
    )


class ImportReportSerializer(serializers.Serializer[Any]):
    """What an import made."""

    id = serializers.IntegerField(
        allow_null=True, help_text="Id of the import; its report stays at `imports/{id}/`. Null if nothing was written."
    )
    task_count = serializers.IntegerField()
    annotation_count = serializers.IntegerField()
    prediction_count = serializers.IntegerField()
    predictions_count = serializers.IntegerField(help_text="The same under the SDK's name.")
    duration = serializers.FloatField(help_text="Seconds.")
    file_upload_ids = serializers.ListField(child=serializers.IntegerField())
    could_be_tasks_list = serializers.BooleanField()
    found_formats = serializers.ListField(child=serializers.CharField())
    data_columns = serializers.ListField(child=serializers.CharField())
    warnings = serializers.ListField(
        child=serializers.DictField(), help_text="What plugins warn about, with the item's number; at most 100."
    )
    task_ids = serializers.ListField(
        child=serializers.IntegerField(), required=False, help_text="With return_task_ids."
    )
    job = serializers.UUIDField(required=False, help_text="With async: the job that imports.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Add the key that is a word of the language."""
        number = serializers.IntegerField(required=False, help_text="With async: id of the import, to ask for it.")
        return {**super().get_fields(), "import": number}


class ReimportSerializer(serializers.Serializer[Any]):
    """Which files to import again."""

    file_upload_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=BIG), max_length=1000, help_text="Ids of the files."
    )
    files_as_tasks_list = serializers.BooleanField(
        default=True, help_text="False: each table or text is one task that names the file, as time series are."
    )


class FileUploadSerializer(serializers.Serializer[Any]):
    """An uploaded file."""

    id = serializers.IntegerField()
    file = serializers.CharField(help_text="Path; after `/data/` it is the URL.")
    size = serializers.IntegerField(help_text="Bytes.")


class UploadContentSerializer(serializers.Serializer[Any]):
    """The content of a file."""

    file = serializers.FileField(max_length=1000, allow_empty_file=True, help_text="The file, as part of a form.")


class DeleteUploadsSerializer(serializers.Serializer[Any]):
    """Which files to delete."""

    file_upload_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=BIG),
        required=False,
        max_length=10_000,
        help_text="Ids of the files; all of the project unless given.",
    )


class DeletedUploadsSerializer(serializers.Serializer[Any]):
    """How many files were deleted."""

    deleted = serializers.IntegerField()


class PredictionImportSerializer(serializers.Serializer[Any]):
    """What an import of predictions made."""

    created = serializers.IntegerField(help_text="Predictions made.")


class ImportRunSerializer(serializers.ModelSerializer[ImportRun]):
    """The kept report of an import."""

    # The SDK's type is an integer; the report of the import itself has the fraction.
    duration = serializers.SerializerMethodField(help_text="Whole seconds, rounded up.")

    def get_duration(self, run: ImportRun) -> int:
        """Return how long the import took."""
        return math.ceil(run.duration)

    class Meta:
        model = ImportRun
        fields = [
            *("id", "project", "status", "error", "task_count", "annotation_count", "prediction_count", "duration"),
            *("source_format", "found_formats", "file_upload_ids", "could_be_tasks_list", "data_columns", "task_ids"),
            *("warnings", "job_id", "created_at", "updated_at", "finished_at"),
        ]


class ExportFormatSerializer(serializers.Serializer[Any]):
    """A format that a project can be exported to."""

    name = serializers.CharField(help_text="Key, as `export_type` takes it.")
    title = serializers.CharField()
    description = serializers.CharField()
    link = serializers.CharField(allow_null=True)
    tags = serializers.ListField(child=serializers.CharField())
    disabled = serializers.BooleanField()
