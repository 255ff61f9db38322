"""Made-up data and results fit the config they were made for."""

import pytest

from platform_core.projects.label_config import (
    CORE_TAGS,
    ResultValidator,
    TagKind,
    TaskDataValidator,
    parse_label_config,
    sample_data,
    sample_result,
)

# An object for each control, where `accepts` alone does not say which.
_ANY_OBJECT = "Text"
_CHANNELS = '<TimeSeries name="o" value="$o" valueType="json" timeColumn="t"><Channel column="v"/></TimeSeries>'


def object_xml(tag):
    if tag == "TimeSeries":
        return _CHANNELS
    if tag == "ReactCode":
        return '<ReactCode name="o" data="$o" toName="o"/>'
    return f'<{tag} name="o" value="$o"/>'


def control_xml(spec, target="o"):
    children = ""
    if spec.label_tag:
        children = "".join(f'<{spec.label_tag} value="{value}"/>' for value in ("A", "B"))
    if spec.name == "Ranker":
        children = '<Bucket name="best"/><Bucket name="rest"/>'
    name = "" if spec.name == "Relations" else 'name="c"'
    return f'<{spec.name} {name} toName="{target}">{children}</{spec.name}>'


def pairs():
    for spec in CORE_TAGS.values():
        if spec.kind is TagKind.CONTROL:
            yield from ((spec.name, tag) for tag in sorted(spec.accepts or {_ANY_OBJECT}))


def check(xml, *, controls):
    config = parse_label_config(xml)
    data, result = sample_data(config), sample_result(config)
    assert TaskDataValidator(config).validate(data) is None
    assert ResultValidator(config).validate(result) == []
    assert {region["from_name"] for region in result} == controls


@pytest.mark.parametrize(("control", "tag"), list(pairs()))
def test_every_control_on_every_object_has_a_valid_sample(control, tag):
    spec = CORE_TAGS[control]
    if control == "Pairwise":
        xml = f'<View>{object_xml(tag)}<Text name="p" value="$p"/>{control_xml(spec, "o,p")}</View>'
    else:
        xml = f"<View>{object_xml(tag)}{control_xml(spec)}</View>"
    drawn = control == "Labels" and tag in {"Image", "Video", "Pdf", "Object3D"}
    own = {"o"} if CORE_TAGS[tag].result_type and control != "Relations" else set()
    controls = set() if drawn or control == "Relations" else {"c"}
    check(xml, controls=controls | own)


@pytest.mark.parametrize("tag", [spec.name for spec in CORE_TAGS.values() if spec.kind is TagKind.OBJECT])
def test_every_object_has_valid_data(tag):
    config = parse_label_config(f"<View>{object_xml(tag)}<Rating name='r' toName='o'/></View>")
    assert TaskDataValidator(config).validate(sample_data(config)) is None
    assert set(sample_data(config)) == {"o"}


@pytest.mark.parametrize(
    ("xml", "controls"),
    [
        # Labels of a drawn shape, and questions about it, share its id.
        (
            (
                '<View><Image name="i" value="$i"/><Labels name="l" toName="i"><Label value="A"/></Labels>'
                '<Rectangle name="r" toName="i"/><Rating name="q" toName="i" perRegion="true"/></View>'
            ),
            {"l", "r", "q"},
        ),
        # Nothing is known of labels that a plugin or the task supplies.
        (
            (
                '<View><Text name="t" value="$t"/><Choices name="c" toName="t" value="$options"/>'
                '<Choices name="d" toName="t" taxonomy="lib:y@1"/></View>'
            ),
            set(),
        ),
        (
            (
                '<View><Repeater on="$x"><Text name="t{{idx}}" value="$x[{{idx}}].a.b"/>'
                '<Rating name="r{{idx}}" toName="t{{idx}}"/></Repeater></View>'
            ),
            set(),
        ),
        ('<View><Image name="i" valueList="$many"/><Rating name="r" toName="i"/></View>', {"r"}),
        ('<View><Image name="i" value="https://host/$id/$n.jpg"/><Rating name="r" toName="i"/></View>', {"r"}),
        ('<View><Text name="t" value="$a[3].b"/><Number name="n" toName="t" min="5" max="9"/></View>', {"n"}),
        ('<View><Text name="t" value="$t"/><Number name="n" toName="t" max="-2"/></View>', {"n"}),
        (
            (
                '<View><Text name="t" value="$t"/><Taxonomy name="x" toName="t" leafsOnly="true">'
                '<Choice value="a"><Choice value="b"/></Choice></Taxonomy></View>'
            ),
            {"x"},
        ),
        (
            (
                '<View><Paragraphs name="p" value="$p" nameKey="who" textKey="said"/>'
                '<ParagraphLabels name="l" toName="p"><Label value="A"/></ParagraphLabels></View>'
            ),
            {"l"},
        ),
    ],
)
def test_sample_follows_the_attributes(xml, controls):
    check(xml, controls=controls)


def test_dialogue_and_series_have_the_keys_that_the_tags_name():
    config = parse_label_config(
        '<View><Paragraphs name="p" value="$p" nameKey="who" textKey="said"/>'
        '<TimeSeries name="s" value="$s" valueType="json" timeColumn="t"><MultiChannel><Channel column="v"/>'
        '</MultiChannel></TimeSeries><Rating name="r" toName="p"/></View>'
    )
    data = sample_data(config)
    assert set(data["p"][0]) == {"who", "said"}
    assert set(data["s"]) == {"t", "v"}


def test_samples_can_be_changed_without_harm():
    config = parse_label_config('<View><List name="l" value="$l"/><Ranker name="r" toName="l"/></View>')
    sample_data(config)["l"][0]["title"] = "changed"
    assert sample_data(config)["l"][0]["title"] == "Answer 1"
