"""Fields of task endpoints that serializers share."""

import math
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from platform_core.projects.label_config.components import RESULT_ITEM


class JsonObjectField(serializers.JSONField):
    """A JSON object."""

    def to_internal_value(self, data: Any) -> Any:
        """Refuse everything but an object."""
        if not isinstance(data, dict):
            raise serializers.ValidationError("A JSON object is expected.")
        return data


@extend_schema_field({"type": "array", "items": {"$ref": f"#/components/schemas/{RESULT_ITEM}"}})
class RegionsField(serializers.JSONField):
    """A list of regions; the label config's rules are checked by the service."""

    def to_internal_value(self, data: Any) -> Any:
        """Refuse everything but a list of objects."""
        if not isinstance(data, list) or not all(isinstance(region, dict) for region in data):
            raise serializers.ValidationError("A list of regions is expected.")
        return [_plain_region(region) if "from_tag" in region else region for region in data]


def _plain_region(region: dict[str, Any]) -> dict[str, Any]:
    """Return a region object of Label Studio's SDK, sent as it is, in the form that the SDK itself gives it later.

    `control.label(...)` makes such objects: they hold the tags of the label config instead of their names.
    """
    control, shown = region.get("from_tag"), region.get("to_tag")
    if "from_name" in region or not isinstance(control, dict) or not isinstance(shown, dict):
        return region
    names = {"from_name": control.get("name"), "to_name": shown.get("name"), "type": str(control.get("tag")).lower()}
    return {key: value for key, value in region.items() if key not in ("from_tag", "to_tag")} | names


class FiniteFloatField(serializers.FloatField):
    """A number that is neither NaN nor infinite."""

    def to_internal_value(self, data: Any) -> float:
        """Refuse what JSON cannot hold."""
        value = super().to_internal_value(data)
        if not math.isfinite(value):
            raise serializers.ValidationError("A finite number is expected.")
        return value
