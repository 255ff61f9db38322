"""Label Studio's derived forms of a config: `parsed_label_config` and `control_weights` of a project."""

from collections.abc import Iterable, Mapping
from typing import Any

from platform_core.projects.label_config.types import Control, LabelConfig, ObjectTag


def parsed_label_config(config: LabelConfig) -> dict[str, Any]:
    """`{control: {type, to_name, inputs, labels, labels_attrs}}`, as clients of Label Studio read it.

    `conditionals`, `dynamic_labels` and `regex` are there only where they apply. Objects that make results about
    themselves (`Chat` with `toName`) count as controls, as they do for these clients.
    """
    parsed = {name: _control_entry(control, config) for name, control in config.controls.items()}
    for name, item in config.objects.items():
        if item.to_name:
            parsed[name] = {
                "type": item.tag,
                "to_name": list(item.to_name),
                "inputs": [],
                "labels": [],
                "labels_attrs": {},
            }
    return parsed


def control_weights(config: LabelConfig, current: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """`{control: {overall, type, labels: {label: weight}}}`: 1.0 each, or what `current` says for what still exists."""
    weights = {}
    for name, control in config.controls.items():
        known = _mapping(_mapping(current).get(name))
        labels = _mapping(known.get("labels"))
        weights[name] = {
            "overall": _weight(known.get("overall")),
            "type": control.tag,
            "labels": {label.value: _weight(labels.get(label.value)) for label in control.labels},
        }
    return weights


def _control_entry(control: Control, config: LabelConfig) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": control.tag, "to_name": list(control.to_name)}
    if regex := {flag: ".*" for flag in control.index_flags if any(flag in name for name in control.to_name)}:
        entry["regex"] = regex
    if control.per_region and (condition := _conditionals(control.attributes)):
        entry["conditionals"] = condition
    if control.dynamic:
        entry["dynamic_labels"] = True
    entry["inputs"] = _inputs(config.objects[name] for name in control.to_name if name in config.objects)
    entry["labels"] = list(dict.fromkeys(label.value for label in control.labels))
    entry["labels_attrs"] = {label.value: dict(label.attributes) for label in control.labels}
    return entry


def _inputs(objects: Iterable[ObjectTag]) -> list[dict[str, Any]]:
    return [
        {"type": item.tag, "value": item.value.lstrip("$"), "valueType": item.attributes.get("valueType")}
        for item in objects
    ]


def _conditionals(attributes: Mapping[str, str]) -> dict[str, str] | None:
    for kind, attribute in (("tag", "whenTagName"), ("label", "whenLabelValue"), ("choice", "whenChoiceValue")):
        if attributes.get(attribute):
            return {"type": kind, "name": attributes[attribute]}
    return None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _weight(value: object) -> float:
    """A weight of nothing is a weight; what is no number was never set."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else 1.0  # type: ignore[arg-type]
