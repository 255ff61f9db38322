import datetime as dt
import json
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_core.api.errors import ValidationFailedError
from platform_core.tasks.copying import Column, Constant, RowEncoder, copy_text, unescape

text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])) | st.sampled_from(
    ["\\N", "\\.", "a\\", "\\\\n", "\r\n\t"]
)
documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)
JST = dt.timezone(dt.timedelta(hours=9))


def decoded(block):
    """Read the format as PostgreSQL does: rows by newline, values by tab, NULL, then the escapes."""
    assert block.endswith(b"\n")
    rows = [line.split(b"\t") for line in block[:-1].split(b"\n")]
    return [tuple(None if value == b"\\N" else unescape(value) for value in row) for row in rows]


@settings(deadline=None)
@given(st.lists(st.tuples(st.none() | text, documents, st.none() | st.integers()), min_size=1))
def test_rows_come_back_as_they_were(rows):
    block = RowEncoder([Column.TEXT, Column.JSON, Column.INTEGER]).encode_rows(rows)
    assert [
        (
            name if name is None else name.decode(),
            document if document is None else json.loads(document),
            number if number is None else int(number),
        )
        for name, document, number in decoded(block)
    ] == rows


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Column.INTEGER, -5, b"-5"),
        (Column.INTEGER, None, b"\\N"),
        (Column.BOOLEAN, True, b"t"),
        (Column.BOOLEAN, False, b"f"),
        (Column.FLOAT, 0.1, b"0.1"),
        (Column.FLOAT, 3, b"3.0"),
        (Column.JSON, {"a": 'x"\n'}, b'{"a":"x\\\\"\\\\n"}'),
        (Column.JSON, [], b"[]"),
        (Column.RAW_JSON, b'{"a":\t"\\n"}\n', b'{"a":\\t"\\\\n"}\\n'),
        (Column.TEXT, "", b""),
        (Column.TEXT, "\\N", b"\\\\N"),
        (Column.TEXT, "a\tb\r\nc\\", b"a\\tb\\r\\nc\\\\"),
        (Column.TEXT, "\u00e9", b"\xc3\xa9"),
        (Column.UUID, uuid.UUID(int=1), b"00000000-0000-0000-0000-000000000001"),
        (Column.TIMESTAMP, dt.datetime(2026, 1, 2, 3, 4, 5, 6, JST), b"2026-01-02T03:04:05.000006+09:00"),
    ],
)
def test_copy_text_writes(kind, value, expected):
    assert copy_text(kind, value) == expected


def test_constants_stand_where_the_plan_puts_them():
    encoder = RowEncoder(
        [
            Constant(kind=Column.INTEGER, value=7),
            Column.TEXT,
            Constant(kind=Column.TEXT, value=None),
            Column.BOOLEAN,
            Constant(kind=Column.JSON, value={}),
        ]
    )
    assert encoder.width == 2
    assert encoder.encode_rows([("a", True), ("b", None)]) == b"7\ta\t\\N\tt\t{}\n7\tb\t\\N\t\\N\t{}\n"


def test_columns_encode_as_rows_do():
    encoder = RowEncoder([Column.INTEGER, Column.TEXT])
    assert encoder.encode_columns([[1, 2], ["a", "b"]]) == encoder.encode_rows([(1, "a"), (2, "b")])


def test_no_rows_are_no_block():
    assert RowEncoder([Column.INTEGER]).encode_rows([]) == b""


@pytest.mark.parametrize("rows", [[(1,)], [(1, "a", 2)], [(1, "a"), (2,)]])
def test_rows_of_another_width_are_refused(rows):
    with pytest.raises(ValueError, match=r"values|zip"):
        RowEncoder([Column.INTEGER, Column.TEXT]).encode_rows(rows)


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="different numbers of values"):
        RowEncoder([Column.INTEGER, Column.TEXT]).encode_columns([[1, 2], ["a"]])


def test_a_plan_of_constants_alone_is_refused():
    with pytest.raises(ValueError, match="At least one column"):
        RowEncoder([Constant(kind=Column.INTEGER, value=1)])


@pytest.mark.parametrize("kind_and_value", [(Column.TEXT, "a\0b"), (Column.RAW_JSON, b'"\0"')])
def test_a_nul_is_refused(kind_and_value):
    kind, value = kind_and_value
    with pytest.raises(ValidationFailedError):
        RowEncoder([kind]).encode_rows([(value,)])


def test_json_deeper_than_the_writer_is_refused():
    value = []
    for _ in range(300):
        value = [value]
    with pytest.raises(ValidationFailedError):
        RowEncoder([Column.JSON]).encode_rows([(value,)])


def test_a_datetime_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="without a time zone"):
        copy_text(Column.TIMESTAMP, dt.datetime(2026, 1, 2))


@pytest.mark.parametrize(("kind", "value"), [(Column.INTEGER, "5"), (Column.JSON, object()), (Column.JSON, 2**64)])
def test_a_value_of_another_type_is_refused(kind, value):
    with pytest.raises(TypeError):
        copy_text(kind, value)
