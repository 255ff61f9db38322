"""Bodies of the views of what is in a project."""

from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers

EXTENDED: Final = OpenApiParameter("extended", bool, description="Answer `static` and `live` lists instead.")


class AnnotatorSerializer(serializers.Serializer[Any]):
    """A member who annotated."""

    id = serializers.IntegerField(help_text="Id of the member.")
    username = serializers.CharField(help_text="User name.")
    first_name = serializers.CharField(help_text="First name.")
    last_name = serializers.CharField(help_text="Last name.")
    email = serializers.EmailField(help_text="E-mail address.")
    avatar = serializers.CharField(allow_null=True, help_text="Path of the picture; null without one.")


@extend_schema_field({"type": "object", "additionalProperties": True})
class FreeObject(serializers.JSONField):
    """A JSON object of any keys."""


class ModelVersionsSerializer(serializers.Serializer[Any]):
    """Version to number of predictions, or with `extended` two lists of versions."""

    static = serializers.ListField(
        child=serializers.DictField(), required=False, help_text="Of stored predictions: model_version, count, latest."
    )
    live = serializers.ListField(
        child=serializers.DictField(), required=False, help_text="Of connected models, which plugins bring."
    )


class SummarySerializer(serializers.Serializer[Any]):
    """What a project's data and annotations hold."""

    project = serializers.IntegerField(help_text="Id of the project.")
    tasks_seen = serializers.IntegerField(help_text="How many tasks were looked at.")
    all_data_columns = serializers.DictField(child=serializers.IntegerField(), help_text="Key of the data to tasks.")
    common_data_columns = serializers.ListField(child=serializers.CharField(), help_text="Keys that every task has.")
    created_annotations = serializers.DictField(
        child=serializers.IntegerField(), help_text="`from_name|to_name|type` to regions."
    )
    created_labels = serializers.DictField(
        child=serializers.DictField(child=serializers.IntegerField()), help_text="Control to label to regions."
    )


@extend_schema_field(OpenApiTypes.OBJECT)
class AnySchema(serializers.JSONField):
    """A JSON Schema or a part of one."""


class LabelConfigSchemaSerializer(serializers.Serializer[Any]):
    """JSON Schema (2020-12) of a result."""

    type = serializers.CharField(help_text="Always `array`: a result is a list of regions and relations.")
    items = AnySchema(help_text="Schema of one region or relation.")


class SampleTaskRequestSerializer(serializers.Serializer[Any]):
    """For which label config a sample is wanted."""

    label_config = serializers.CharField(
        required=False,
        allow_null=True,
        allow_blank=True,
        trim_whitespace=False,
        help_text="Label configuration (XML); the project's own unless given.",
    )
    include_annotation_and_prediction = serializers.BooleanField(
        default=False, help_text="Answer a whole task, with an annotation and a prediction."
    )


class SampleTaskSerializer(serializers.Serializer[Any]):
    """A made-up task."""

    sample_task = FreeObject(help_text="Task data, or a whole task.")


class DuplicateRequestSerializer(serializers.Serializer[Any]):
    """How a project is copied. Unknown keys, as Enterprise's `workspace`, are ignored."""

    mode = serializers.ChoiceField(choices=["settings", "settings,data"], help_text="With or without the tasks.")
    title = serializers.CharField(min_length=3, max_length=50, help_text="Title of the copy.")
    description = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, help_text="Of the copy; the original's unless given."
    )
    include_members = serializers.BooleanField(
        default=False, help_text="Members and teams with access get access to the copy too."
    )


class DuplicateSerializer(serializers.Serializer[Any]):
    """A copy of a project."""

    id = serializers.IntegerField(help_text="Id of the copy.")
    job = serializers.UUIDField(allow_null=True, help_text="Job that copies the tasks, where they are many; else null.")
