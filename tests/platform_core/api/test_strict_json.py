import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_core.api.strict_json import MAX_DEPTH, JsonFlawError, is_deeper_than, parse_strict

text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
scalars = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
)
documents = st.recursive(scalars | text, lambda inner: st.lists(inner) | st.dictionaries(text, inner), max_leaves=20)


def nested(depth, opening="[", closing="]"):
    return (opening * depth + closing * depth).encode()


@settings(deadline=None)
@given(documents, st.booleans())
def test_parse_strict_equals_the_standard_library(document, ascii_only):
    raw = json.dumps(document, ensure_ascii=ascii_only)
    assert parse_strict(raw.encode()) == json.loads(raw)


@pytest.mark.parametrize(
    ("raw", "message", "byte"),
    [
        (b'{"a": NaN}', "NaN and Infinity are not JSON", 6),
        (b"[1, Infinity]", "NaN and Infinity are not JSON", 4),
        (b"[1, -Infinity]", "NaN and Infinity are not JSON", 5),
        ('["\u00e9", NaN]'.encode(), "NaN and Infinity are not JSON", 7),
        (b'["a\\u0000b"]', "NUL characters cannot be stored", 3),
        (b'{"\\u0000": 1}', "NUL characters cannot be stored", 2),
        (b'["\\\\\\u0000"]', "NUL characters cannot be stored", 4),
        (b'["a\0b"]', "NUL characters cannot be stored", 3),
        (b"[]\0", "NUL characters cannot be stored", 2),
        (b'["\\ud800"]', "no low surrogate in string", 2),
        (b'["\xed\xa0\x80"]', "not UTF-8", 2),
        (b'["ab\xff"]', "not UTF-8", 4),
        (b"[18446744073709551616]", "an integer beyond 64 bits", 1),
        (b'{"a": -9223372036854775809}', "an integer beyond 64 bits", 6),
        (b"[" + b"9" * 120 + b"]", "a number of 120 characters (at most 100)", 1),
        (b"[0, 1." + b"1" * 5000 + b"]", "a number of 5,002 characters (at most 100)", 4),
        (b"[" + b"9" * 5000 + b"]", "number is infinity when parsed as double", 1),
        (b"[1e400]", "number is infinity when parsed as double", 1),
        (b"[1, 2", "unexpected end of data", 5),
        (b"", "Input is a zero-length, empty document", 0),
        (nested(65), "nested deeper than 64 levels", 64),
        (nested(100_000), "depth limit exceeded", 1025),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "nested deeper than 64 levels", 64 * 5),
        (b'["]",' * 65 + b"1" + b"]" * 65, "nested deeper than 64 levels", 64 * 5),
    ],
)
def test_parse_strict_refuses_and_names_the_place(raw, message, byte):
    with pytest.raises(JsonFlawError) as caught:
        parse_strict(raw)
    assert (caught.value.message, caught.value.byte) == (message, byte)


@pytest.mark.parametrize(
    "raw",
    [
        nested(MAX_DEPTH),
        b'["' + b"[" * 5000 + b'"]',
        b"[" + b"[],{}," * 5000 + b"1]",
        b'["\\\\u0000", "\\\\\\\\u0000"]',
        b'["u0000", "12345678901234567890123456789"]',
        b"[18446744073709551615, -9223372036854775808, 0.12345678901234567890123]",
        b'["\\ud83d\\ude00"]',
    ],
)
def test_parse_strict_accepts_what_only_looks_dangerous(raw):
    assert parse_strict(raw) == json.loads(raw)


def test_parse_strict_takes_the_last_value_of_a_repeated_key():
    assert parse_strict(b'{"a": 1, "a": 2}') == {"a": 2}


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_parse_strict_answers_any_bytes_with_a_value_or_a_flaw(raw):
    try:
        parse_strict(raw)
    except JsonFlawError as flaw:
        byte = flaw.byte
    else:
        byte = 0
    assert 0 <= byte <= len(raw)


@settings(deadline=None)
@given(documents, st.integers(1, 5))
def test_is_deeper_than_agrees_with_a_recursive_count(document, limit):
    def depth(value):
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
        return 0 if inner is None else 1 + max(map(depth, inner), default=0)

    assert is_deeper_than(limit, [document]) == (depth(document) > limit)
