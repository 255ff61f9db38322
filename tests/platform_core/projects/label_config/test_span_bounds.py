import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.projects.label_config import ResultValidator, parse_label_config
from platform_core.projects.label_config.span_bounds import SpanBounds, length_of

LABEL = '<Label value="A"/>'


def bounds(body):
    config = parse_label_config(f"<View>{body}</View>")
    return SpanBounds(config), ResultValidator(config)


def text(attributes='value="$t"', tag="Labels"):
    return bounds(f'<Text name="o" {attributes}/><{tag} name="c" toName="o">{LABEL}</{tag}>')


def span(start, end, kind="labels", **offsets):
    return {
        "id": f"r{start}",
        "from_name": "c",
        "to_name": "o",
        "type": kind,
        "value": {"start": start, "end": end, kind: ["A"], **offsets},
    }


def found(checks, result, data):
    spans, valid = checks
    assert valid.validate(result) == []
    assert spans.concerns(result)
    return [(issue.key, issue.code) for issue in spans.issues(result, data)]


def test_span_inside_the_text_passes_its_end_included():
    assert found(text(), [span(0, 4), span(4, 4)], {"t": "abcd"}) == []


def test_span_past_the_end_is_named_with_region_and_key():
    assert found(text(), [span(0, 1), span(2, 5)], {"t": "abcd"}) == [("value.end", "span_past_end")]
    assert found(text(), [span(9, 9)], {"t": "abcd"}) == [
        ("value.start", "span_past_end"),
        ("value.end", "span_past_end"),
    ]
    checks, _ = text()
    (issue,) = checks.issues([span(0, 1), span(2, 5)], {"t": "abcd"})
    assert (issue.index, issue.region, issue.control) == (1, "r2", "c")
    assert issue.message.endswith("value.end 5 lies past the end of the text, which has 4 characters")


def test_text_is_found_below_keys_and_indices():
    assert found(text('value="$a.b"'), [span(0, 2)], {"a": {"b": "x"}}) == [("value.end", "span_past_end")]
    assert found(text('value="$a[1]"'), [span(0, 2)], {"a": ["long enough", "x"]}) == [("value.end", "span_past_end")]
    assert found(text('value="$a.b"'), [span(0, 2)], {"a.b": "x"}) == [("value.end", "span_past_end")]
    assert found(text('value="$a.b"'), [span(0, 2)], {"a": []}) == []


@pytest.mark.parametrize(
    ("checks", "data"),
    [
        (text(), {"t": 12345}),
        (text(), {"t": ["a", "b"]}),
        (text(), {}),
    ],
)
def test_what_is_no_text_refutes_nothing(checks, data):
    assert found(checks, [span(0, 99)], data) == []


@pytest.mark.parametrize("attributes", ['value="$t" valueType="url"', 'value="$t and $u"', 'value="constant"'])
def test_text_that_is_read_elsewhere_is_no_concern(attributes):
    spans, _ = text(attributes)
    assert not spans.concerns([span(0, 99)])


def test_both_ways_to_count_characters_are_accepted():
    assert length_of("a\U0001f6e9b") == 4
    assert found(text(), [span(0, 4)], {"t": "a\U0001f6e9b"}) == []
    assert found(text(), [span(0, 5)], {"t": "a\U0001f6e9b"}) == [("value.end", "span_past_end")]


def dialogue(attributes=""):
    return bounds(
        f'<Paragraphs name="o" value="$t" {attributes}/><ParagraphLabels name="c" toName="o">{LABEL}</ParagraphLabels>'
    )


@pytest.mark.parametrize(
    ("result", "issues"),
    [
        (span("0", "1", "paragraphlabels", startOffset=0, endOffset=3), []),
        (span("0", "2", "paragraphlabels"), [("value.end", "span_past_end")]),
        (span("0", "1", "paragraphlabels", startOffset=9), [("value.startOffset", "span_past_end")]),
        (span("0", "1", "paragraphlabels", endOffset=4), [("value.endOffset", "span_past_end")]),
    ],
)
def test_spans_of_a_dialogue_are_held_against_its_lines(result, issues):
    data = {"t": [{"author": "A", "text": "hello"}, {"author": "B", "text": "yes"}]}
    assert found(dialogue(), [result], data) == issues
    assert found(dialogue('textKey="said"'), [span("0", "0", "paragraphlabels", endOffset=9)], data) == []


def test_questions_about_a_text_are_no_concern():
    spans, _ = bounds(
        f'<Text name="o" value="$t"/><Choices name="c" toName="o">{LABEL.replace("Label", "Choice")}</Choices>'
    )
    assert not spans.concerns([{"from_name": "c", "to_name": "o", "type": "choices", "value": {"choices": ["A"]}}])


@given(st.text(max_size=30), st.integers(0, 40), st.integers(0, 40))
def test_span_passes_exactly_when_it_lies_inside(words, start, length):
    checks, _ = text()
    issues = list(checks.issues([span(start, start + length)], {"t": words}))
    assert (issues == []) is (start + length <= length_of(words))
