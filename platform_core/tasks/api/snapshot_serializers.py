"""Bodies of snapshots, in Label Studio's words."""

from typing import Any, Final

from rest_framework import serializers

ONLY_OR_EXCLUDE: Final = ("only", "exclude")


def _choice(text: str) -> serializers.ChoiceField:
    return serializers.ChoiceField(
        choices=ONLY_OR_EXCLUDE, required=False, allow_null=True, allow_blank=True, help_text=text
    )


class TaskFilterSerializer(serializers.Serializer[Any]):
    """Which tasks."""

    view = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=2**63 - 1, help_text="Tasks of this view."
    )
    skipped = _choice("Tasks with a skipped annotation.")
    finished = _choice("Tasks with as many annotations as they need.")
    annotated = _choice("Tasks with an annotation that is not skipped.")
    only_with_annotations = serializers.BooleanField(
        required=False, help_text="Leave out tasks of which no annotation passes the annotation filter."
    )


class AnnotationFilterSerializer(serializers.Serializer[Any]):
    """Which annotations: those of the kinds that are on; all when none is."""

    usual = serializers.BooleanField(required=False, allow_null=True, help_text="Neither skipped nor ground truth.")
    ground_truth = serializers.BooleanField(required=False, allow_null=True, help_text="Known to be right.")
    skipped = serializers.BooleanField(required=False, allow_null=True, help_text="Skipped.")


class OnlyIdSerializer(serializers.Serializer[Any]):
    """In full, or ids."""

    only_id = serializers.BooleanField(required=False, default=False, help_text="Ids, not objects.")


class SerializationSerializer(serializers.Serializer[Any]):
    """What is written in full: an option that is absent means ids."""

    drafts = OnlyIdSerializer(required=False, allow_null=True, help_text="Drafts.")
    predictions = OnlyIdSerializer(required=False, allow_null=True, help_text="Predictions.")
    annotations__completed_by = OnlyIdSerializer(required=False, allow_null=True, help_text="Authors.")
    include_annotation_history = serializers.BooleanField(
        required=False, help_text="Taken and kept, without effect: there is no such history here."
    )
    interpolate_key_frames = serializers.BooleanField(
        required=False, help_text="Boxes of videos at every frame, not only where somebody set them."
    )


class ConversionSerializer(serializers.Serializer[Any]):
    """A snapshot in another format."""

    id = serializers.IntegerField(help_text="Identifier.")
    status = serializers.CharField(help_text="created, in_progress, failed or completed.")
    export_type = serializers.CharField(help_text="Name of the format.")
    traceback = serializers.CharField(allow_null=True, help_text="That it failed; never anything internal.")
    job = serializers.UUIDField(allow_null=True, help_text="The job, with progress, at `/api/jobs/`.")
    md5 = serializers.CharField(help_text="MD5 of the file; empty until it is complete.")
    sha256 = serializers.CharField(help_text="SHA-256 of the file; empty until it is complete.")
    size = serializers.IntegerField(allow_null=True, help_text="Bytes of the file.")


class SnapshotSerializer(serializers.Serializer[Any]):
    """A snapshot of a project."""

    id = serializers.IntegerField(read_only=True, help_text="Identifier.")
    title = serializers.CharField(
        required=False, allow_blank=True, max_length=2048, help_text="For people; made up unless given."
    )
    project = serializers.IntegerField(read_only=True, help_text="Id of the project.")
    created_by = serializers.DictField(read_only=True, allow_null=True, help_text="Who asked for it.")
    created_at = serializers.DateTimeField(read_only=True, help_text="When (UTC).")
    finished_at = serializers.DateTimeField(read_only=True, allow_null=True, help_text="When it was complete (UTC).")
    expires_at = serializers.DateTimeField(read_only=True, help_text="When it is deleted (UTC).")
    status = serializers.CharField(read_only=True, help_text="created, in_progress, failed or completed.")
    job = serializers.UUIDField(
        read_only=True, allow_null=True, help_text="The job, with progress and cancel, at `/api/jobs/`."
    )
    md5 = serializers.CharField(read_only=True, help_text="MD5 of the file; empty until it is complete.")
    sha256 = serializers.CharField(read_only=True, help_text="SHA-256 of the file; empty until it is complete.")
    size = serializers.IntegerField(read_only=True, allow_null=True, help_text="Bytes of the file.")
    counters = serializers.DictField(read_only=True, help_text="`task_number`: tasks in the file.")
    task_filter_options = TaskFilterSerializer(required=False, allow_null=True, help_text="Which tasks.")
    annotation_filter_options = AnnotationFilterSerializer(
        required=False, allow_null=True, help_text="Which annotations."
    )
    serialization_options = SerializationSerializer(required=False, allow_null=True, help_text="What in full.")
    converted_formats = ConversionSerializer(many=True, read_only=True, help_text="Its conversions.")


class ConvertSerializer(serializers.Serializer[Any]):
    """To which format."""

    export_type = serializers.CharField(max_length=100, help_text="A name of `export/formats`.")
    download_resources = serializers.BooleanField(
        required=False, help_text="Media too, in formats of images; the job's result counts them."
    )


class ConvertedSerializer(serializers.Serializer[Any]):
    """A conversion that has begun."""

    export_type = serializers.CharField(help_text="Name of the format.")
    converted_format = serializers.IntegerField(help_text="Id of the conversion.")


CONVERSION_EXAMPLE: Final = {
    "id": 1,
    "status": "completed",
    "export_type": "CSV",
    "traceback": None,
    "job": "0b0b8ad4-6d2b-4a39-9c5f-6f8f6a3c9d12",
    "md5": "9b2d5b4678781e53038e91ea5324530a",
    "sha256": "7c3e9f0a6b5d4c2e1f0a9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f2a1b0c9d8e",
    "size": 812,
}
SNAPSHOT_EXAMPLE: Final = {
    "id": 1,
    "title": "Reports-at-2026-11-20-12-00",
    "project": 1,
    "created_by": {
        "id": 1,
        "first_name": "Ada",
        "last_name": "",
        "email": "ada@aero.example",
        "avatar": None,
        "username": "ada@aero.example",
    },
    "created_at": "2026-11-20T12:00:00.000000Z",
    "finished_at": "2026-11-20T12:00:02.000000Z",
    "expires_at": "2026-12-20T12:00:00.000000Z",
    "status": "completed",
    "job": "0b0b8ad4-6d2b-4a39-9c5f-6f8f6a3c9d11",
    "md5": "0f343b0931126a20f133d67c2b018a3b",
    "sha256": "1a79a4d60de6718e8e5b326e338ae5335b3b2a1c0d9e8f7a6b5c4d3e2f1a0b9c",
    "size": 2048,
    "counters": {"task_number": 2},
    "task_filter_options": {"annotated": "only"},
    "annotation_filter_options": {},
    "serialization_options": {},
    "converted_formats": [CONVERSION_EXAMPLE],
}
