"""A file is recognized by its header, not by hope."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tenon_aviation.asrs import sniff
from tenon_aviation.asrs.sniff import HEAD_BYTES


def test_extract_is_recognized_with_and_without_group_row(extract_path):
    head = extract_path.read_bytes()[:HEAD_BYTES]
    assert sniff(head, "ASRS_DBOnline.CSV")
    assert sniff(head.split(b"\n", 1)[1], "upload")
    assert sniff(b"\xef\xbb\xbf" + head, "a.csv")


def test_a_json_name_is_not_ours(extract_path):
    assert not sniff(extract_path.read_bytes()[:HEAD_BYTES], "tasks.json")


@pytest.mark.parametrize(
    "head", [b"", b"\n", b"ACN\n", b"ACN,Narrative", b"text,label\na,b\n", b"<html></html>", b'[{"ACN": 1}]']
)
def test_other_files_are_not_ours_unless_they_have_the_header(head):
    assert sniff(head, "a.csv") is (head == b"ACN,Narrative")


@given(st.binary(max_size=300), st.text(max_size=20))
def test_sniff_never_raises(head, filename):
    assert sniff(head, filename) in (True, False)
