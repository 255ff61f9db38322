"""Input and output of views and actions."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from tenon_data_manager.models import View

BIG: Final = 2**63 - 1
PROJECT: Final = OpenApiParameter("project", int, required=True, description="Id of the project.")


class ObjectField(serializers.JSONField):
    """A JSON object."""

    def to_internal_value(self, data: Any) -> Any:
        """Refuse everything but an object."""
        if not isinstance(data, dict):
            raise serializers.ValidationError("A JSON object is expected.")
        return data


class ViewSerializer(serializers.ModelSerializer[View]):
    """A stored view."""

    project = serializers.IntegerField(
        source="project_id", min_value=1, max_value=BIG, help_text="Id of the project whose tasks it shows."
    )
    user = serializers.IntegerField(source="user_id", read_only=True, allow_null=True, help_text="Who made it.")
    data = ObjectField(  # type: ignore[assignment]  # a field of this name hides the serializer's property
        required=False,
        help_text="title, filters, ordering, selectedItems, hiddenColumns and whatever the client keeps.",
    )

    class Meta:
        model = View
        fields = ["id", "project", "user", "order", "data"]
        read_only_fields = ["order"]


class ViewChangeSerializer(serializers.Serializer[Any]):
    """What may be changed of a view: keys of its data; those that are left out stay."""

    data = ObjectField(  # type: ignore[assignment]  # as above
        required=False, help_text="Keys to put in."
    )


class ViewOrderSerializer(serializers.Serializer[Any]):
    """The order of a project's views."""

    project = serializers.IntegerField(min_value=1, max_value=BIG, help_text="Id of the project.")
    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=BIG), max_length=10_000, help_text="Views, in order."
    )


class ProjectQuerySerializer(serializers.Serializer[Any]):
    """The query parameter `project`."""

    project = serializers.IntegerField(min_value=1, max_value=BIG)


class ViewQuerySerializer(serializers.Serializer[Any]):
    """The query parameter of the list of views."""

    project = serializers.IntegerField(required=False, min_value=1, max_value=BIG)


class ActionQuerySerializer(serializers.Serializer[Any]):
    """Which action, and where; as query parameters or in the body."""

    id = serializers.CharField(max_length=128)
    project = serializers.IntegerField(required=False, min_value=1, max_value=BIG)
    view = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=BIG)
    dry_run = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for a project or a view."""
        if not attrs.get("project") and not attrs.get("view"):
            raise serializers.ValidationError({"project": ["Name a project or a view."]})
        return attrs


class ColumnSerializer(serializers.Serializer[Any]):
    """A column of task lists."""

    id = serializers.CharField(help_text="As filters name it; those with a parent as `parent.id`.")
    title = serializers.CharField()
    type = serializers.CharField(help_text="Type for filters, or of what is shown.")
    target = serializers.CharField()
    parent = serializers.CharField(  # type: ignore[assignment]  # a field of this name hides the serializer's property
        required=False
    )
    children = serializers.ListField(child=serializers.CharField(), required=False)
    visibility_defaults = serializers.DictField(required=False)


class ColumnListSerializer(serializers.Serializer[Any]):
    """The columns of a project."""

    columns = ColumnSerializer(many=True)


class ProjectStateSerializer(serializers.Serializer[Any]):
    """A project, its counters, and what the member may do to its tasks; more keys as in `GET /api/projects/{id}/`."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    task_count = serializers.IntegerField()
    annotation_count = serializers.IntegerField()
    can_delete_tasks = serializers.BooleanField()
    can_manage_annotations = serializers.BooleanField()
    can_manage_tasks = serializers.BooleanField()
    source_syncing = serializers.BooleanField()
    target_syncing = serializers.BooleanField()


class ActionSerializer(serializers.Serializer[Any]):
    """Something that can be done to the tasks of a selection."""

    id = serializers.CharField()
    title = serializers.CharField()
    order = serializers.IntegerField()
    permission = serializers.JSONField(help_text="Codename, or a list of them.")
    experimental = serializers.BooleanField()
    dialog = serializers.DictField()


class ActionFieldSerializer(serializers.Serializer[Any]):
    """A field of a form; its value goes into the body of the action under its name."""

    type = serializers.CharField(help_text="input, number or select.")
    name = serializers.CharField()
    label = serializers.CharField(  # type: ignore[assignment]  # a field of this name hides the serializer's property
        help_text="For people."
    )
    required = serializers.BooleanField(  # type: ignore[assignment]  # as above
        required=False
    )
    options = serializers.ListField(child=serializers.CharField(), required=False)


class ActionFormSerializer(serializers.Serializer[Any]):
    """A group of fields of a form."""

    columnCount = serializers.IntegerField()  # noqa: N815  (the name that clients read)
    fields = ActionFieldSerializer(many=True)  # type: ignore[assignment]  # a field of this name hides a property


class ActionRequestSerializer(serializers.Serializer[Any]):
    """What an action works on; the fields of its form stand beside."""

    filters = serializers.JSONField(required=False, allow_null=True, help_text="Filter document.")
    ordering = serializers.JSONField(required=False, allow_null=True, help_text="Accepted, and of no effect.")
    selectedItems = serializers.JSONField(  # noqa: N815  (the name that clients send)
        required=False, allow_null=True, help_text="Tasks picked by hand, as an object or as JSON in a text."
    )


class ActionResultSerializer(serializers.Serializer[Any]):
    """What an action did, or the job that does it."""

    processed_items = serializers.IntegerField(help_text="Objects changed; of a job, tasks selected.")
    detail = serializers.CharField()
    reload = serializers.BooleanField(help_text="Whether a shown list is out of date now.")
    job = serializers.UUIDField(allow_null=True, help_text="Its progress is at `/api/jobs/{id}/`.")
    dry_run = serializers.BooleanField(required=False)
    tasks = serializers.IntegerField(required=False, help_text="Tasks selected; with `dry_run`.")
