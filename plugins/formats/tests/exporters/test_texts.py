"""Spans of texts: the expected lines are written by hand."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tenon_formats.spans import LabelledText, Span, tagged_tokens, without_overlaps

PARSED = {
    "ner": {
        "type": "Labels",
        "to_name": ["text"],
        "inputs": [{"type": "Text", "value": "text"}],
        "labels": ["PER", "ORG"],
        "labels_attrs": {},
    }
}


def span(start, end, label, text=None):
    value = {"start": start, "end": end, "labels": [label]}
    return {
        "id": f"{start}",
        "from_name": "ner",
        "to_name": "text",
        "type": "labels",
        "value": value if text is None else {**value, "text": text},
    }


def test_conll_has_a_token_a_line_with_its_tag(export, task):
    text = "Ada Lovelace, of London Co., wrote it."
    found = export("CONLL2003", [task({"text": text}, [span(0, 12, "PER"), span(17, 26, "ORG")])], PARSED)

    assert found.decode().splitlines() == [
        "-DOCSTART- -X- O O",
        "",
        "Ada -X- _ B-PER",
        "Lovelace -X- _ I-PER",
        ", -X- _ O",
        "of -X- _ O",
        "London -X- _ B-ORG",
        "Co -X- _ I-ORG",
        ". -X- _ O",
        ", -X- _ O",
        "wrote -X- _ O",
        "it -X- _ O",
        ". -X- _ O",
        "",
    ]


def test_spans_side_by_side_begin_anew(export, task):
    found = export("CONLL2003", [task({"text": "a b c"}, [span(0, 1, "PER"), span(2, 5, "PER")])], PARSED)
    assert [line[-5:] for line in found.decode().splitlines()[2:5]] == ["B-PER", "B-PER", "I-PER"]


def test_spacy_has_the_entities_of_each_annotation(export, task):
    both = task({"text": "Ada wrote."}, [span(0, 3, "PER")], [])
    lines = [json.loads(line) for line in export("SPACY", [both], PARSED).splitlines()]

    assert lines == [["Ada wrote.", {"entities": []}], ["Ada wrote.", {"entities": [[0, 3, "PER"]]}]]


def test_offsets_of_browsers_count_characters_beyond_the_basic_plane_twice(export, task):
    text = "\U0001f600 Ada"
    browser = task({"text": text}, [span(3, 6, "PER", text="Ada")])
    python = task({"text": text}, [span(2, 5, "PER", text="Ada")])

    for one in (browser, python):
        (line,) = export("SPACY", [one], PARSED).splitlines()
        assert json.loads(line)[1] == {"entities": [[2, 5, "PER"]]}


@pytest.mark.parametrize("data", [{}, {"text": None}, {"text": ["a"]}, {"other": "x"}])
def test_tasks_without_the_text_are_left_out(export, task, data):
    assert export("SPACY", [task(data, [span(0, 1, "PER")])], PARSED) == b""


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 3), (5, 2), (0, 99), ("a", 2), (None, None)])
def test_spans_outside_the_text_are_left_out(export, task, start, end):
    (line,) = export("SPACY", [task({"text": "abcdef"}, [span(start, end, "PER")])], PARSED).splitlines()
    assert json.loads(line)[1] == {"entities": []}


SPANS = st.lists(
    st.builds(
        lambda start, length, label: Span(start=start, end=start + length, label=label),
        st.integers(0, 40),
        st.integers(1, 10),
        st.sampled_from(["A", "B"]),
    ),
    max_size=8,
)


@given(SPANS)
def test_spans_that_stay_do_not_overlap_and_the_longest_stays(spans):
    kept = without_overlaps(iter(spans))

    assert all(first.end <= second.start for first, second in itertools.pairwise(kept))
    assert all(span in spans for span in kept)
    if spans:
        assert max(one.end - one.start for one in kept) == max(one.end - one.start for one in spans)


@given(st.text(max_size=60), SPANS)
def test_tags_follow_the_scheme(text, spans):
    inside = without_overlaps(span for span in spans if span.end <= len(text))
    tags = [tag for _, tag in tagged_tokens(LabelledText(text=text, spans=inside, task=1, annotation=1))]

    for before, tag in zip(["O", *tags], tags, strict=False):
        assert not tag.startswith("I-") or before[1:] == tag[1:]
