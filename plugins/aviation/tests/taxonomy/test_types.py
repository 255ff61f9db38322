"""References are parsed strictly; values are found by code, alias and in any case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tenon_aviation.taxonomy import PackRef, shipped_pack


@pytest.mark.parametrize("text", ["aviation:cictt@4.7", "cictt@4.7"])
def test_ref_reads_with_and_without_the_slug(text):
    assert PackRef.parse(text) == PackRef(key="cictt", version="4.7")


@pytest.mark.parametrize("text", ["", "cictt", "@4.7", "cictt@", "other:cictt@4.7"])
def test_ref_refuses_anything_else(text):
    with pytest.raises(ValueError, match="is not of the form"):
        PackRef.parse(text)


@pytest.mark.parametrize(
    ("written", "code", "exact"),
    [
        ("RI", "RI", True),
        ("ri", "RI", False),
        (" RI ", "RI", False),
        ("RI-VAP", "RI", False),
        ("ri-vap", "RI", False),
        ("RI-A", "WILD", False),
        ("runway  incursion - Animal", "WILD", False),
        ("LOC_I", "LOC-I", False),
        ("OTHER", "OTHR", False),
    ],
)
def test_resolve_finds_codes_aliases_and_other_cases(written, code, exact):
    resolution = shipped_pack("cictt", "4.7").resolve(written)
    assert (resolution.node.code, resolution.exact) == (code, exact)


@given(st.text(max_size=200))
def test_resolve_answers_none_or_a_node_whose_name_it_is(written):
    resolution = shipped_pack("cictt", "4.7").resolve(written)
    if resolution is not None:
        names = {name.casefold() for name in (resolution.node.code, *resolution.node.aliases)}
        assert " ".join(written.split()).casefold() in names


def test_path_goes_from_the_root_to_the_node():
    pack = shipped_pack("cictt_phases", "1.3")
    assert [node.code for node in pack.path(pack.get("APR-MISSED"))] == ["APR", "APR-MISSED"]
