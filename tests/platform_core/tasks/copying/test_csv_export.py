import csv
import datetime as dt
import io
import uuid
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_core.tasks.copying import csv_stream
from platform_core.tasks.copying.csv_export import safe_cell

cells = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@settings(deadline=None)
@given(st.lists(st.lists(cells, min_size=2, max_size=2)), st.sampled_from([",", "\t"]))
def test_a_table_reads_back_as_its_safe_cells(rows, delimiter):
    raw = b"".join(csv_stream(["id", "text"], rows, delimiter=delimiter))
    read = list(csv.reader(io.StringIO(raw.decode(), newline=""), delimiter=delimiter))
    assert read == [["id", "text"], *[[safe_cell(value) for value in row] for row in rows]]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("\uff1d1", "'\uff1d1"),
        ("-", "'-"),
        ("-5", "-5"),
        ("+1.5e-3", "+1.5e-3"),
        ("-.5", "-.5"),
        ("-5\n", "'-5\n"),
        ("-\u0665", "'-\u0665"),
        ("a=1", "a=1"),
        ("", ""),
        (None, ""),
        (-5, -5),
        (-0.5, -0.5),
        (True, "true"),
        ({"a": "=1"}, '{"a":"=1"}'),
        (["x"], '["x"]'),
        (Decimal("-1.50"), "-1.50"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (dt.date(2026, 1, 2), "2026-01-02"),
        (dt.datetime(2026, 1, 2, tzinfo=dt.UTC), "2026-01-02T00:00:00.000000Z"),
    ],
)
def test_safe_cell_defuses_formulas_and_keeps_the_rest(value, expected):
    assert safe_cell(value) == expected
    assert type(safe_cell(value)) is type(expected)


def test_headers_are_defused_too():
    assert b"".join(csv_stream(["=a"], [])) == b"'=a\r\n"


def test_a_large_table_comes_in_blocks():
    blocks = list(csv_stream(["text"], (["x" * 99] for _ in range(10_000))))
    assert len(blocks) > 10
    assert max(map(len, blocks)) < 70_000
    assert b"".join(blocks).count(b"\r\n") == 10_001
