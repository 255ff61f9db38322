import math
import time

import orjson
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from platform_core.projects.label_config import ResultLimits, ResultValidator, parse_label_config
from platform_core.projects.label_config import results as results_module

LABELS = '<Label value="Car"/><Label value="Plane"/>'
CHOICES = '<Choice value="yes"/><Choice value="no"/>'
SPAN = {"start": 0, "end": 4}
BOX = {"x": 0, "y": 10, "width": 100, "height": 5.5, "rotation": 360}
FRAME = {**BOX, "frame": 1, "time": 0.04, "enabled": True}
VIDEO = {"framesCount": 10, "duration": 1.5}
VERTEX = {"x": 1, "y": 2, "id": "v1", "prevPointId": None, "isBezier": False}

# tag -> (object tag, attributes, children, a good value, [(a bad value, key, code)])
CONTROLS = {
    "Choices": (
        "Text", "", CHOICES, {"choices": ["yes"]},
        [
            ({}, "value.choices", "missing_key"),
            ({"choices": "yes"}, "value.choices", "wrong_type"),
            ({"choices": ["maybe"]}, "value.choices[0]", "unknown_label"),
            ({"choices": ["yes", "no"]}, "value.choices", "single_choice"),
            ({"choices": [["yes"]]}, "value.choices[0]", "wrong_type"),
        ],
    ),
    "Labels": (
        "Text", "", LABELS, {**SPAN, "text": "abcd", "labels": ["Car"]},
        [
            ({**SPAN, "labels": []}, "value.labels", "wrong_value"),
            ({**SPAN}, "value.labels", "missing_key"),
            ({"start": 5, "end": 4, "labels": ["Car"]}, "value.end", "end_before_start"),
            ({"start": 5, "labels": ["Car"]}, "value.end", "missing_key"),
            ({"start": "5", "end": "9", "labels": ["Car"]}, "value.start", "wrong_type"),
            ({**SPAN, "labels": ["Boat"]}, "value.labels[0]", "unknown_label"),
            ({**SPAN, "labels": ["Car", "Plane"]}, "value.labels", "single_choice"),
        ],
    ),
    "Rectangle": ("Image", "", "", BOX, [({**BOX, "x": 100.1}, "value.x", "out_of_range")]),
    "RectangleLabels": (
        "Image", "", LABELS, {**BOX, "rectanglelabels": ["Car"]},
        [
            ({**BOX, "y": -1, "rectanglelabels": ["Car"]}, "value.y", "out_of_range"),
            ({**BOX, "rotation": 361, "rectanglelabels": ["Car"]}, "value.rotation", "out_of_range"),
            ({**BOX, "width": "5", "rectanglelabels": ["Car"]}, "value.width", "wrong_type"),
            ({**BOX, "width": True, "rectanglelabels": ["Car"]}, "value.width", "wrong_type"),
            ({"x": 1, "rectanglelabels": ["Car"]}, "value.y", "missing_key"),
            (BOX, "value.rectanglelabels", "missing_key"),
        ],
    ),
    "EllipseLabels": (
        "Image", "", LABELS, {"x": 1, "y": 1, "radiusX": 3, "radiusY": 4, "ellipselabels": ["Car"]},
        [({"x": 1, "y": 1, "radiusX": 3, "ellipselabels": ["Car"]}, "value.radiusY", "missing_key")],
    ),
    "PolygonLabels": (
        "Image", "", LABELS, {"points": [[0, 0], [1, 100]], "polygonlabels": ["Car"]},
        [
            ({"points": [[0, 0], [1, 101]], "polygonlabels": ["Car"]}, "value.points[1][1]", "out_of_range"),
            ({"points": [[0]], "polygonlabels": ["Car"]}, "value.points[0]", "wrong_value"),
        ],
    ),
    "KeyPointLabels": (
        "Image", "", LABELS, {"x": 1, "y": 1, "width": 0.5, "keypointlabels": ["Car"]},
        [({"x": None, "y": 1, "keypointlabels": ["Car"]}, "value.x", "wrong_type")],
    ),
    "BrushLabels": (
        "Image", "", LABELS, {"format": "rle", "rle": [0, 255], "brushlabels": ["Car"]},
        [
            ({"format": "rle", "rle": [256], "brushlabels": ["Car"]}, "value.rle[0]", "out_of_range"),
            ({"format": "png", "rle": [1], "brushlabels": ["Car"]}, "value.format", "wrong_value"),
        ],
    ),
    "MagicWand": ("Image", "", "", {"format": "rle", "rle": [1]}, [({"format": "rle"}, "value.rle", "missing_key")]),
    "BitmaskLabels": (
        "Image", "", LABELS, {"imageDataURL": "data:image/png;base64,AA==", "bitmasklabels": ["Car"]},
        [({"imageDataURL": "http://evil.example/", "bitmasklabels": ["Car"]}, "value.imageDataURL", "wrong_value")],
    ),
    "VectorLabels": (
        "Image", "", LABELS, {"vertices": [VERTEX], "closed": True, "vectorlabels": ["Car"]},
        [({"vertices": [{"x": 1}], "vectorlabels": ["Car"]}, "value.vertices[0].y", "missing_key")],
    ),
    "OcrLabels": (
        "Pdf", "", LABELS, {**BOX, "ocrtext": "Hi", "pageIndex": 1, "ocrlabels": ["Car"]},
        [({**BOX, "pageIndex": -1, "ocrlabels": ["Car"]}, "value.pageIndex", "out_of_range")],
    ),
    "CubeLabels": ("Object3D", "", LABELS, {"cubelabels": ["Car"]}, [({}, "value.cubelabels", "missing_key")]),
    "HyperTextLabels": (
        "HyperText", "", LABELS,
        {"start": "/p[1]", "end": "/p[1]", "startOffset": 1, "endOffset": 1, "hypertextlabels": ["Car"]},
        [
            (
                {"start": "/p[1]", "end": "/p[1]", "startOffset": 2, "endOffset": 1, "hypertextlabels": ["Car"]},
                "value.endOffset", "end_before_start",
            )
        ],
    ),
    "ParagraphLabels": (
        "Paragraphs", "", LABELS,
        {"start": "2", "end": "10", "startOffset": 9, "endOffset": 0, "paragraphlabels": ["Car"]},
        [({"start": "10", "end": "2", "paragraphlabels": ["Car"]}, "value.end", "end_before_start")],
    ),
    "TimeSeriesLabels": (
        "TimeSeries", "", LABELS, {"start": 1.5, "end": 1.5, "instant": True, "timeserieslabels": ["Car"]},
        [
            ({"start": 2, "end": 1, "instant": False, "timeserieslabels": ["Car"]}, "value.end", "end_before_start"),
            ({"start": 2, "end": 3, "timeserieslabels": ["Car"]}, "value.instant", "missing_key"),
        ],
    ),
    "TimelineLabels": (
        "Video", "", LABELS, {"ranges": [{"start": 3, "end": 5}], "timelinelabels": ["Car"]},
        [({"ranges": [{"start": 5, "end": 3}], "timelinelabels": ["Car"]}, "value.ranges[0].end", "end_before_start")],
    ),
    "VideoRectangle": (
        "Video", "", "", {**VIDEO, "sequence": [FRAME]},
        [
            ({**VIDEO, "sequence": [{**FRAME, "x": 200}]}, "value.sequence[0].x", "out_of_range"),
            ({"sequence": [FRAME], "duration": 1}, "value.framesCount", "missing_key"),
        ],
    ),
    "VideoVectorLabels": (
        "Video", "", LABELS, {"sequence": [{"frame": 1, "vertices": [VERTEX]}], "labels": ["Car"]},
        [({"sequence": [{"vertices": []}], "labels": ["Car"]}, "value.sequence[0].frame", "missing_key")],
    ),
    "Taxonomy": (
        "Text", "", '<Choice value="a"><Choice value="b"/></Choice>', {"taxonomy": [["a", "b"], ["a"]]},
        [
            ({"taxonomy": [["b"]]}, "value.taxonomy[0]", "unknown_label"),
            ({"taxonomy": ["a"]}, "value.taxonomy[0]", "wrong_type"),
            ({"taxonomy": [["a"], ["a"]]}, "value.taxonomy", "duplicate_label"),
        ],
    ),
    "TextArea": ("Text", "", "", {"text": ["one", ""]}, [({"text": "one"}, "value.text", "wrong_type")]),
    "Number": (
        "Text", 'min="1" max="2.5"', "", {"number": 2.5},
        [({"number": 0}, "value.number", "out_of_range"), ({"number": "1"}, "value.number", "wrong_type")],
    ),
    "Rating": (
        "Text", 'maxRating="3"', "", {"rating": 3},
        [({"rating": 4}, "value.rating", "out_of_range"), ({"rating": 1.5}, "value.rating", "wrong_type")],
    ),
    "DateTime": ("Text", "", "", {"datetime": "2026-11-20"}, [({"datetime": 2026}, "value.datetime", "wrong_type")]),
    "Ranker": (
        "List", "", '<Bucket name="best"/>', {"ranker": {"best": ["a"]}},
        [({"ranker": {"worst": ["a"]}}, "value.ranker", "wrong_value")],
    ),
}  # fmt: skip


def validator(body, **options):
    return ResultValidator(parse_label_config(f"<View>{body}</View>"), **options)


def control_config(tag):
    shown, attributes, children, good, bad = CONTROLS[tag]
    body = f'<{shown} name="o" value="$o"/><{tag} name="c" toName="o" {attributes}>{children}</{tag}>'
    return body, good, bad


def region(value, **keys):
    return {"id": "r1", "from_name": "c", "to_name": "o", "type": "choices", "value": value, **keys}


def found(issues):
    return [(issue.key, issue.code) for issue in issues]


@pytest.mark.parametrize("tag", CONTROLS)
def test_validate_accepts_a_good_value(tag):
    body, good, _bad = control_config(tag)

    assert validator(body).validate([region(good, type=tag.lower())]) == []


@pytest.mark.parametrize(
    ("tag", "value", "key", "code"),
    [(tag, value, key, code) for tag in CONTROLS for value, key, code in CONTROLS[tag][4]],
)
def test_validate_refuses_a_bad_value_and_names_region_and_key(tag, value, key, code):
    body, _good, _bad = control_config(tag)
    issues = validator(body).validate([region(value, type=tag.lower())])

    assert (key, code) in found(issues)
    assert issues[0].message.startswith(f"result[0] (id 'r1', control 'c'): {issues[0].key} ")
    assert (issues[0].index, issues[0].region, issues[0].control, issues[0].severity) == (0, "r1", "c", "error")


SIMPLE = f'<Text name="o" value="$o"/><Choices name="c" toName="o">{CHOICES}</Choices>'
GOOD = region({"choices": ["yes"]})


@pytest.mark.parametrize(
    ("result", "key", "code"),
    [
        (None, "", "not_a_list"),
        ({}, "", "not_a_list"),
        ("[]", "", "not_a_list"),
        ([None], "", "not_an_object"),
        ([[]], "", "not_an_object"),
        ([{}], "from_name", "missing_key"),
        ([{**GOOD, "from_name": ["c"]}], "from_name", "missing_key"),
        ([{**GOOD, "from_name": "zzz"}], "from_name", "unknown_control"),
        ([{**GOOD, "from_name": "o"}], "from_name", "unknown_control"),
        ([{**GOOD, "to_name": "c"}], "to_name", "wrong_to_name"),
        ([{**GOOD, "to_name": None}], "to_name", "wrong_to_name"),
        ([{**GOOD, "type": "labels"}], "type", "wrong_type_of_result"),
        ([{**GOOD, "type": {}}], "type", "wrong_type_of_result"),
        ([{**GOOD, "value": ["yes"]}], "value", "wrong_type"),
        ([{**GOOD, "id": 7}], "id", "bad_id"),
        ([{**GOOD, "id": ""}], "id", "bad_id"),
        ([{**GOOD, "id": "x" * 257}], "id", "bad_id"),
        ([{**GOOD, "original_width": "9"}], "original_width", "wrong_type"),
        ([{**GOOD, "score": math.nan}], "score", "not_finite"),
        ([{**GOOD, "meta": {"deep": [1, {"x": math.inf}]}}], "meta.deep[1].x", "not_finite"),
        ([{**GOOD, "value": {"choices": ["a\x00"]}}], "value.choices[0]", "nul_character"),
        ([{**GOOD, "value": {"choices": ["\ud800"]}}], "value.choices[0]", "bad_unicode"),
        ([{**GOOD, "meta": {"n": 10**5000}}], "meta.n", "number_too_large"),
        ([{**GOOD, "meta": {1: 2}}], "meta", "not_json"),
        ([{**GOOD, "meta": object()}], "meta", "not_json"),
        ([{**GOOD, "meta": {"a\x00": 1}}], "meta", "nul_character"),
    ],
)
def test_validate_refuses_a_malformed_result(result, key, code):
    issues = validator(SIMPLE).validate(result)

    assert found(issues) == [(key, code)]


def test_validate_refuses_endless_nesting():
    deep = inner = {}
    for _ in range(100_000):
        inner["a"] = inner = {}

    assert [issue.code for issue in validator(SIMPLE).validate([{**GOOD, "meta": deep}])] == ["too_deep"]


def test_validate_keeps_the_limits():
    strict = validator(SIMPLE, limits=ResultLimits(max_regions=2, max_bytes=1_000))

    assert [issue.code for issue in strict.validate([GOOD] * 3)] == ["too_many_regions"]
    assert [issue.code for issue in strict.validate([{**GOOD, "meta": "x" * 1_000}])] == ["too_large"]
    assert len(validator(SIMPLE).validate([{}] * 500)) == 100


def test_validate_hints_at_the_label_that_was_meant():
    (issue,) = validator(SIMPLE).validate([region({"choices": ["yess"]})])

    assert issue.message.endswith("'yess' is not in the label config; did you mean 'yes'?")


def test_validate_does_not_repeat_large_values_in_messages():
    issues = validator(SIMPLE).validate([region({"choices": "x" * 100_000})])

    assert len(issues[0].message) < 300


def test_validate_accepts_the_alias_and_not_the_text_of_an_aliased_choice():
    aliased = validator(
        '<Text name="o" value="$o"/><Choices name="c" toName="o"><Choice value="Male" alias="M"/></Choices>'
    )

    assert aliased.validate([region({"choices": ["M"]})]) == []
    assert found(aliased.validate([region({"choices": ["Male"]})])) == [("value.choices[0]", "unknown_label")]


@pytest.mark.parametrize(
    "attributes", ['taxonomy="aviation:cictt_phases@1.3"', 'value="$options"', 'apiUrl="https://example.org/x"']
)
def test_validate_leaves_labels_alone_that_the_config_does_not_list(attributes):
    opened = validator(f'<Text name="o" value="$o"/><Choices name="c" toName="o" {attributes}/>')

    assert opened.validate([region({"choices": ["anything"]})]) == []
    assert found(opened.validate([region({"choices": ["one", "two"]})])) == [("value.choices", "single_choice")]


def test_validate_accepts_several_choices_where_the_config_says_so():
    many = validator(SIMPLE.replace("<Choices", '<Choices choice="multiple"'))

    assert many.validate([region({"choices": ["yes", "no"]})]) == []
    assert found(many.validate([region({"choices": ["yes", "yes"]})])) == [("value.choices", "duplicate_label")]


def test_validate_accepts_nested_choices_where_the_config_says_so():
    children = '<Choice value="a"><Choice value="b"/></Choice>'
    nested = validator(
        f'<Text name="o" value="$o"/><Choices name="c" toName="o" allowNested="true">{children}</Choices>'
    )

    assert nested.validate([region({"choices": [["a", "b"]]})]) == []
    assert found(nested.validate([region({"choices": [["b"]]})])) == [("value.choices[0]", "unknown_label")]


def test_validate_holds_a_tree_to_its_leaves_where_the_config_says_so():
    children = '<Choice value="a"><Choice value="b"/></Choice>'
    leaves = validator(
        f'<Text name="o" value="$o"/><Taxonomy name="c" toName="o" leafsOnly="true">{children}</Taxonomy>'
    )

    assert leaves.validate([region({"taxonomy": [["a", "b"]]}, type="taxonomy")]) == []
    assert found(leaves.validate([region({"taxonomy": [["a"]]}, type="taxonomy")])) == [
        ("value.taxonomy[0]", "unknown_label")
    ]


def test_validate_accepts_results_of_the_aviation_template():
    config = validator(
        '<Text name="n" value="$n"/><TextArea name="s" toName="n"/>'
        '<Choices name="phase" toName="n" taxonomy="aviation:cictt_phases@1.3" choice="single" required="true"/>'
        '<Taxonomy name="categories" toName="n" taxonomy="aviation:cictt@4.7"/>'
    )
    result = [
        {"from_name": "phase", "to_name": "n", "type": "choices", "value": {"choices": ["APR"]}},
        {"from_name": "categories", "to_name": "n", "type": "taxonomy", "value": {"taxonomy": [["CFIT"], ["LOC-I"]]}},
        {"from_name": "s", "to_name": "n", "type": "textarea", "value": {"text": ["It landed."]}},
    ]

    assert config.validate(result) == []


REPEATED = (
    '<Repeater on="$x"><Text name="o_{{idx}}" value="$x[{{idx}}]"/>'
    f'<Choices name="c_{{{{idx}}}}" toName="o_{{{{idx}}}}">{CHOICES}</Choices></Repeater>'
)


def test_validate_finds_the_copy_of_a_repeated_control():
    repeated = validator(REPEATED)
    good = {**GOOD, "from_name": "c_12", "to_name": "o_12"}

    assert repeated.validate([good, {**good, "id": "r2", "from_name": "c_0", "to_name": "o_0"}]) == []
    assert found(repeated.validate([{**good, "to_name": "o_11"}])) == [("to_name", "wrong_to_name")]
    assert found(repeated.validate([{**good, "from_name": "c_x"}])) == [("from_name", "unknown_control")]


@pytest.mark.parametrize("to_name", ["o", "p", "o,p", "c"])
def test_validate_accepts_the_ways_to_write_a_pairwise_target(to_name):
    pair = validator('<Text name="o" value="$o"/><Text name="p" value="$p"/><Pairwise name="c" toName="o,p"/>')

    assert pair.validate([region({"selected": "left"}, type="pairwise", to_name=to_name)]) == []
    assert found(pair.validate([region({"selected": "up"}, type="pairwise")])) == [("value.selected", "wrong_value")]


@pytest.mark.parametrize(
    ("body", "result_type", "value"),
    [
        ('<Chat name="c" value="$c"/>', "chatmessage", {"chatmessage": {"role": "user", "content": "Hi"}}),
        ('<ReactCode name="c" toName="c"/>', "reactcode", {"reactcode": {"any": [1]}}),
    ],
)
def test_validate_accepts_what_objects_say_about_themselves(body, result_type, value):
    own = validator(body)

    assert own.validate([region(value, type=result_type, to_name="c")]) == []
    assert found(own.validate([region({}, type=result_type, to_name="c")])) == [(f"value.{result_type}", "missing_key")]


def test_validate_stays_quick_for_many_results_and_many_faults():
    """Measured at 0.03 s of CPU each; the bound is for coverage and catches anything that is not linear."""
    checked = validator(SIMPLE.replace("<Choices", '<Choices perRegion="true"'))
    regions = [{**GOOD, "id": f"r{number}"} for number in range(10_000)]
    many_faults = [region({"choices": [f"unknown {number}" for number in range(100_000)]})]
    begin = time.process_time()

    assert checked.validate(regions) == []
    assert sum(len(checked.validate([one])) for one in regions) == 0
    assert len(checked.validate(many_faults)) == 100
    assert len(checked.validate([region({"choices": [1] * 100_000})])) == 1
    assert len(checked.validate([region({"choices": [1] * 1_000})] * 200)) == 100
    assert time.process_time() - begin < 4


REGIONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.sampled_from(["c", "o", "yes"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "from_name", "to_name", "type", "value", "choices", "labels", "direction", "from_id"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)
NEARLY = st.fixed_dictionaries(
    {
        "from_name": st.just("c"),
        "to_name": st.just("o"),
        "value": REGIONS | st.dictionaries(st.just("choices"), REGIONS),
    },
    optional={"id": REGIONS, "type": st.sampled_from(["choices", "relation", "rectangle", 3]), "score": REGIONS},
)
MIXED = ResultValidator(
    parse_label_config(
        f'<View><Image name="o" value="$o"/><Labels name="l" toName="o">{LABELS}</Labels>'
        f'<Rectangle name="b" toName="o"/><Choices name="c" toName="o">{CHOICES}</Choices></View>'
    )
)


@given(REGIONS | st.lists(NEARLY | REGIONS, max_size=4))
def test_validate_only_ever_returns_issues(result):
    assert all(issue.message and issue.code for issue in MIXED.validate(result))
    assert isinstance(MIXED.missing_required(result), list)


def is_storable(value):
    try:
        orjson.dumps(value)
    except TypeError:
        return False
    return True


@pytest.mark.parametrize("tag", CONTROLS)
@settings(max_examples=20)
@given(data=st.data())
def test_quick_look_never_passes_what_the_full_check_refuses(tag, data):
    body, good, bad = control_config(tag)
    checked = _compiled(tag, body)
    value = dict(data.draw(st.sampled_from([good, *(value for value, _key, _code in bad)])))
    for key in data.draw(st.lists(st.sampled_from([*good, "start", "end", "labels"]), max_size=2)):
        value[key] = data.draw(REGIONS)
    one = region(value, type=tag.lower(), **data.draw(st.dictionaries(st.sampled_from(["id", "score"]), REGIONS)))
    # What cannot be stored is refused before either look, see the hygiene tests.
    assume(is_storable(one))
    plan = checked._plan.find("c")

    if results_module._is_plain(one, plan):
        assert list(checked._region_issues(0, one)) == []


_cache = {}


def _compiled(tag, body):
    if tag not in _cache:
        _cache[tag] = validator(body)
    return _cache[tag]
