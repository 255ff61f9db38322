import pytest

from platform_core.projects.label_config import ResultValidator, parse_label_config

LABELS = '<Label value="Car"/><Label value="Plane"/>'
BOX = {"x": 1, "y": 1, "width": 5, "height": 5}
SPLIT = (
    '<Image name="i" value="$i"/><Image name="j" value="$j"/>'
    f'<Labels name="l" toName="i">{LABELS}</Labels><Rectangle name="b" toName="i"/><Ellipse name="e" toName="i"/>'
    '<TextArea name="t" toName="i" perRegion="true"/><Rating name="r" toName="i,j"/>'
    '<Relations><Relation value="hits"/></Relations>'
)


def validator(body):
    return ResultValidator(parse_label_config(f"<View>{body}</View>"))


def region(name, result_type, value, identifier="r1", to_name="i"):
    return {"id": identifier, "from_name": name, "to_name": to_name, "type": result_type, "value": value}


def relation(**keys):
    return {"type": "relation", "from_id": "r1", "to_id": "r2", "direction": "right", **keys}


def found(issues):
    return [(issue.index, issue.key, issue.code) for issue in issues]


def box(identifier="r1"):
    return region("b", "rectangle", BOX, identifier)


def labels(identifier="r1", **value):
    return region("l", "labels", {"labels": ["Car"], **value}, identifier)


def text(identifier="r1"):
    return region("t", "textarea", {"text": ["x"]}, identifier)


@pytest.mark.parametrize(
    "result",
    [
        [box(), labels()],
        [labels(), box()],
        [box(), labels(**BOX), text()],
        [box(), box("r2"), relation()],
        [box(), box("r2"), relation(labels=["hits"], direction="bi")],
        [relation(), box(), box("r2")],
        [{**box(), "id": None}, {**box(), "id": None}],
        [region("l", "rectanglelabels", {**BOX, "rectanglelabels": ["Car"]})],
        [region("b", "rectanglelabels", {**BOX, "labels": ["Car"]})],
        [region("r", "rating", {"rating": 1}), region("r", "rating", {"rating": 2}, "r2", "j")],
        [region("r", "rating", {"rating": 1}) | {"item_index": n, "id": f"n{n}"} for n in range(2)],
    ],
)
def test_validate_accepts(result):
    assert validator(SPLIT).validate(result) == []


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ([box(), box()], [(1, "id", "duplicate_id")]),
        ([box(), text(), text()], [(2, "id", "duplicate_id")]),
        ([box(), region("r", "rating", {"rating": 1}, "r1", "j")], [(1, "id", "duplicate_id")]),
        (
            [box(), region("e", "ellipse", {"x": 1, "y": 1, "radiusX": 1, "radiusY": 1})],
            [(1, "id", "duplicate_id")],
        ),
        ([labels()], [(0, "value", "shape_missing")]),
        ([labels(), box("r2")], [(0, "value", "shape_missing")]),
        ([labels(), text()], [(0, "value", "shape_missing")]),
        ([relation()], [(0, "from_id", "unknown_region"), (0, "to_id", "unknown_region")]),
        ([box(), relation()], [(1, "to_id", "unknown_region")]),
        ([box(), box("r2"), relation(direction="up")], [(2, "direction", "bad_direction")]),
        ([box(), box("r2"), relation(direction=None)], [(2, "direction", "bad_direction")]),
        ([box(), relation(to_id=7)], [(1, "to_id", "missing_key")]),
        ([box(), box("r2"), relation(labels=["misses"])], [(2, "labels[0]", "unknown_label")]),
        ([box(), box("r2"), relation(labels="hits")], [(2, "labels", "wrong_type")]),
        (
            [region("r", "rating", {"rating": 1}), region("r", "rating", {"rating": 2}, "r2")],
            [(1, "", "second_answer")],
        ),
        (
            [region("l", "rectanglelabels", {**BOX, "rectanglelabels": ["Boat"]})],
            [(0, "value.rectanglelabels[0]", "unknown_label")],
        ),
        (
            [region("l", "rectanglelabels", {**BOX, "rectanglelabels": 5})],
            [(0, "value.rectanglelabels", "wrong_type")],
        ),
        ([region("l", "polygonlabels", {"points": []})], [(0, "type", "wrong_type_of_result")]),
    ],
)
def test_validate_refuses(result, expected):
    assert found(validator(SPLIT).validate(result)) == expected


def test_validate_checks_labels_on_video_shapes_against_the_labels_beside_them():
    video = validator(
        f'<Video name="i" value="$v"/><Labels name="l" toName="i">{LABELS}</Labels>'
        '<VideoRectangle name="b" toName="i"/>'
    )
    value = {"framesCount": 1, "duration": 1, "sequence": []}

    assert video.validate([region("b", "videorectangle", {**value, "labels": ["Car"]})]) == []
    assert found(video.validate([region("b", "videorectangle", {**value, "labels": ["Boat"]})])) == [
        (0, "value.labels[0]", "unknown_label")
    ]


def test_validate_accepts_the_merged_type_of_labels_and_vectors():
    video = validator(
        f'<Video name="i" value="$v"/><Labels name="l" toName="i">{LABELS}</Labels><VideoVector name="b" toName="i"/>'
    )

    assert video.validate([region("l", "videovectorlabels", {"sequence": [], "labels": ["Car"]})]) == []


def test_validate_allows_any_relation_label_where_the_config_lists_none():
    opened = validator(SPLIT.replace('<Relations><Relation value="hits"/></Relations>', ""))

    assert opened.validate([box(), box("r2"), relation(labels=["anything"])]) == []
