"""JSON Schemas of the `value` of a region, one for each shape of result.

Unknown keys are allowed everywhere: results of `perRegion` controls repeat the geometry of their region, and clients
keep fields of their own. There is no `anyOf` where types differ: a keyword applies to its own type only, and faults
stay cheap to find and to name. Coordinates are percent of the object's size unless a schema says otherwise.
"""

from typing import Any, Final

Schema = dict[str, Any]

_PERCENT: Final[Schema] = {"type": "number", "minimum": 0, "maximum": 100}
_ANGLE: Final[Schema] = {"type": "number", "minimum": 0, "maximum": 360}
_NOT_NEGATIVE: Final[Schema] = {"type": "number", "minimum": 0}
_INDEX: Final[Schema] = {"type": "integer", "minimum": 0}
_STRINGS: Final[Schema] = {"type": "array", "items": {"type": "string"}}
_SOME_LABELS: Final[Schema] = {"type": "array", "items": {"type": "string"}, "minItems": 1}


def shape(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    """An object with these keys; others pass."""
    return {"type": "object", "required": list(required), "properties": {**required, **(optional or {})}}


def with_labels(base: Schema, key: str, *, required: bool = True) -> Schema:
    """The same shape with a list of labels under `key`."""
    properties = {**base["properties"], key: _SOME_LABELS}
    return {**base, "required": [*base["required"], key] if required else base["required"], "properties": properties}


RECTANGLE: Final = shape({"x": _PERCENT, "y": _PERCENT, "width": _PERCENT, "height": _PERCENT}, {"rotation": _ANGLE})
ELLIPSE: Final = shape({"x": _PERCENT, "y": _PERCENT, "radiusX": _PERCENT, "radiusY": _PERCENT}, {"rotation": _ANGLE})
POLYGON: Final = shape(
    {
        "points": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "array", "items": _PERCENT, "minItems": 2, "maxItems": 2},
        }
    },
    {"closed": {"type": "boolean"}},
)
KEYPOINT: Final = shape({"x": _PERCENT, "y": _PERCENT}, {"width": _PERCENT})
BRUSH: Final = shape(
    {
        "format": {"const": "rle"},
        "rle": {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 0, "maximum": 255}},
    }
)
BITMASK: Final = shape(
    {"imageDataURL": {"type": "string", "pattern": "^data:image/(png|jpeg|webp);base64,"}},
    {"format": {"type": "string"}},
)
_VERTEX: Final = shape(
    {"x": {"type": "number"}, "y": {"type": "number"}},
    {
        "id": {"type": ["string", "null"]},
        "isBezier": {"type": ["boolean", "null"]},
        "prevPointId": {"type": ["string", "null"]},
    },
)
VECTOR: Final = shape({"vertices": {"type": "array", "items": _VERTEX}}, {"closed": {"type": ["boolean", "null"]}})
OCR: Final = shape(
    {key: RECTANGLE["properties"][key] for key in RECTANGLE["required"]},
    {
        "rotation": _ANGLE,
        "ocrtext": {"type": ["string", "null"]},
        "pageIndex": {"type": ["integer", "null"], "minimum": 0},
    },
)
ANY_VALUE: Final = shape({})

# Positions in HTML are XPaths, those in dialogues the number of the utterance written as a string.
_POSITION: Final[Schema] = {"type": ["string", "number"], "minLength": 1, "maxLength": 4096, "minimum": 0}
DOCUMENT_SPAN: Final = shape({"start": _POSITION, "end": _POSITION}, {"startOffset": _INDEX, "endOffset": _INDEX})
_MOMENT: Final[Schema] = {"type": ["number", "string"]}
TIME_SPAN: Final = shape({"start": _MOMENT, "end": _MOMENT, "instant": {"type": "boolean"}})
_FRAMES: Final = shape({"start": _INDEX, "end": _INDEX})
TIMELINE: Final = shape({"ranges": {"type": "array", "items": _FRAMES, "minItems": 1}})

_FRAME_COMMON: Final[dict[str, Schema]] = {
    "frame": _INDEX,
    "enabled": {"type": ["boolean", "null"]},
    "time": {"type": ["number", "null"], "minimum": 0},
}
_BOX_FRAME: Final = {
    **RECTANGLE,
    "required": [*RECTANGLE["required"], "frame", "time"],
    "properties": {**RECTANGLE["properties"], **_FRAME_COMMON, "time": _NOT_NEGATIVE},
}
_VECTOR_FRAME: Final = {
    **VECTOR,
    "required": ["frame", "vertices"],
    "properties": {**VECTOR["properties"], **_FRAME_COMMON},
}
_VIDEO_TOTALS: Final[dict[str, Schema]] = {"framesCount": _INDEX, "duration": _NOT_NEGATIVE}
VIDEO_RECTANGLE: Final = shape(
    {**_VIDEO_TOTALS, "sequence": {"type": "array", "items": _BOX_FRAME}}, {"labels": _STRINGS}
)
VIDEO_VECTOR: Final = shape(
    {"sequence": {"type": "array", "items": _VECTOR_FRAME}},
    {
        "framesCount": {"type": ["integer", "null"], "minimum": 0},
        "duration": {"type": ["number", "null"], "minimum": 0},
        "labels": {"type": ["array", "null"], "items": {"type": "string"}},
    },
)

# A generic Labels region is a span, or shares the id of a region whose shape it labels; `region_rules` tells which.
LABELS: Final = with_labels({**DOCUMENT_SPAN, "required": []}, "labels")
CHOICES: Final = shape({"choices": {"type": "array", "items": {**_SOME_LABELS, "type": ["string", "array"]}}})
TAXONOMY: Final = shape({"taxonomy": {"type": "array", "items": _SOME_LABELS}})
TEXT_AREA: Final = shape({"text": _STRINGS})
NUMBER: Final = shape({"number": {"type": "number"}})
RATING: Final = shape({"rating": _INDEX})
DATE_TIME: Final = shape({"datetime": {"type": "string", "minLength": 1, "maxLength": 64}})
PAIRWISE: Final = shape({"selected": {"enum": ["left", "right"]}})
_IDS: Final[Schema] = {"type": "array", "items": {"type": ["string", "integer"]}}
RANKER: Final = shape({"ranker": {**_IDS, "type": ["array", "object"], "additionalProperties": _IDS}})
CHAT_MESSAGE: Final = shape(
    {
        "chatmessage": shape(
            {"role": {"type": "string", "minLength": 1}, "content": {"type": "string"}},
            {"createdAt": {"type": ["number", "null"]}},
        )
    }
)
REACT_CODE: Final = shape({"reactcode": {"type": "object"}})
