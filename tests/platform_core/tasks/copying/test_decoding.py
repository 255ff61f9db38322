import json
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_core.tasks.copying import decoding, json_array_stream, unescape

text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | text | st.sampled_from(["\\n", "\\", "\n\t\r\b\f\v"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)
SENT_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f", "\v": "\\v"}


def sent(value):
    """Escape as COPY TO STDOUT does, one character at a time."""
    return "".join(SENT_ESCAPES.get(character, character) for character in value).encode()


@given(text | st.text("\\nrtbfv\n\t\r\b\f\v"))
def test_unescape_reverses_what_postgresql_sends(value):
    assert unescape(sent(value)).decode() == value


@settings(deadline=None)
@given(st.lists(documents), st.integers(1, 50), st.integers(1, 80), st.sampled_from([None, 1]))
def test_the_stream_is_the_array_of_the_rows(rows, cut, block_size, indent):
    # An indent puts raw newlines into the values, as json_agg and columns of type json do.
    raw = b"".join(sent(json.dumps(row, indent=indent)) + b"\n" for row in rows)
    pieces = [memoryview(raw)[start : start + cut] for start in range(0, len(raw), cut)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoding, "BLOCK_BYTES", block_size)
        assert json.loads(b"".join(json_array_stream(pieces))) == rows


@pytest.mark.parametrize("pieces", [[], [b""]])
def test_no_rows_are_an_empty_array(pieces):
    assert b"".join(json_array_stream(pieces)) == b"[]"


def test_an_escaped_newline_in_a_string_stays_an_escape():
    assert b"".join(json_array_stream([b'{"a": "x\\\\ny"}\n', b"1\n"])) == b'[{"a": "x\\ny"},\n1]'


@pytest.mark.parametrize("piece", [b"1\n\\N\n", b'"\\x41"\n', b'"\\101"\n', b'"\\\\\0"\n', b"1\n2"])
def test_what_postgresql_does_not_send_is_refused(piece):
    with pytest.raises(ValueError, match="COPY"):
        list(json_array_stream([piece]))


def test_blocks_have_some_64_kilobytes_and_memory_stays_flat():
    row = json.dumps({"text": "line\n" * 60}).replace("\\", "\\\\").encode() + b"\n"
    tracemalloc.start()
    try:
        sizes = [len(block) for block in json_array_stream(row for _ in range(50_000))]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sum(sizes) > 15_000_000
    assert all(50_000 < size <= 70_000 for size in sizes[:-2])
    assert peak < 1_000_000
