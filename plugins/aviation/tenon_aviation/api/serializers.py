"""Bodies of the plugin's endpoints; rows come in as dictionaries from `tenon_aviation.queries`."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from tenon_aviation.models import PackStatus


class PackSerializer(serializers.Serializer[dict[str, Any]]):
    """A taxonomy pack without its values."""

    id = serializers.IntegerField(help_text="Identifier in this organization.")
    ref = serializers.SerializerMethodField(help_text="What a control tag writes in `taxonomy=`.")
    key = serializers.CharField(help_text="Name of the taxonomy.")
    version = serializers.CharField(help_text="Version as its publisher writes it.")
    title = serializers.CharField(help_text="Name for people.")
    source = serializers.CharField(help_text="The document it was taken from.")  # type: ignore[assignment]
    licence = serializers.CharField(help_text="Terms under which it may be used.")
    credit = serializers.CharField(help_text="Who must be named where it is shown.")
    notes = serializers.CharField(help_text="What a user of the pack should know.")
    locale = serializers.CharField(help_text="Language of labels and definitions.")
    status = serializers.ChoiceField(choices=PackStatus.choices, help_text="Whether it may be used.")
    checksum = serializers.CharField(help_text="SHA-256 of the shipped content.")
    node_count = serializers.IntegerField(help_text="Number of values.")
    created_at = serializers.DateTimeField(help_text="When it was installed (UTC).")
    updated_at = serializers.DateTimeField(help_text="When it or one of its values last changed (UTC).")

    def get_ref(self, row: dict[str, Any]) -> str:
        """Return `aviation:key@version`."""
        return f"aviation:{row['key']}@{row['version']}"


class NodeSerializer(serializers.Serializer[dict[str, Any]]):
    """One value of a pack."""

    id = serializers.IntegerField(help_text="Identifier in this organization.")
    pack = serializers.IntegerField(source="pack_id", help_text="Identifier of its pack.")
    parent = serializers.CharField(  # type: ignore[assignment]
        source="parent__code", allow_null=True, help_text="Code above; null on top."
    )
    code = serializers.CharField(help_text="Code as annotations carry it.")
    label = serializers.CharField(help_text="Name for people.")  # type: ignore[assignment]
    definition = serializers.CharField(help_text="What it means, in our own words.")
    level = serializers.IntegerField(help_text="Depth in the tree; 1 on top.")
    order = serializers.IntegerField(help_text="Place in the pack.")
    active = serializers.BooleanField(help_text="Whether annotations may use it.")
    aliases = serializers.ListField(child=serializers.CharField(), help_text="Other spellings and retired codes.")
    allowed_phases = serializers.ListField(
        child=serializers.CharField(), allow_null=True, help_text="Phases in which it usually occurs; null means any."
    )
    external_ids = serializers.DictField(help_text="Identifiers in other systems, by system.")
    created_at = serializers.DateTimeField(help_text="When it was installed (UTC).")
    updated_at = serializers.DateTimeField(help_text="When it last changed (UTC).")


class NodeChangeSerializer(serializers.Serializer[dict[str, Any]]):
    """What may be changed of a value."""

    active = serializers.BooleanField(help_text="Whether annotations may use it from now on.")


class NodeQuerySerializer(serializers.Serializer[dict[str, Any]]):
    """Query parameters of a list of values; `NODE_PARAMETERS` describes them."""

    parent = serializers.CharField(required=False, allow_blank=True, max_length=64)  # type: ignore[assignment]
    level = serializers.IntegerField(required=False, min_value=1, max_value=100)
    active = serializers.BooleanField(required=False)
    search = serializers.CharField(required=False, max_length=200)


NODE_PARAMETERS: Final = (
    OpenApiParameter("parent", str, description="Code of the parent; empty for the top level."),
    OpenApiParameter("level", int, description="Depth in the tree, from 1."),
    OpenApiParameter("active", bool, description="Only values that may be used, or only those that may not."),
    OpenApiParameter("search", str, description="Part of a code or label, in any case."),
)


class TemplateSerializer(serializers.Serializer[Any]):
    """A label config offered for new projects."""

    key = serializers.CharField(help_text="Name within the plugin.")
    title = serializers.CharField(help_text="Name for people.")
    description = serializers.CharField(help_text="One sentence for people.")
    group = serializers.CharField(help_text="Heading under which it is listed.")
    label_config = serializers.CharField(help_text="XML to put into a project.")
