from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.projects.label_config import (
    CORE_TAGS,
    InvalidLabelConfigError,
    TagKind,
    TagSpec,
    TaxonomyRef,
    parse_label_config,
)

TEXT = '<Text name="t" value="$text"/>'
IMAGE = '<Image name="i" value="$image"/>'

AVIATION = """<View>
  <Text name="narrative" value="$narrative"/>
  <Choices name="phase" toName="narrative" taxonomy="aviation:cictt_phases@1.3" choice="single" required="true"/>
  <Taxonomy name="categories" toName="narrative" taxonomy="aviation:cictt@4.7"/>
  <Choices name="event_class" toName="narrative"><Choice value="Accident"/><Choice value="Incident"/></Choices>
  <TextArea name="synopsis" toName="narrative"/>
</View>"""


def codes(body):
    with pytest.raises(InvalidLabelConfigError) as refused:
        parse_label_config(f"<View>{body}</View>")
    return [issue.code for issue in refused.value.issues]


def test_parse_label_config_reads_the_aviation_template():
    config = parse_label_config(AVIATION)

    assert list(config.controls) == ["phase", "categories", "event_class", "synopsis"]
    phase = config.controls["phase"]
    assert phase.taxonomy == TaxonomyRef(slug="aviation", key="cictt_phases", version="1.3")
    assert (phase.type, phase.required, phase.multiple, phase.labels) == ("choices", True, False, ())
    assert not phase.has_closed_labels
    assert [label.value for label in config.controls["event_class"].labels] == ["Accident", "Incident"]
    assert config.objects["narrative"].tag == "Text"


GOOD = {
    "dynamic labels": f'{TEXT}<Labels name="l" toName="t" value="$options"/>',
    "labels from a URL": f'{TEXT}<Taxonomy name="l" toName="t" apiUrl="https://example.org/tree"/>',
    "layout between control and labels": (
        f'{TEXT}<Choices name="c" toName="t"><View><Header value="Pick"/><Choice value="a"/></View></Choices>'
    ),
    "Choices on anything": '<Video name="v" value="$v"/><Rating name="r" toName="v"/>',
    "value list": '<Image name="i" valueList="$pages"/><Number name="n" toName="i" min="0" max="1.5"/>',
    "relations without a name": f'{TEXT}<Relations><Relation value="causes"/></Relations>',
    "filter of labels": (f'{TEXT}<Filter name="f" toName="l"/><Labels name="l" toName="t"><Label value="a"/></Labels>'),
    "two objects": f'{TEXT}<Text name="u" value="$u"/><Pairwise name="p" toName="t,u"/>',
    "self-referencing chat": '<Chat name="chat" value="$chat" toName="chat"/>',
    "self-referencing code": (
        '<ReactCode name="app" toName="app" data="$x"><![CDATA[ if (a < b) { f("<script>") } ]]></ReactCode>'
    ),
    "one leaf name in two branches": (
        f'{TEXT}<Taxonomy name="x" toName="t"><Choice value="a"><Choice value="z"/></Choice>'
        '<Choice value="b"><Choice value="z"/></Choice></Taxonomy>'
    ),
    "ranker with buckets": (
        '<List name="l" value="$l"/><Ranker name="r" toName="l"><Bucket name="best"/><Bucket name="ads"/></Ranker>'
    ),
    "time series": (
        '<TimeSeries name="ts" value="$csv"><Channel column="x"/></TimeSeries>'
        '<TimeSeriesLabels name="l" toName="ts"><Label value="run"/></TimeSeriesLabels>'
    ),
    "repeater": (
        '<Repeater on="$items"><Text name="t_{{idx}}" value="$items[{{idx}}].text"/>'
        '<Choices name="c_{{idx}}" toName="t_{{idx}}"><Choice value="a"/></Choices></Repeater>'
    ),
    "harmless markup": f'{TEXT}<Choices name="c" toName="t"><Choice value="a" html="&lt;b&gt;A&lt;/b&gt;"/></Choices>',
    "panels": f'<Collapse><Panel value="More">{TEXT}</Panel></Collapse>',
    "comment": f"<!-- {{'data': 1}} -->{TEXT}",
    "style": f"<Style>.a > b {{ color: red; /* note */ }}</Style>{TEXT}",
    "nested path": '<Text name="t" value="$a.b[0].c"/>',
    "field in a text": '<Image name="i" value="https://example.org/$id.jpg"/>',
}


@pytest.mark.parametrize("body", GOOD.values(), ids=GOOD)
def test_parse_label_config_accepts(body):
    assert parse_label_config(f"<View>{body}</View>").objects


BAD = {
    "unknown tag": ('<Imge name="i" value="$i"/>', ["unknown_tag"]),
    "missing name": ('<Text value="$t"/>', ["missing_name"]),
    "missing value": ('<Text name="t"/>', ["missing_value"]),
    "missing toName": (f'{TEXT}<TextArea name="a"/>', ["missing_to_name"]),
    "toName to nothing": (f'{TEXT}<TextArea name="a" toName="zzz"/>', ["unknown_to_name"]),
    "toName to a control": (
        f'{TEXT}<TextArea name="a" toName="t"/><TextArea name="b" toName="a"/>',
        ["to_name_not_object"],
    ),
    "toName to itself": (f'{TEXT}<TextArea name="a" toName="a"/>', ["to_name_not_object"]),
    "object pointing to another": (f'{TEXT}<Text name="u" value="$u" toName="t"/>', ["bad_to_name"]),
    "wrong object kind": (
        f'{TEXT}<RectangleLabels name="r" toName="t"><Label value="a"/></RectangleLabels>',
        ["wrong_object_kind"],
    ),
    "duplicate names": (f'{TEXT}<Text name="t" value="$u"/>', ["duplicate_name"]),
    "duplicate names with spaces": (f'{TEXT}<TextArea name = "t" toName="t"/>', ["duplicate_name"]),
    "duplicate labels": (
        f'{TEXT}<Labels name="l" toName="t"><Label value="a"/><Label value="a"/></Labels>',
        ["duplicate_label"],
    ),
    "alias equal to another value": (
        f'{TEXT}<Choices name="l" toName="t"><Choice value="a"/><Choice value="b" alias="a"/></Choices>',
        ["duplicate_label"],
    ),
    "duplicate path": (
        f'{TEXT}<Taxonomy name="x" toName="t"><Choice value="a"/><Choice value="a"/></Taxonomy>',
        ["duplicate_label"],
    ),
    "label without value": (f'{TEXT}<Labels name="l" toName="t"><Label/></Labels>', ["missing_value", "no_labels"]),
    "no labels": (f'{IMAGE}<PolygonLabels name="l" toName="i"/>', ["no_labels"]),
    "Choice in Labels": (
        f'{TEXT}<Labels name="l" toName="t"><Label value="a"/><Choice value="b"/></Labels>',
        ["misplaced_tag"],
    ),
    "Label in Choices": (
        f'{TEXT}<Choices name="l" toName="t"><Choice value="a"/><Label value="b"/></Choices>',
        ["misplaced_tag"],
    ),
    "Label on its own": (f'{TEXT}<Label value="b"/>', ["misplaced_tag"]),
    "taxonomy without version": (f'{TEXT}<Taxonomy name="x" toName="t" taxonomy="aviation:cictt"/>', ["bad_taxonomy"]),
    "taxonomy in capitals": (f'{TEXT}<Taxonomy name="x" toName="t" taxonomy="Aviation:cictt@1"/>', ["bad_taxonomy"]),
    "taxonomy with a new line": (f'{TEXT}<Taxonomy name="x" toName="t" taxonomy="a1:c@1&#10;"/>', ["bad_taxonomy"]),
    "taxonomy where no labels are": (f'{TEXT}<TextArea name="x" toName="t" taxonomy="av:c@1"/>', ["bad_taxonomy"]),
    "empty name": ('<Text name="" value="$t"/>', ["missing_name"]),
    "comma in a name": ('<Text name="a,b" value="$t"/>', ["bad_name"]),
    "endless name": (f'<Text name="{"n" * 129}" value="$t"/>', ["bad_name"]),
    "choice mode": (
        f'{TEXT}<Choices name="c" toName="t" choice="many"><Choice value="a"/></Choices>',
        ["bad_attribute"],
    ),
    "number without a number": (f'{TEXT}<Number name="c" toName="t" min="low"/>', ["bad_attribute"]),
    "rating without a number": (f'{TEXT}<Rating name="c" toName="t" maxRating="1e999"/>', ["bad_attribute"]),
    "pairwise with one object": (f'{TEXT}<Pairwise name="p" toName="t"/>', ["bad_to_name"]),
    "filter of nothing": (f'{TEXT}<Filter name="f" toName="zzz"/>', ["unknown_to_name"]),
    "condition on nothing": (f'{TEXT}<TextArea name="a" toName="t" whenTagName="zzz"/>', ["unknown_when_tag"]),
    "name without the flag": (
        '<Repeater on="$x"><Text name="t" value="$x[{{idx}}]"/></Repeater>',
        ["bad_name"],
    ),
    "repeater without a field": ('<Repeater><Text name="t{{idx}}" value="$x[{{idx}}]"/></Repeater>', ["missing_value"]),
    "index outside a repeater": ('<Text name="t" value="$x[{{idx}}]"/>', ["bad_variable"]),
    "empty path": ('<Text name="t" value="$ "/>', ["bad_variable"]),
    "broken path": ('<Text name="t" value="$a[0"/>', ["bad_variable"]),
    "double dot": ('<Text name="t" value="$a..b"/>', ["bad_variable"]),
    "bucket twice": (
        '<List name="l" value="$l"/><Ranker name="r" toName="l"><Bucket name="b"/><Bucket name="b"/></Ranker>',
        ["duplicate_name"],
    ),
    "bucket without a name": (
        '<List name="l" value="$l"/><Ranker name="r" toName="l"><Bucket/></Ranker>',
        ["missing_name"],
    ),
    "label that cannot be shown": (
        f'{TEXT}<Labels name="l" toName="t"><Label value="a&#9;b"/></Labels>',
        ["bad_label"],
    ),
    "children of an unknown tag": ('<Foo><Label value="a"/></Foo>', ["unknown_tag"]),
    "only views": ("<View/><View><View/></View>", ["empty_view"]),
}


@pytest.mark.parametrize(("body", "expected"), BAD.values(), ids=BAD)
def test_parse_label_config_refuses(body, expected):
    assert codes(body) == expected


@pytest.mark.parametrize(
    "attribute",
    [
        'value="javascript:alert(1)"',
        'value=" JaVaScRiPt:alert(1)"',
        'value="java&#10;script:alert(1)"',
        'value="java&amp;#10;script:alert(1)"',
        'value="&amp;#106;avascript:alert(1)"',
        'value="vbscript:x"',
        'value="data:text/html,x"',
        'hint="&lt;script&gt;alert(1)&lt;/script&gt;"',
        'html="&lt;img src=x onerror=alert(1)&gt;"',
        'html="&lt;img/onerror=alert(1)&gt;"',
        'html="&lt;a href=&quot;javascript:alert(1)&quot;&gt;x&lt;/a&gt;"',
        'html="&lt;a href=&apos;java&#9;script:alert(1)&apos;&gt;x&lt;/a&gt;"',
        'html="&lt;iframe srcdoc=x&gt;"',
        'onclick="alert(1)"',
        'ONERROR="alert(1)"',
        'style="background: expression(alert(1))"',
    ],
)
def test_parse_label_config_refuses_scripts_in_attributes(attribute):
    assert codes(f"{TEXT}<Header {attribute}/>") == ["unsafe_content"]


@pytest.mark.parametrize(
    "tag",
    [
        "<Style>&lt;/style>&lt;script>alert(1)&lt;/script></Style>",
        "<Style>@im/**/port url(//evil.example)</Style>",
        "<Style>/* &lt;/style> */</Style>",
        "<Header>&lt;svg onload=alert(1)></Header>",
        "<Html>&lt;script>alert(1)&lt;/script></Html>",
    ],
)
def test_parse_label_config_refuses_scripts_in_text(tag):
    assert set(codes(f"{TEXT}{tag}")) == {"unsafe_content"}


@pytest.mark.parametrize(
    "words",
    [
        "Learn JavaScript: basics",
        "a &lt; b",
        "one = two",
        "online=yes",
        "data: text",
        "👨\u200d👩\u200d👧",
        "\u0645\u06cc\u200c\u062e",
        "a\u00a0b",
    ],
)
def test_parse_label_config_allows_words_that_only_look_like_scripts(words):
    body = f'{TEXT}<Choices name="c" toName="t"><Choice value="{words}"/></Choices>'

    assert len(parse_label_config(f"<View>{body}</View>").controls["c"].labels) == 1


def test_parse_label_config_says_where_and_what_to_do():
    with pytest.raises(InvalidLabelConfigError) as refused:
        parse_label_config('<View>\n  <View>\n    <Imge name="i" value="$x"/>\n  </View>\n</View>')

    (issue,) = refused.value.issues
    assert issue.message == "Unknown tag Imge; did you mean Image?"
    assert (issue.path, issue.line, issue.tag, issue.name) == ("View/View[1]/Imge[1]", 3, "Imge", "i")
    assert refused.value.status_code == 400
    assert refused.value.validation_errors == {"label_config": [issue.message]}
    assert refused.value.data["issues"][0]["code"] == "unknown_tag"


def test_parse_label_config_reports_all_faults_at_once():
    body = '<Foo/><Text name="t"/><TextArea name="a" toName="zzz"/>'

    assert codes(body) == ["unknown_tag", "missing_value", "unknown_to_name"]


def test_parse_label_config_bounds_the_number_of_issues():
    assert len(codes("<Foo/>" * 5_000)) == 100


def test_parse_label_config_bounds_the_number_of_controls():
    body = TEXT + "".join(f'<TextArea name="a{number}" toName="t"/>' for number in range(501))

    assert codes(body) == ["too_many_controls"]


def test_variables_carry_path_types_and_tag():
    body = '<Repeater on="$rows"><Text name="t{{idx}}" value="$rows[{{idx}}].text"/></Repeater><Header value="$title"/>'
    repeater, text, header = parse_label_config(f"<View>{body}</View>").variables

    assert (repeater.key, repeater.segments, repeater.types, repeater.required) == ("rows", (), ("list",), True)
    assert (text.key, text.segments, text.tag) == ("rows", (None, "text"), "Text")
    assert (header.key, header.required) == ("title", False)


def test_a_plugin_tag_is_known_only_to_the_registry_that_has_it():
    waveform = TagSpec(
        name="Waveform", kind=TagKind.OBJECT, name_required=True, value_required=True, data_types=("str",)
    )
    xml = '<View><Waveform name="w" value="$w"/><TextArea name="a" toName="w"/></View>'

    assert parse_label_config(xml, tags=CORE_TAGS.extended_with([waveform])).objects["w"].tag == "Waveform"
    with pytest.raises(InvalidLabelConfigError, match="Unknown tag Waveform"):
        parse_label_config(xml)


TAGS = st.sampled_from([*sorted(CORE_TAGS), "Foo", "view"])
VALUES = st.one_of(
    st.sampled_from(
        ["a", "b", "$a", "$a.b", "$x[{{idx}}]", "a,b", "true", "av:c@1", "multiple", "javascript:1", "9" * 30]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=8),
)
NAMES = st.sampled_from(
    ["name", "toName", "value", "valueList", "taxonomy", "choice", "on", "whenTagName", "min", "max"]
)
# Tag, attributes, how many levels to climb before it is added.
NODES = st.lists(
    st.tuples(TAGS, st.dictionaries(NAMES, VALUES, max_size=4), st.integers(0, 3)), min_size=1, max_size=12
)


def document(nodes):
    path = [ET.Element("View")]
    for tag, attributes, climb in nodes:
        path = path[: max(1, len(path) - climb)]
        path.append(ET.SubElement(path[-1], tag, attributes))
    return ET.tostring(path[0], encoding="unicode")


def parsed_or_refused(xml):
    try:
        return parse_label_config(xml)
    except InvalidLabelConfigError as error:
        return error


@given(NODES)
def test_parse_label_config_parses_or_refuses_random_trees(nodes):
    outcome = parsed_or_refused(document(nodes))

    if isinstance(outcome, InvalidLabelConfigError):
        assert 0 < len(outcome.issues) <= 100
    else:
        targets = {(control.name, name) for control in outcome.controls.values() for name in control.to_name}
        assert all(name in outcome.objects or name == control for control, name in targets)


@given(st.text(max_size=200))
def test_parse_label_config_never_fails_otherwise_on_random_text(text):
    with pytest.raises(InvalidLabelConfigError):
        parse_label_config(text)
