import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_core.api.errors import BadRequestError, PayloadTooLargeError, ValidationFailedError
from platform_core.tasks.reading import iter_jsonl, json_lines

LIMIT = 10**9
text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
items = st.lists(st.dictionaries(text, text | st.integers(-9, 9) | st.lists(text, max_size=2), max_size=3), min_size=1)


def read(raw, *, batch_size=1000, **limits):
    limits.setdefault("max_bytes", LIMIT)
    batches = iter_jsonl(io.BytesIO(raw), batch_size=batch_size, **limits)
    return [item for batch in batches for item in batch.items]


@settings(deadline=None)
@given(items, st.sampled_from(["\n", "\r\n", "\n\n  \n"]), st.integers(1, 60), st.booleans())
def test_lines_equal_the_objects_however_they_are_cut(objects, line_end, chunk, ends_with_newline):
    raw = line_end.join(json.dumps(item, ensure_ascii=False) for item in objects) + line_end * ends_with_newline
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_lines, "CHUNK_BYTES", chunk)
        assert read(b"\xef\xbb\xbf" + raw.encode()) == objects


def test_batches_number_their_items():
    raw = b'{"a": 1}\n' * 25
    batches = list(iter_jsonl(io.BytesIO(raw), batch_size=10, max_bytes=LIMIT))
    assert [(batch.first_item, len(batch.items)) for batch in batches] == [(0, 10), (10, 10), (20, 5)]


@pytest.mark.parametrize("chunk", [10, 1_000_000])
@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        ('{"a": NaN}', "NaN and Infinity are not JSON (line 6, column 7)"),
        ('{"a": "\\u0000"}', "NUL characters cannot be stored (line 6, column 8)"),
        ('{"a": 99999999999999999999}', "an integer beyond 64 bits (line 6, column 7)"),
        ('{"a":' * 70 + "1" + "}" * 70, "nested deeper than 64 levels (line 6, column 321)"),
        ('{"a": 1},{"b": 2}', None),
        ('{"a": [1', None),
        ("[1]", "a task must be an object (line 6)"),
    ],
)
def test_a_wrong_line_is_named(monkeypatch, chunk, bad, expected):
    monkeypatch.setattr(json_lines, "CHUNK_BYTES", chunk)
    raw = '{"n": 0}\n\n{"n": 1}\n{"n": 2}\n{"n": 3}\n' + bad + '\n{"n": 5}\n'
    with pytest.raises(ValidationFailedError) as caught:
        read(raw.encode())
    message = caught.value.validation_errors["non_field_errors"][0]
    assert message.startswith("Error at item 4: ")
    assert expected is None or message == f"Error at item 4: {expected}."
    assert caught.value.data == {"item": 4, "line": 6}


def test_two_lines_that_are_only_together_json_are_refused():
    with pytest.raises(ValidationFailedError):
        read(b'{"a": [1\n2]}\n{},{}\n')


@pytest.mark.parametrize("raw", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_an_empty_body_is_refused(raw):
    with pytest.raises(BadRequestError, match=r"The body is empty\."):
        read(raw)


def test_a_line_over_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr(json_lines, "CHUNK_BYTES", 100)
    with pytest.raises(PayloadTooLargeError) as caught:
        read(b'{}\n{"a": "' + b"x" * 5000 + b'"}', max_item_bytes=1000)
    assert caught.value.data == {"line": 2, "limit": 1000}


def test_a_body_over_the_limit_is_refused():
    with pytest.raises(PayloadTooLargeError):
        read(b'{"a": 1}\n' * 100, max_bytes=500)
