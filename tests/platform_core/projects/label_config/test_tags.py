import pytest

from platform_core.projects.label_config import CORE_TAGS, TagKind, TagRegistry, TagRegistryError, TagSpec

REFERENCE_OBJECTS = [
    "Audio",
    "Image",
    "Table",
    "Text",
    "Video",
    "HyperText",
    "List",
    "Paragraphs",
    "TimeSeries",
    "Chat",
    "Pdf",
    "Markdown",
    "AudioPlus",
    "Object3D",
]
REFERENCE_CONTROLS = [
    "Choices",
    "Labels",
    "Brush",
    "BrushLabels",
    "Bitmask",
    "BitmaskLabels",
    "MagicWand",
    "Ellipse",
    "EllipseLabels",
    "KeyPoint",
    "KeyPointLabels",
    "Vector",
    "VectorLabels",
    "OcrLabels",
    "Polygon",
    "PolygonLabels",
    "Rectangle",
    "RectangleLabels",
    "VideoRectangle",
    "VideoVector",
    "VideoVectorLabels",
    "Number",
    "DateTime",
    "HyperTextLabels",
    "Pairwise",
    "ParagraphLabels",
    "Ranker",
    "Rating",
    "Relations",
    "Taxonomy",
    "TextArea",
    "TimeSeriesLabels",
    "TimelineLabels",
    "ChatMessage",
    "ReactCode",
    "Cube",
    "CubeLabels",
]
REFERENCE_VISUALS = [
    "View",
    "Header",
    "Style",
    "Html",
    "Collapse",
    "Filter",
    "Repeater",
    "Shortcut",
    "Relation",
    "Choice",
    "Label",
    "Channel",
]


@pytest.mark.parametrize("name", REFERENCE_OBJECTS + REFERENCE_CONTROLS + REFERENCE_VISUALS)
def test_core_tags_know_the_language(name):
    assert CORE_TAGS[name].name == name


@pytest.mark.parametrize("name", [name for name in REFERENCE_CONTROLS if name not in {"Relations", "ReactCode"}])
def test_core_controls_have_the_type_and_schema_of_their_results(name):
    spec = CORE_TAGS[name]

    assert spec.result_type == name.lower()
    assert spec.value_schema["type"] == "object"


def test_every_accepted_object_and_parent_exists():
    objects = {spec.name for spec in CORE_TAGS.values() if spec.kind is TagKind.OBJECT}
    for spec in CORE_TAGS.values():
        assert (spec.accepts or frozenset()) <= objects
        assert spec.parents <= set(CORE_TAGS)


def test_extended_with_leaves_the_original_alone():
    spec = TagSpec(name="Waveform", kind=TagKind.OBJECT)

    assert CORE_TAGS.extended_with([spec])["Waveform"] is spec
    assert "Waveform" not in CORE_TAGS


@pytest.mark.parametrize(
    ("specs", "message"),
    [
        ([TagSpec(name="Text", kind=TagKind.OBJECT)], "clashes with the tag 'Text'"),
        ([TagSpec(name="TEXT", kind=TagKind.OBJECT)], "clashes with the tag 'Text'"),
        ([TagSpec(name="New", kind=TagKind.VISUAL), TagSpec(name="New", kind=TagKind.CHILD)], "clashes"),
        ([TagSpec(name="lower", kind=TagKind.VISUAL)], "upper-case letter first"),
        ([TagSpec(name="A-b", kind=TagKind.VISUAL)], "letters and digits"),
        ([TagSpec(name="", kind=TagKind.VISUAL)], "letters and digits"),
        ([TagSpec(name="New", kind=TagKind.OBJECT, data_types=("bytes",))], "unknown data types: bytes"),
        ([TagSpec(name="New", kind=TagKind.CONTROL, labels_required=True)], "names no label_tag"),
        ([TagSpec(name="New", kind=TagKind.CONTROL, value_schema={"type": "nonsense"})], "not a JSON Schema"),
    ],
)
def test_extended_with_refuses(specs, message):
    with pytest.raises(TagRegistryError, match=message):
        CORE_TAGS.extended_with(specs)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("Imge", "Image"), ("text", "Text"), ("RectangelLabels", "RectangleLabels"), ("Qwerty", None)],
)
def test_suggestion_finds_the_tag_that_was_meant(written, meant):
    assert CORE_TAGS.suggestion(written) == meant


def test_registry_is_a_mapping():
    registry = TagRegistry([TagSpec(name="One", kind=TagKind.VISUAL)])

    assert (list(registry), len(registry), registry.get("Two")) == (["One"], 1, None)
