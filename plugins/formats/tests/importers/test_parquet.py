import datetime as dt
import io
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_core.sdk import ImportFormatError

pa = pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
pq = pytest.importorskip("pyarrow.parquet")

from tenon_formats.importers import parquet_file  # noqa: E402
from tenon_formats.importers.parquet import PARQUET  # noqa: E402


def file_of(rows, **options):
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out, **options)
    return out.getvalue()


def tasks(content):
    return list(PARQUET.read(io.BytesIO(content)))


def test_rows_become_tasks_over_row_groups():
    rows = [{"text": str(number), "n": number, "tags": ["a"], "at": dt.date(2026, 1, 2)} for number in range(2500)]
    found = tasks(file_of(rows, row_group_size=100))

    assert [task.data for task in found] == [{**row, "at": "2026-01-02"} for row in rows]
    assert [task.item for task in found] == list(range(2500))


def test_exact_numbers_and_objects_are_kept():
    (task,) = tasks(file_of([{"price": Decimal("1.10"), "place": {"x": 1, "y": None}}]))
    assert task.data == {"price": "1.10", "place": {"x": 1, "y": None}}


def test_bytes_are_refused_with_the_place():
    with pytest.raises(ImportFormatError, match=r"item 0: 'image' holds bytes"):
        tasks(file_of([{"image": b"\xff"}]))


def test_big_row_groups_are_refused(monkeypatch):
    monkeypatch.setattr(parquet_file, "MAX_GROUP_BYTES", 10)
    with pytest.raises(ImportFormatError, match="row group"):
        tasks(file_of([{"text": "a" * 100}]))


def test_sniff_looks_at_the_magic():
    assert PARQUET.sniff(file_of([{"a": 1}]), "x")
    assert not PARQUET.sniff(b"a,b\n", "x.parquet")


WHOLE = file_of([{"a": "x", "b": 1}] * 20)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" * 10, WHOLE[:-1], WHOLE[:40] + WHOLE[60:]])
def test_broken_files_are_refused(content):
    with pytest.raises(ImportFormatError):
        tasks(content)


@settings(max_examples=50)
@given(st.integers(4, len(WHOLE) - 1), st.binary(min_size=1, max_size=8))
def test_any_damage_is_read_or_refused(place, damage):
    content = bytearray(WHOLE)
    content[place : place + len(damage)] = damage
    try:
        tasks(bytes(content))
    except ImportFormatError as error:
        assert str(error)  # noqa: PT017
