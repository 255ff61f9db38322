import csv
import io
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_core.api.errors import BadRequestError, PayloadTooLargeError, ValidationFailedError
from platform_core.tasks.reading import iter_csv, iter_tsv

LIMIT = 10**9
cells = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=10)


def read(raw, *, reader=iter_csv, batch_size=1000, max_bytes=LIMIT, **options):
    batches = reader(io.BytesIO(raw), batch_size=batch_size, max_bytes=max_bytes, **options)
    return [item for batch in batches for item in batch.items]


@settings(deadline=None)
@given(st.lists(st.tuples(cells, cells), max_size=8), st.sampled_from([",", ";", "\t", "|"]), st.booleans())
def test_rows_equal_what_was_written(rows, delimiter, with_mark):
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([("name", "of"), *rows])
    raw = buffer.getvalue().encode("utf-8-sig" if with_mark else "utf-8")
    assert read(raw) == [{"name": first, "of": second} for first, second in rows]


def test_values_stay_text():
    assert read(b"n,b,e\n1,true,\n") == [{"n": "1", "b": "true", "e": ""}]


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_any_line_end_and_blank_lines_are_read(line_end):
    assert read(line_end.join([b"", b"a,b", b"", b'1,"x', b'y"', b""])) == [{"a": "1", "b": f"x{line_end.decode()}y"}]


def test_tsv_keeps_commas():
    assert read(b"a\tb\n1,5\t2\n", reader=iter_tsv) == [{"a": "1,5", "b": "2"}]


def test_a_delimiter_inside_quotes_of_the_header_does_not_count():
    assert read(b'"a,b,c,d";e\n1;2\n') == [{"a,b,c,d": "1", "e": "2"}]


def test_a_declared_delimiter_wins():
    assert read(b"a,b;c\n1;2\n", delimiter=";") == [{"a,b": "1", "c": "2"}]


def test_a_header_alone_has_no_batch():
    assert read(b"a,b\n") == []


def test_batches_number_their_items():
    batches = list(iter_csv(io.BytesIO(b"a\n" + b"1\n" * 25), batch_size=10, max_bytes=LIMIT))
    assert [(batch.first_item, len(batch.items)) for batch in batches] == [(0, 10), (10, 10), (20, 5)]


@pytest.mark.parametrize("encoding", ["cp1252", "windows-1252", "ISO-8859-1", "latin_1"])
def test_a_declared_encoding_is_read(encoding):
    assert read("t\nM\u00fcnchen\n".encode("cp1252"), encoding=encoding) == [{"t": "M\u00fcnchen"}]


@pytest.mark.parametrize(
    ("line_end", "before"), [("\n", 0), ("\n", 5), ("\n", 20_000), ("\r\n", 5), ("\r\n", 20_000), ("\r", 5)]
)
def test_an_undeclared_encoding_is_refused_with_its_line(line_end, before):
    with pytest.raises(BadRequestError) as caught:
        read(line_end.join(["t", *["ok"] * before, "M\u00fcnchen", ""]).encode("cp1252"))
    line = before + 2
    assert caught.value.detail == f"Line {line} is not utf-8: declare the encoding or save the file as UTF-8."
    assert caught.value.data == {"line": line}


@pytest.mark.parametrize(
    ("raw", "options", "expected"),
    [
        (b"", {}, "The body is empty: a header line is needed."),
        (b"\n \n", {}, "The body is empty: a header line is needed."),
        (b"a,,c\n", {}, "Column 2 has no name in the header."),
        (b"a,b,a\n", {}, "The header names 'a' twice."),
        (b"a,b\n1,\0\n", {}, "NUL characters cannot be stored (line 2)."),
        (b"a\n", {"encoding": "utf-7"}, "The encoding 'utf-7' is not read here; use UTF-8."),
        ("a\n1\n".encode("utf-16"), {}, "The body is UTF-16; save it as UTF-8 and import it again."),
    ],
)
def test_a_body_wrong_outside_its_rows_is_refused(raw, options, expected):
    with pytest.raises(BadRequestError) as caught:
        read(raw, **options)
    assert caught.value.detail == expected


@pytest.mark.parametrize(
    ("raw", "item", "line", "problem"),
    [
        (b"a,b\n1,2\n3\n", 1, 3, "line 3 has 1 cells, the header has 2"),
        (b'a,b\n1,"2\n2"\n3,4,5\n', 1, 4, "line 4 has 3 cells, the header has 2"),
        (b'a,b\n1,"2"x\n', 0, 2, "',' expected after '\"' (line 2)"),
        (b'a,b\n1,2\n3,"4\n', 1, 3, "unexpected end of data (line 3)"),
    ],
)
def test_a_wrong_row_is_named(raw, item, line, problem):
    with pytest.raises(ValidationFailedError) as caught:
        read(raw, batch_size=1)
    assert caught.value.validation_errors == {"non_field_errors": [f"Error at item {item}: {problem}."]}
    assert caught.value.data == {"item": item, "line": line}


@pytest.mark.parametrize("row", [b"x" * 5000, b'"' + b"x\n" * 3000 + b'"', b'"x\n",' * 2000])
def test_a_row_over_the_limit_is_refused(row):
    with pytest.raises(PayloadTooLargeError) as caught:
        read(b"a\n1\n" + row + b"\n", max_item_chars=1000)
    assert caught.value.data["limit"] == 1000


def test_a_long_cell_within_the_limit_is_read():
    assert read(b"a\n" + b"x" * 1_000_000 + b"\n") == [{"a": "x" * 1_000_000}]


def test_a_body_over_the_limit_is_refused():
    with pytest.raises(PayloadTooLargeError):
        read(b"a\n" + b"1\n" * 1000, max_bytes=500)


def test_the_stream_is_left_open():
    stream = io.BytesIO(b"a\n1\n")
    list(iter_csv(stream, batch_size=10, max_bytes=LIMIT))
    assert not stream.closed


@pytest.mark.slow  # tracemalloc makes every allocation dearer
def test_memory_stays_flat_over_many_rows():
    stream = io.BytesIO(b"a,b\n" + b"some text,more text\n" * 100_000)
    tracemalloc.start()
    try:
        count = sum(len(batch.items) for batch in iter_csv(stream, batch_size=1000, max_bytes=LIMIT))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 100_000
    assert peak < 5_000_000
