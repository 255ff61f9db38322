"""The reader against files of every accepted form, and its refusals with line and column."""

import contextlib
import csv
import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tenon_aviation.asrs import AsrsError, read_reports

UAS_AIRCRAFT = [f"Field {number} (UAS)" for number in range(13)]


def header(path):
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        return next(rows), next(rows)


def written(*rows, encoding="utf-8", mark=b"", newline="\n"):
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator=newline).writerows(rows)
    return io.BytesIO(mark + buffer.getvalue().encode(encoding))


def small(*rows):
    groups = ["", "Time", "Aircraft 1", "Aircraft 2", "Report 1", ""]
    fields = ["ACN", "Date", "Flight Phase", "Flight Phase", "Narrative", ""]
    return [groups, fields, [], *rows]


def failure(stream):
    with pytest.raises(AsrsError) as caught:
        list(read_reports(stream))
    return caught.value


def test_extract_gives_every_row_once(extract_path):
    with extract_path.open("rb") as stream:
        reports = list(read_reports(stream))
    assert len(reports) == len({report.acn for report in reports}) == 41
    assert reports[0].line == 4
    assert reports[0].cell("Aircraft 2", "Flight Phase") == "Cruise; Cruise"
    assert reports[0].cell("Aircraft 2", "Mission") is None


def test_shared_file_has_926_reports_of_six_states(shared_asrs_path):
    with shared_asrs_path.open("rb") as stream:
        reports = list(read_reports(stream))
    assert len(reports) == len({report.acn for report in reports}) == 926
    states = {}
    for report in reports:
        states[report.cell("Place", "State Reference")] = states.get(report.cell("Place", "State Reference"), 0) + 1
    assert states == {"MA": 401, "CT": 235, "NH": 119, "RI": 93, "ME": 44, "VT": 34}
    dates = sorted(report.cell("Time", "Date") for report in reports)
    assert (dates[0], dates[-1]) == ("198801", "201708")


def test_without_the_group_row_repeated_names_are_told_apart_by_order(extract_path):
    original = extract_path.read_bytes()
    ungrouped = original.split(b"\n", 1)[1]
    with_groups = [report.cells for report in read_reports(io.BytesIO(original))]
    without = [report.cells for report in read_reports(io.BytesIO(ungrouped))]
    assert without == with_groups


def test_a_data_frame_tool_that_numbered_repeated_names_is_understood():
    fields = ["ACN", "Flight Phase", "Flight Phase.1", "Narrative", "Narrative.1"]
    (report,) = read_reports(written(fields, ["1", "Climb", "Cruise", "one", "two"]))
    assert report.cell("Aircraft 2", "Flight Phase") == "Cruise"
    assert report.cell("Report 2", "Narrative") == "two"


def test_the_126_column_layout_is_read_with_its_groups(extract_path):
    groups, fields = header(extract_path)
    row = ["x"] * 97
    for group in ("Aircraft 2", "Aircraft 1"):
        end = max(index for index, name in enumerate(groups) if name == group) + 1
        groups[end:end] = [group] * 13
        fields[end:end] = UAS_AIRCRAFT
    for group in ("Person 2", "Person 1"):
        end = max(index for index, name in enumerate(groups) if name == group)
        groups.insert(end, group)
        fields.insert(end, "UAS Communication Breakdown")
    groups.insert(9, "Place")
    fields.insert(9, "Latitude / Longitude (UAS)")
    assert len(fields) == 126
    row = [f"{group}|{name}" if name else "" for group, name in zip(groups, fields, strict=True)]
    row[0] = "123"
    (report,) = read_reports(written(groups, fields, [], row))
    for group, name in zip(groups[1:-1], fields[1:-1], strict=True):
        assert report.cell(group.strip(), name) == f"{group}|{name}"


def test_merged_group_cells_are_carried_to_the_right():
    groups = ["", "Aircraft 1", "", "Aircraft 2", "Report 1"]
    fields = ["ACN", "Mission", "Flight Phase", "Flight Phase", "Narrative"]
    (report,) = read_reports(written(groups, fields, ["1", "Test", "Climb", "Taxi", "text"]))
    assert report.cell("Aircraft 1", "Flight Phase") == "Climb"


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("cp1252", b"")], ids=["utf8", "mark", "cp1252"]
)
def test_encodings_and_line_ends_give_the_same_text(encoding, mark):
    rows = small(["1", "198801", "", "", "Café: “tower”\nsecond line", ""], ["2", "198802", "", "", "né", ""])
    reports = list(read_reports(written(*rows, encoding=encoding, mark=mark, newline="\r\n")))
    assert [report.cell("Report 1", "Narrative") for report in reports] == ["Café: “tower”\nsecond line", "né"]
    assert [report.line for report in reports] == [4, 6]


def test_an_utf8_file_with_a_broken_byte_is_refused_with_its_line():
    stream = io.BytesIO(written(*small(["1", "", "", "", "é", ""])).getvalue() + b"2,,,,\xff,\n")
    error = failure(stream)
    assert (error.code, error.line) == ("bad_encoding", 5)


def test_utf16_is_refused_with_advice():
    error = failure(io.BytesIO("ACN,Narrative\n1,x\n".encode("utf-16")))
    assert (error.code, error.line) == ("bad_encoding", 1)
    assert "UTF-8" in str(error)


@pytest.mark.parametrize(
    ("rows", "code", "line", "column"),
    [
        ([["", ""], ["Name", "Narrative"]], "not_asrs", 2, None),
        ([["<!doctype html>"]], "not_asrs", 1, None),
        ([], "not_asrs", 1, None),
        ([["ACN", "Date"]], "missing_column", 1, "Report 1 / Narrative"),
        ([["", "A", "A"], ["ACN", "B", "B"]], "repeated_column", 2, "A / B"),
        (small(["1", "198801", ""]), "short_row", 4, None),
        (small(["1", "", "", "", "text", "", "more"]), "long_row", 4, None),
        (small(["1", "", "", "", "a", ""], ["x1", "", "", "", "b", ""]), "bad_acn", 5, "ACN"),
        (small(["", "198801", "", "", "a", ""]), "bad_acn", 4, "ACN"),
    ],
)
def test_refusals_name_line_and_column(rows, code, line, column):
    error = failure(written(*rows))
    assert (error.code, error.line, error.column) == (code, line, column)
    assert str(error).startswith(f"line {line}")


@pytest.mark.parametrize(
    ("tail", "code"),
    [
        (b'1,,,,"never closed,\n2,,,,b,\n', "bad_csv"),
        (b'1,,,,"closed"too early,\n', "bad_csv"),
        (b"1,,,,nul\x00,\n", "nul_character"),
        (b"1,,,," + b"x" * 1_100_000 + b",\n", "line_too_long"),
        (b"1," + (b'"' + b"x" * 100_000 + b'\n",') * 12, "record_too_long"),
    ],
    ids=["open-quote", "junk-after-quote", "nul", "long-line", "endless-record"],
)
def test_hostile_rows_are_refused_with_their_line(tail, code):
    error = failure(io.BytesIO(written(*small()).getvalue() + tail))
    assert (error.code, error.line) == (code, 4)


def test_blank_rows_between_reports_are_skipped():
    rows = small(["1", "", "", "", "a", ""], [], ["", " ", "", "", "", ""], ["2", "", "", "", "b", ""])
    assert [(report.acn, report.line) for report in read_reports(written(*rows))] == [("1", 4), ("2", 7)]


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), min_size=1, max_size=60).filter(str.strip)


@given(st.lists(st.tuples(st.integers(1, 9_999_999), TEXT), max_size=8))
def test_what_a_csv_writer_writes_is_read_back(rows):
    stream = written(*small(*([str(acn), "", "", "", text, ""] for acn, text in rows)), mark=b"\xef\xbb\xbf")
    read = [(int(report.acn), report.cell("Report 1", "Narrative")) for report in read_reports(stream)]
    assert read == [(acn, text.strip()) for acn, text in rows]


@given(st.binary(max_size=400))
def test_any_bytes_after_the_header_give_reports_or_an_asrs_error(tail):
    stream = io.BytesIO(written(*small()).getvalue() + tail)
    reports = []
    with contextlib.suppress(AsrsError):
        reports.extend(read_reports(stream))
    assert all(report.acn.isdigit() and report.cells for report in reports)


def test_memory_does_not_grow_with_the_file(extract_path):
    head, body = extract_path.read_bytes().split(b"\n\n", 1)

    def peak(times):
        stream = Repeated(head + b"\n\n", body, times)
        tracemalloc.start()
        count = sum(1 for _ in read_reports(stream))
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert count == 41 * times
        return highest

    peak(1)
    assert peak(20) < 1.5 * peak(2)


class Repeated(io.RawIOBase):
    """A file of any length that is never in memory."""

    def __init__(self, head, body, times):
        self.parts = iter([head, *([body] * times)])
        self.current = io.BytesIO()

    def readline(self, size=-1):
        while not (line := self.current.readline(size)):
            part = next(self.parts, None)
            if part is None:
                return b""
            self.current = io.BytesIO(part)
        return line
