"""JSON Schemas made from a config: for OpenAPI, for clients, and the structural half of result validation."""

import copy
import re
from collections.abc import Mapping
from typing import Any

from platform_core.projects.label_config.types import Control, LabelConfig, ObjectTag

JSONSchema = dict[str, Any]

RELATION_DIRECTIONS = ("left", "right", "bi")


def structural_schema(control: Control) -> JSONSchema:
    """What the value of a region must look like, its numbers in range; says nothing about which labels exist."""
    schema: JSONSchema = copy.deepcopy(dict(control.spec.value_schema))
    properties = schema.get("properties", {})
    if control.tag == "Number":
        for attribute, keyword in (("min", "minimum"), ("max", "maximum")):
            if attribute in control.attributes:
                properties["number"][keyword] = float(control.attributes[attribute])
    if control.tag == "Rating":
        properties["rating"]["maximum"] = int(float(control.attributes.get("maxRating", "5")))
    if control.buckets:
        ids = properties["ranker"]["additionalProperties"]
        # What lies in no bucket is written under "_" by Label Studio's editor.
        properties["ranker"] = {
            "type": "object",
            "properties": dict.fromkeys((*control.buckets, "_"), ids),
            "additionalProperties": False,
        }
    return schema


def value_schema(control: Control) -> JSONSchema:
    """JSON Schema (2020-12) of the `value` of a region of this control, with the labels that the config lists."""
    schema = structural_schema(control)
    key = control.spec.label_key
    if key is None or key not in schema.get("properties", {}):
        return schema
    labels: JSONSchema = schema["properties"][key]
    if not control.multiple:
        labels["maxItems"] = 1
    if control.has_closed_labels:
        labels["items"] = _label_items(control)
    return schema


def _label_items(control: Control) -> JSONSchema:
    if control.spec.tree:
        return {"enum": [list(label.path) for label in control.labels]}
    return {"enum": [label.value for label in control.labels]}


def result_json_schema(config: LabelConfig) -> JSONSchema:
    """JSON Schema (2020-12) of a whole result: a list of regions and relations.

    It describes; `ResultValidator` decides. What no schema can say (ids, order of start and end, relations to regions
    that exist) is checked there only.
    """
    regions = [
        _region_schema(control.name, control.type, control.to_name, control.index_flags, value_schema(control))
        for control in config.controls.values()
        if control.spec.makes_results
    ]
    regions += [_self_region_schema(item) for item in config.objects.values() if item.spec.result_type]
    return {"type": "array", "items": {"anyOf": [*regions, _relation_schema(config)]}}


def _region_schema(
    name: str, result_type: str, to_name: tuple[str, ...], flags: tuple[str, ...], value: Mapping[str, Any]
) -> JSONSchema:
    return {
        "type": "object",
        "title": name,
        "required": ["from_name", "to_name", "type", "value"],
        "properties": {
            "id": {"type": "string"},
            "from_name": _name_schema((name,), flags),
            "to_name": _name_schema(to_name, flags),
            "type": {"const": result_type},
            "value": value,
            "original_width": {"type": ["number", "null"], "minimum": 0},
            "original_height": {"type": ["number", "null"], "minimum": 0},
            "image_rotation": {"type": ["number", "null"]},
            "origin": {"type": ["string", "null"]},
            "score": {"type": ["number", "null"]},
        },
    }


def _self_region_schema(item: ObjectTag) -> JSONSchema:
    targets = tuple(dict.fromkeys((item.name, *item.to_name)))
    return _region_schema(item.name, item.spec.result_type or "", targets, item.index_flags, item.spec.value_schema)


def _name_schema(names: tuple[str, ...], flags: tuple[str, ...]) -> JSONSchema:
    if not flags:
        return {"const": names[0]} if len(names) == 1 else {"enum": list(names)}
    patterns = []
    for name in names:
        pattern = re.escape(name)
        for flag in flags:
            pattern = pattern.replace(re.escape(flag), "[0-9]+")
        patterns.append(pattern)
    return {"type": "string", "pattern": f"^(?:{'|'.join(patterns)})$"}


def _relation_schema(config: LabelConfig) -> JSONSchema:
    labels: JSONSchema = {"enum": list(config.relation_labels)} if config.relation_labels else {"type": "string"}
    return {
        "type": "object",
        "title": "relation",
        "required": ["type", "from_id", "to_id", "direction"],
        "properties": {
            "type": {"const": "relation"},
            "from_id": {"type": "string"},
            "to_id": {"type": "string"},
            "direction": {"enum": list(RELATION_DIRECTIONS)},
            "labels": {"type": ["array", "null"], "items": labels},
        },
    }
