"""Made-up task data and results that fit a label config: to try it, to show it, to test what reads it."""

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from platform_core.projects.label_config.types import Control, DataVariable, Label, LabelConfig, ObjectTag

Json = Any
# Reserved for documentation: nothing is ever fetched from there.
_HOST: Final = "https://example.org/samples"
TEXT: Final = "The crew reported a bird strike during the approach and landed without further incident."
_SPAN_END: Final = 8


def sample_data(config: LabelConfig) -> dict[str, Json]:
    """Return task data with every field that the tags read, of a type that they can show."""
    data: dict[str, Json] = {}
    for variable in config.variables:
        if variable.required and variable.path not in data:
            _place(data, variable, copy.deepcopy(_shown_by(variable, config)))
    return data


def sample_result(config: LabelConfig) -> list[dict[str, Json]]:
    """Return a result with one region of each control that the config alone can answer for.

    Left out are controls whose labels a plugin's vocabulary or the task supplies, those inside a Repeater, and labels
    of shapes where nothing draws a shape.
    """
    regions = [*_own_regions(config), *_labels_of_shapes(config)]
    answers = [
        control
        for control in config.controls.values()
        if control.per_region and _is_answerable(control) and control.tag != "Labels"
    ]
    for control in answers:
        if maker := next((one for one in regions if one["to_name"] in control.to_name), None):
            regions.append(_region(control, str(maker["id"]), _value_of(control, config)))
    return regions


def _own_regions(config: LabelConfig) -> Iterator[dict[str, Json]]:
    for item in config.objects.values():
        if item.spec.result_type and not item.index_flags:
            value = _SELF_VALUES.get(item.spec.result_type)
            if value is not None:
                yield _self_region(item, value)
    for control in config.controls.values():
        if _is_answerable(control) and not control.per_region and not _labels_a_shape(control, config):
            yield _region(control, f"sample_{control.name}"[:256], _value_of(control, config))


def _labels_of_shapes(config: LabelConfig) -> Iterator[dict[str, Json]]:
    for control in config.controls.values():
        if not _is_answerable(control) or not _labels_a_shape(control, config):
            continue
        maker = next(
            (
                other
                for other in config.controls.values()
                if other.spec.geometry and _is_answerable(other) and set(other.to_name) & set(control.to_name)
            ),
            None,
        )
        if maker is not None:
            yield {
                **_region(control, f"sample_{maker.name}"[:256], {"labels": [control.labels[0].value]}),
                "to_name": maker.to_name[0],
            }


def _is_answerable(control: Control) -> bool:
    needs_labels = control.spec.label_key is not None
    return (
        control.spec.makes_results
        and not control.index_flags
        and (not needs_labels or control.has_closed_labels)
        and (control.spec.label_tag is None or needs_labels)
        and control.tag in _VALUES
    )


def _labels_a_shape(control: Control, config: LabelConfig) -> bool:
    return control.tag == "Labels" and config.objects[control.to_name[0]].tag not in _SPANS


def _region(control: Control, identifier: str, value: dict[str, Json]) -> dict[str, Json]:
    target = control.name if control.tag == "Pairwise" else control.to_name[0]
    return {
        "id": identifier,
        "from_name": control.name,
        "to_name": target,
        "type": control.type,
        "value": copy.deepcopy(value),
        "origin": "manual",
    }


def _self_region(item: ObjectTag, value: dict[str, Json]) -> dict[str, Json]:
    return {
        "id": f"sample_{item.name}"[:256],
        "from_name": item.name,
        "to_name": item.name,
        "type": item.spec.result_type,
        "value": copy.deepcopy(value),
        "origin": "manual",
    }


def _value_of(control: Control, config: LabelConfig) -> dict[str, Json]:
    value = dict(_VALUES[control.tag](control, config))
    key = control.spec.label_key
    if key is not None and control.labels:
        value[key] = [_label_entry(control)]
    return value


def _label_entry(control: Control) -> Json:
    inner = {label.path[:-1] for label in control.labels}
    leaf: Label = next((label for label in control.labels if label.path not in inner), control.labels[0])
    return list(leaf.path) if control.spec.tree else leaf.value


# --- values by tag ----------------------------------------------------------------------------------------------------
_BOX: Final = {"x": 10, "y": 20, "width": 30, "height": 15, "rotation": 0}
_DOT: Final = {"x": 40, "y": 55}
_ROUND: Final = {"x": 50, "y": 50, "radiusX": 10, "radiusY": 5, "rotation": 0}
_TRIANGLE: Final = {"points": [[10, 10], [60, 15], [35, 70]], "closed": True}
_MASK: Final = {"format": "rle", "rle": [0, 0, 0, 8, 0, 0, 0, 1]}
_PIXELS: Final = {
    "imageDataURL": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YA"
    "AAAASUVORK5CYII="
}
_VERTICES: Final = {"vertices": [{"x": 10, "y": 10}, {"x": 40, "y": 25}], "closed": False}
_BOX_FRAMES: Final = {
    "framesCount": 250,
    "duration": 10.0,
    "sequence": [{**_BOX, "frame": 1, "time": 0.04, "enabled": True}],
}
_VECTOR_FRAMES: Final = {
    "framesCount": 250,
    "duration": 10.0,
    "sequence": [{"frame": 1, "time": 0.04, "enabled": True, "vertices": _VERTICES["vertices"]}],
}
_SPANS: Final[Mapping[str, dict[str, Json]]] = {
    "Text": {"start": 0, "end": _SPAN_END, "text": TEXT[:_SPAN_END]},
    "HyperText": {"start": "/p[1]/text()[1]", "end": "/p[1]/text()[1]", "startOffset": 0, "endOffset": _SPAN_END},
    "Markdown": {"start": "/p[1]/text()[1]", "end": "/p[1]/text()[1]", "startOffset": 0, "endOffset": _SPAN_END},
    "Paragraphs": {"start": "0", "end": "0", "startOffset": 0, "endOffset": _SPAN_END},
    "Audio": {"start": 0.5, "end": 2.25},
    "AudioPlus": {"start": 0.5, "end": 2.25},
    "TimeSeries": {"start": 1, "end": 3, "instant": False},
}
_SELF_VALUES: Final[Mapping[str, dict[str, Json]]] = {
    "chatmessage": {"chatmessage": {"role": "assistant", "content": "How can I help you?"}},
    "reactcode": {"reactcode": {"answer": "yes"}},
}
_SHAPES: Final[Mapping[str, dict[str, Json]]] = {
    "Rectangle": _BOX,
    "Ellipse": _ROUND,
    "Polygon": _TRIANGLE,
    "KeyPoint": _DOT,
    "Brush": _MASK,
    "Bitmask": _PIXELS,
    "Vector": _VERTICES,
    "Cube": {},
}
_Maker = Callable[[Control, LabelConfig], dict[str, Json]]


def _fixed(value: dict[str, Json]) -> _Maker:
    return lambda _control, _config: value


def _span(control: Control, config: LabelConfig) -> dict[str, Json]:
    return _SPANS.get(config.objects[control.to_name[0]].tag, {})


def _number(control: Control, _config: LabelConfig) -> dict[str, Json]:
    return {"number": float(control.attributes.get("min") or min(1.0, float(control.attributes.get("max") or 1)))}


def _ranker(control: Control, _config: LabelConfig) -> dict[str, Json]:
    ids = [item["id"] for item in _LIST]
    if not control.buckets:
        return {"ranker": ids}
    return {"ranker": {control.buckets[0]: ids, **{bucket: [] for bucket in control.buckets[1:]}}}


_VALUES: Final[Mapping[str, _Maker]] = {
    "Choices": _fixed({}),
    "Taxonomy": _fixed({}),
    "Labels": _span,
    "HyperTextLabels": _span,
    "ParagraphLabels": _span,
    "TimeSeriesLabels": _fixed(_SPANS["TimeSeries"]),
    "TimelineLabels": _fixed({"ranges": [{"start": 1, "end": 25}]}),
    "TextArea": _fixed({"text": ["A note."]}),
    "Number": _number,
    "Rating": _fixed({"rating": 1}),
    "DateTime": _fixed({"datetime": "2026-01-31"}),
    "Pairwise": _fixed({"selected": "left"}),
    "Ranker": _ranker,
    "ChatMessage": _fixed(_SELF_VALUES["chatmessage"]),
    "MagicWand": _fixed(_MASK),
    "OcrLabels": _fixed({**_BOX, "ocrtext": "TOTAL"}),
    "VideoRectangle": _fixed(_BOX_FRAMES),
    "VideoVector": _fixed(_VECTOR_FRAMES),
    "VideoVectorLabels": _fixed(_VECTOR_FRAMES),
    **{f"{shape}{suffix}": _fixed(value) for shape, value in _SHAPES.items() for suffix in ("", "Labels")},
}

# --- task data by tag -------------------------------------------------------------------------------------------------
_LIST: Final = [{"id": f"item-{number}", "title": f"Answer {number}", "body": TEXT} for number in (1, 2, 3)]
_SHOWN: Final[Mapping[str, Json]] = {
    "Text": TEXT,
    "Header": "A heading",
    "Markdown": f"# A heading\n\n{TEXT}",
    "HyperText": f"<p>{TEXT}</p>",
    "Image": f"{_HOST}/image.jpg",
    "Audio": f"{_HOST}/audio.wav",
    "AudioPlus": f"{_HOST}/audio.wav",
    "Video": f"{_HOST}/video.mp4",
    "Pdf": f"{_HOST}/document.pdf",
    "Object3D": f"{_HOST}/scene.glb",
    "Table": {"aircraft": "A320", "phase": "approach"},
    "List": _LIST,
    "Chat": [
        {"role": "user", "content": "Is the runway open?"},
        {"role": "assistant", "content": "Yes, runway two seven is open."},
    ],
    "ReactCode": {"title": "A heading"},
    "Number": 1,
    "Rating": 1,
    "DateTime": "2026-01-31",
    "TextArea": TEXT,
}
_OPTIONS: Final = [{"value": "First"}, {"value": "Second"}]


def _shown_by(variable: DataVariable, config: LabelConfig) -> Json:
    """Return what the tag that reads the field can show."""
    item = config.objects.get(variable.name or "")
    if item is not None and variable.types == ("list",) and variable.tag == "Image":
        return [f"{_HOST}/image-1.jpg", f"{_HOST}/image-2.jpg"]
    if variable.tag == "Paragraphs" and item is not None:
        return _dialogue(item)
    if variable.tag == "TimeSeries" and item is not None:
        return _series(item)
    if variable.tag in _SHOWN and variable.tag != "Repeater":
        return _SHOWN[variable.tag]
    if variable.tag == "Repeater":
        return [{}]
    return _OPTIONS if "list" in variable.types else _SHOWN["Text"]


def _dialogue(item: ObjectTag) -> Json:
    if item.attributes.get("valueType") == "url":
        return f"{_HOST}/dialogue.json"
    name, text = item.attributes.get("nameKey") or "author", item.attributes.get("textKey") or "text"
    lines = (("Pilot", "Tower, ready for departure."), ("Tower", "Cleared for take-off, runway two seven."))
    return [{name: speaker, text: words} for speaker, words in lines]


def _series(item: ObjectTag) -> Json:
    if item.attributes.get("valueType", "url") == "url":
        return f"{_HOST}/series.csv"
    columns = [item.attributes["timeColumn"]] if item.attributes.get("timeColumn") else []
    columns += [column for column in item.columns if column not in columns]
    return {column: [0, 1, 2, 3, 4] for column in columns or ["value"]}


def _place(data: dict[str, Json], variable: DataVariable, value: Json) -> None:
    """Put a value where the path of the variable leads, making what is missing on the way."""
    holder: Json = data
    key: str | int = variable.key
    for segment in variable.segments:
        step: str | int = 0 if segment is None else segment
        empty: Json = [] if isinstance(step, int) else {}
        holder = _below(holder, key, empty)
        key = step
    _set(holder, key, value)


def _below(holder: Json, key: str | int, empty: Json) -> Json:
    found = (holder[key] if key < len(holder) else None) if isinstance(key, int) else holder.get(key)
    if type(found) is not type(empty):
        found = empty
        _set(holder, key, found)
    return found


def _set(holder: Json, key: str | int, value: Json) -> None:
    if isinstance(key, int):
        # Below a hundred items; a path to a later one is filled up with the value itself.
        holder.extend([value] * (min(key, 99) + 1 - len(holder)))
        holder[min(key, 99)] = value
    elif not (isinstance(holder.get(key), dict | list) and value == [{}]):
        holder[key] = value
