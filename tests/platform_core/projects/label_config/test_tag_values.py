"""Tag by tag, none left out: what makes a value of each control, and what does not."""

import copy

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.projects.label_config import (
    CORE_TAGS,
    InvalidLabelConfigError,
    ResultValidator,
    TagKind,
    parse_label_config,
    result_json_schema,
    sample_result,
)

MAKERS = {
    spec.name: spec
    for spec in CORE_TAGS.values()
    if spec.kind in {TagKind.CONTROL, TagKind.OBJECT} and spec.result_type and spec.makes_results
}
# What §2 of the contract lists: the keys that a value of each control has.
REQUIRED = {
    "Choices": {"choices"},
    "Labels": {"labels"},
    **{key: {"x", "y", "width", "height"} for key in ("Rectangle", "RectangleLabels")},
    **{key: {"x", "y", "radiusX", "radiusY"} for key in ("Ellipse", "EllipseLabels")},
    **{key: {"points"} for key in ("Polygon", "PolygonLabels")},
    **{key: {"x", "y"} for key in ("KeyPoint", "KeyPointLabels")},
    **{key: {"format", "rle"} for key in ("Brush", "BrushLabels", "MagicWand")},
    **{key: {"imageDataURL"} for key in ("Bitmask", "BitmaskLabels")},
    **{key: {"vertices"} for key in ("Vector", "VectorLabels")},
    **{key: set() for key in ("Cube", "CubeLabels")},
    "OcrLabels": {"x", "y", "width", "height"},
    **{key: {"start", "end"} for key in ("HyperTextLabels", "ParagraphLabels")},
    "TimeSeriesLabels": {"start", "end", "instant"},
    "TimelineLabels": {"ranges"},
    "VideoRectangle": {"framesCount", "duration", "sequence"},
    **{key: {"sequence"} for key in ("VideoVector", "VideoVectorLabels")},
    "Taxonomy": {"taxonomy"},
    "TextArea": {"text"},
    "Number": {"number"},
    "Rating": {"rating"},
    "DateTime": {"datetime"},
    "Pairwise": {"selected"},
    "Ranker": {"ranker"},
    **{key: {"chatmessage"} for key in ("ChatMessage", "Chat")},
    "ReactCode": {"reactcode"},
}
# Positions may be numbers or texts, so neither stands for the other here.
WRONG = {
    bool: ["yes", 5],
    str: [None, ["a"], {}],
    int: [None, [], {}],
    float: [None, [], {}],
    list: ["a", 5, None],
    dict: [[], "a"],
}


def config_of(name):
    spec = MAKERS[name]
    if spec.kind is TagKind.OBJECT:
        attribute = "data" if name == "ReactCode" else "value"
        return parse_label_config(f'<View><{name} name="c" {attribute}="$o" toName="c"/></View>')
    tag = "Text" if name == "Labels" else min(spec.accepts or {"Text"})
    channels = '<Channel column="v"/>' if tag == "TimeSeries" else ""
    children = "".join(f'<{spec.label_tag} value="{value}"/>' for value in "AB") if spec.label_tag else ""
    target = "o,p" if name == "Pairwise" else "o"
    return parse_label_config(
        f'<View><{tag} name="o" value="$o">{channels}</{tag}><Text name="p" value="$p"/>'
        f'<{name} name="c" toName="{target}">{children}</{name}></View>'
    )


def region_of(name):
    return next(region for region in sample_result(config_of(name)) if region["from_name"] == "c")


def codes(name, region):
    return {issue.code for issue in ResultValidator(config_of(name)).validate([region])}


def test_every_tag_that_makes_results_is_in_the_table():
    assert set(REQUIRED) == set(MAKERS)


@pytest.mark.parametrize("name", MAKERS)
def test_value_needs_its_keys(name):
    spec, region = MAKERS[name], region_of(name)
    needed = REQUIRED[name] | ({spec.label_key} if spec.label_key else set())
    assert set(spec.value_schema.get("required", ())) == needed

    for key in needed:
        without = copy.deepcopy(region)
        del without["value"][key]
        assert codes(name, without) & {"missing_key", "shape_missing"}, key
    assert codes(name, region) == set()


@pytest.mark.parametrize("name", MAKERS)
def test_value_of_the_wrong_type_is_refused(name):
    region = region_of(name)
    for key in MAKERS[name].value_schema.get("required", ()):
        for wrong in WRONG[type(region["value"][key])]:
            broken = copy.deepcopy(region)
            broken["value"][key] = wrong
            assert codes(name, broken), (key, wrong)


@pytest.mark.parametrize("name", [name for name, spec in MAKERS.items() if spec.label_key])
def test_label_must_be_listed(name):
    region = region_of(name)
    region["value"][MAKERS[name].label_key] = [["Z"]] if MAKERS[name].tree else ["Z"]
    assert codes(name, region) == {"unknown_label"}


@pytest.mark.parametrize("name", MAKERS)
def test_result_names_its_own_type_and_object(name):
    region = region_of(name)
    assert codes(name, {**region, "type": "nothing"}) == {"wrong_type_of_result"}
    assert codes(name, {**region, "to_name": "nobody"}) == {"wrong_to_name"}
    assert codes(name, {**region, "value": None}) == {"wrong_type"}


@pytest.mark.parametrize("name", MAKERS)
def test_schema_for_clients_takes_the_same_value(name):
    schema = jsonschema.Draft202012Validator(result_json_schema(config_of(name)))
    region = region_of(name)
    if name == "Pairwise":  # the schema names the objects; the validator takes the control's own name too
        region["to_name"] = "o"
    assert schema.is_valid([region])
    assert not schema.is_valid([{**region, "value": []}])


@pytest.mark.parametrize(
    ("ranker", "expected"),
    [
        ({"best": ["1"], "_": ["2", "3"]}, set()),
        ({"best": []}, set()),
        ({"worst": ["1"]}, {"wrong_value"}),
        ({"best": "1"}, {"wrong_type"}),
        (["1"], {"wrong_type"}),
    ],
)
def test_ranker_takes_its_buckets_and_what_lies_in_none(ranker, expected):
    config = parse_label_config(
        '<View><List name="o" value="$o"/><Ranker name="c" toName="o"><Bucket name="best"/></Ranker></View>'
    )
    region = {"from_name": "c", "to_name": "o", "type": "ranker", "value": {"ranker": ranker}}
    assert {issue.code for issue in ResultValidator(config).validate([region])} == expected


@pytest.mark.parametrize("attribute", ["", 'column=" "'])
def test_channel_needs_its_column(attribute):
    xml = f'<View><TimeSeries name="t" value="$t"><Channel {attribute}/></TimeSeries></View>'
    with pytest.raises(InvalidLabelConfigError, match="Channel needs the attribute 'column'"):
        parse_label_config(xml)


@given(name=st.sampled_from(sorted(MAKERS)), key=st.text(max_size=8), value=st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
))  # fmt: skip
def test_whatever_is_put_into_a_value_is_answered_with_issues(name, key, value):
    region = region_of(name)
    keys = sorted(region["value"])
    region["value"][keys[len(key) % len(keys)] if keys and len(key) % 2 else key] = value
    for issue in ResultValidator(config_of(name)).validate([region]):
        assert issue.severity == "error"
        assert issue.code
        assert issue.message.startswith("result")
