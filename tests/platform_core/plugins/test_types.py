import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.plugins.types import TAXONOMY_PATTERN, Issue, PlanNote, TaxonomyRef


def test_taxonomy_reference_is_read_and_written():
    ref = TaxonomyRef.parse("aviation:cictt@4.7")

    assert ref == TaxonomyRef(slug="aviation", key="cictt", version="4.7")
    assert str(ref) == "aviation:cictt@4.7"


@given(st.from_regex(TAXONOMY_PATTERN, fullmatch=True))
def test_every_accepted_reference_is_written_as_it_was_read(text):
    assert str(TaxonomyRef.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "cictt", "aviation:cictt", "Aviation:cictt@1", "a:b@1", "aviation:cictt@", "x y:z@1"]
)
def test_other_texts_are_refused(text):
    with pytest.raises(ValueError, match="slug:key@version"):
        TaxonomyRef.parse(text)


def test_issues_and_notes_check_their_words():
    with pytest.raises(ValueError, match="severity"):
        Issue(severity="fatal", code="x", message="y")
    with pytest.raises(ValueError, match="code and a message"):
        Issue(severity="error", code="", message="y")
    with pytest.raises(ValueError, match="level"):
        PlanNote(level="maybe", message="y")
