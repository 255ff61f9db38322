"""Results in OpenAPI: one schema a control for its value, one a region, and their union told apart by `type`."""

import copy
from typing import Any, Final

from platform_core.projects.label_config.schemas import RELATION_DIRECTIONS
from platform_core.projects.label_config.tags import TagRegistry, TagSpec

JSONSchema = dict[str, Any]
_PLACE: Final = "#/components/schemas/"
RESULT_ITEM: Final = "ResultItem"


def result_components(tags: TagRegistry, *, loose_types: bool) -> dict[str, JSONSchema]:
    """Return component schemas by name for results under these tags; `ResultItem` is what a result is a list of.

    Args:
        loose_types: write what OpenAPI 3.0 can say too: no `const`, and no `type` where there are several.
    """
    components: dict[str, JSONSchema] = {}
    regions: dict[str, str] = {}
    for spec in tags.values():
        if not spec.result_type or not spec.makes_results or spec.result_type in regions:
            continue
        value, region = f"{spec.name}Value", f"{spec.name}Region"
        components[value] = {"title": value, "description": _described(spec), **_value(spec)}
        components[region] = _region(spec, value)
        regions[spec.result_type] = region
    components["RelationRegion"] = _relation()
    regions["relation"] = "RelationRegion"
    components["Region"] = {
        "description": "One region, or one answer, of a control, told apart by `type`; or a relation of two regions.",
        "oneOf": [{"$ref": _PLACE + name} for name in regions.values()],
        "discriminator": {"propertyName": "type", "mapping": {kind: _PLACE + name for kind, name in regions.items()}},
    }
    components[RESULT_ITEM] = {
        "description": "A region that fits the label config; any object in a project that has no label config yet.",
        "anyOf": [{"$ref": f"{_PLACE}Region"}, {"type": "object", "additionalProperties": True}],
    }
    return {name: _loosened(schema) if loose_types else schema for name, schema in components.items()}


def _described(spec: TagSpec) -> str:
    return f"Value of a region of {spec.name}; labels are those that the project's label config lists."


def _value(spec: TagSpec) -> JSONSchema:
    schema = copy.deepcopy(dict(spec.value_schema)) or {"type": "object"}
    if not schema.get("required", True):
        del schema["required"]
    return schema


def _region(spec: TagSpec, value: str) -> JSONSchema:
    return {
        "type": "object",
        "description": f"Made by the tag {spec.name}.",
        "required": ["from_name", "to_name", "type", "value"],
        "properties": {
            "id": {"type": "string", "maxLength": 256, "description": "Of the region; shared by what describes it."},
            "from_name": {"type": "string", "description": "Name of the control."},
            "to_name": {"type": "string", "description": "Name of the object."},
            "type": {"const": spec.result_type},
            "value": {"$ref": _PLACE + value},
            "original_width": {"type": ["number", "null"]},
            "original_height": {"type": ["number", "null"]},
            "image_rotation": {"type": ["number", "null"]},
            "origin": {"type": ["string", "null"], "description": "manual, prediction and so on."},
            "score": {"type": ["number", "null"]},
        },
    }


def _relation() -> JSONSchema:
    return {
        "type": "object",
        "description": "Joins two regions of one result.",
        "required": ["type", "from_id", "to_id", "direction"],
        "properties": {
            "type": {"const": "relation"},
            "from_id": {"type": "string"},
            "to_id": {"type": "string"},
            "direction": {"enum": list(RELATION_DIRECTIONS)},
            "labels": {"type": ["array", "null"], "items": {"type": "string"}},
        },
    }


def _loosened(schema: Any) -> Any:
    """Say less, and nothing wrong, where OpenAPI 3.0 lacks a word of JSON Schema."""
    if isinstance(schema, list):
        return [_loosened(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    loose = {key: _loosened(value) for key, value in schema.items()}
    if "const" in loose:
        loose["enum"] = [loose.pop("const")]
    if isinstance(loose.get("type"), list):
        del loose["type"]
    return loose
