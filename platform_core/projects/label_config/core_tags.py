"""The tags that the core knows: those of Label Studio's language, with what each accepts, reads and makes."""

from typing import Final

from platform_core.projects.label_config import value_schemas as schemas
from platform_core.projects.label_config.tags import TagKind, TagRegistry, TagSpec

_TEXTUAL: Final = ("str", "int", "float", "list")
# On these a generic Labels region is a span with start and end; on the others it labels a shape of the same id.
SPANNED_OBJECTS: Final = frozenset({"Text", "HyperText", "Paragraphs", "Audio", "AudioPlus", "TimeSeries", "Markdown"})
_DRAWN_ON: Final = frozenset({"Image", "Video", "Pdf", "Object3D"})
_IMAGE: Final = frozenset({"Image"})
_VIDEO: Final = frozenset({"Video"})


def _object(name: str, *data_types: str, **rules: object) -> TagSpec:
    settings: dict[str, object] = {"name_required": True, "value_required": True, "data_types": data_types, **rules}
    return TagSpec(name=name, kind=TagKind.OBJECT, **settings)  # type: ignore[arg-type]


def _control(name: str, accepts: frozenset[str] | None, schema: schemas.Schema, **rules: object) -> TagSpec:
    settings: dict[str, object] = {"name_required": True, "data_types": ("list",), **rules}
    return TagSpec(
        name=name,
        kind=TagKind.CONTROL,
        accepts=accepts,
        result_type=name.lower(),
        value_schema=schema,
        **settings,  # type: ignore[arg-type]
    )


def _drawing(name: str, accepts: frozenset[str], schema: schemas.Schema, geometry: str) -> tuple[TagSpec, TagSpec]:
    """A control that draws a shape, and its twin that draws and labels in one."""
    return _control(name, accepts, schema, geometry=geometry), _labelled(f"{name}Labels", accepts, schema, geometry)


def _labelled(
    name: str, accepts: frozenset[str], schema: schemas.Schema, geometry: str, *, key: str | None = None
) -> TagSpec:
    label_key = key or name.lower()
    return _control(
        name,
        accepts,
        schemas.with_labels(schema, label_key),
        label_tag="Label",
        label_key=label_key,
        labels_required=True,
        single_by_default=True,
        geometry=geometry,
    )


_OBJECTS: Final = (
    _object("Audio", "str"),
    _object("AudioPlus", "str"),
    _object("Image", "str", "list", value_attributes=("value", "valueList")),
    _object("Table", "dict", "list", "str"),
    _object("Text", *_TEXTUAL),
    _object("Video", "str"),
    _object("HyperText", "str"),
    _object("List", "list"),
    _object("Paragraphs", "list", "str"),
    _object("TimeSeries", "dict", "list", "str"),
    _object("Pdf", "str"),
    _object("Object3D", "str"),
    _object("Markdown", "str", name_required=False, value_required=False),
    _object("Chat", "list", "str", self_reference=True, result_type="chatmessage", value_schema=schemas.CHAT_MESSAGE),
    _object(
        "ReactCode",
        "str", "int", "float", "list", "dict", "bool",
        value_required=False,
        value_attributes=("data", "value"),
        self_reference=True,
        result_type="reactcode",
        value_schema=schemas.REACT_CODE,
        allows_script=True,
    ),
)  # fmt: skip

_CLASSIFICATION: Final = (
    _control(
        "Choices", None, schemas.CHOICES,
        label_tag="Choice", label_key="choices", labels_required=True, single_by_default=True, answers_task=True,
    ),
    _control(
        "Taxonomy", None, schemas.TAXONOMY,
        label_tag="Choice", label_key="taxonomy", labels_required=True, tree=True, answers_task=True,
    ),
    _control("TextArea", None, schemas.TEXT_AREA, data_types=_TEXTUAL),
    _control("Number", None, schemas.NUMBER, data_types=("int", "float"), answers_task=True),
    _control("Rating", None, schemas.RATING, data_types=("int", "float"), answers_task=True),
    _control("DateTime", None, schemas.DATE_TIME, data_types=("str", "int"), answers_task=True),
    _control("Pairwise", None, schemas.PAIRWISE, to_names=(2, 2), answers_task=True),
    _control("Ranker", frozenset({"List"}), schemas.RANKER, answers_task=True),
    _control("ChatMessage", frozenset({"Chat"}), schemas.CHAT_MESSAGE, self_reference=True),
    _control(
        "Relations", None, {},
        name_required=False, to_names=(0, 1_000), label_tag="Relation", makes_results=False,
    ),
)  # fmt: skip

_SPANS: Final = (
    _control(
        "Labels", SPANNED_OBJECTS | _DRAWN_ON, schemas.LABELS,
        label_tag="Label", label_key="labels", labels_required=True, single_by_default=True,
    ),
    _labelled("HyperTextLabels", frozenset({"HyperText", "Text"}), schemas.DOCUMENT_SPAN, "document_span"),
    _labelled("ParagraphLabels", frozenset({"Paragraphs"}), schemas.DOCUMENT_SPAN, "document_span"),
    _labelled("TimeSeriesLabels", frozenset({"TimeSeries"}), schemas.TIME_SPAN, "time_span"),
    _labelled("TimelineLabels", _VIDEO, schemas.TIMELINE, "timeline"),
)  # fmt: skip

_DRAWINGS: Final = (
    *_drawing("Rectangle", frozenset({"Image", "Pdf"}), schemas.RECTANGLE, "rectangle"),
    *_drawing("Ellipse", _IMAGE, schemas.ELLIPSE, "ellipse"),
    *_drawing("Polygon", _IMAGE, schemas.POLYGON, "polygon"),
    *_drawing("KeyPoint", _IMAGE, schemas.KEYPOINT, "keypoint"),
    *_drawing("Brush", _IMAGE, schemas.BRUSH, "brush"),
    *_drawing("Bitmask", _IMAGE, schemas.BITMASK, "bitmask"),
    *_drawing("Vector", _IMAGE, schemas.VECTOR, "vector"),
    *_drawing("Cube", frozenset({"Image", "Object3D"}), schemas.ANY_VALUE, "cube"),
    _control("MagicWand", _IMAGE, schemas.BRUSH, geometry="brush"),
    _labelled("OcrLabels", frozenset({"Pdf", "Image"}), schemas.OCR, "rectangle"),
    _control("VideoRectangle", _VIDEO, schemas.VIDEO_RECTANGLE, geometry="videorectangle"),
    _control("VideoVector", _VIDEO, schemas.VIDEO_VECTOR, geometry="videovector"),
    _labelled("VideoVectorLabels", _VIDEO, schemas.VIDEO_VECTOR, "videovector", key="labels"),
)

_VISUALS: Final = (
    TagSpec(name="View", kind=TagKind.VISUAL),
    TagSpec(name="Header", kind=TagKind.VISUAL, data_types=("str", "int", "float")),
    TagSpec(name="Style", kind=TagKind.VISUAL),
    TagSpec(name="Html", kind=TagKind.VISUAL),
    TagSpec(name="Collapse", kind=TagKind.VISUAL),
    TagSpec(name="Repeater", kind=TagKind.VISUAL, value_attributes=("on",), value_required=True, data_types=("list",)),
    TagSpec(name="Filter", kind=TagKind.VISUAL, name_required=True),
)

_CHILDREN: Final = (
    TagSpec(name="Label", kind=TagKind.CHILD),
    TagSpec(name="Choice", kind=TagKind.CHILD, parents=frozenset({"Choices", "Taxonomy", "Choice"})),
    TagSpec(name="Relation", kind=TagKind.CHILD, parents=frozenset({"Relations"})),
    TagSpec(name="Channel", kind=TagKind.CHILD, parents=frozenset({"TimeSeries", "MultiChannel"})),
    TagSpec(name="MultiChannel", kind=TagKind.CHILD, parents=frozenset({"TimeSeries"})),
    TagSpec(name="Bucket", kind=TagKind.CHILD, parents=frozenset({"Ranker"})),
    TagSpec(name="Panel", kind=TagKind.CHILD, parents=frozenset({"Collapse"})),
    TagSpec(name="Shortcut", kind=TagKind.CHILD, parents=frozenset({"TextArea"})),
)

CORE_TAGS: Final = TagRegistry((*_OBJECTS, *_CLASSIFICATION, *_SPANS, *_DRAWINGS, *_VISUALS, *_CHILDREN))
