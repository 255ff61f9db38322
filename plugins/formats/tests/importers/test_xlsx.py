import datetime as dt
import io
import zipfile
import zlib

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tenon_formats.importers import workbook
from tenon_formats.importers.xlsx import XLSX, is_xlsx

from platform_core.sdk import ImportFormatError


def book(*rows, sheets=1):
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(list(row))
    for number in range(1, sheets):
        made.create_sheet(f"another {number}").append(["other"])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def tasks(content):
    return list(XLSX.read(io.BytesIO(content)))


def rebuilt(content, **parts):
    """Return the archive with some of its parts replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name.rpartition("/")[2].partition(".")[0], old.read(name)))
    return out.getvalue()


def with_shared_strings():
    """Return a workbook as other programs write them: its texts lie in a part of their own."""
    content = book(["a"], ["x"])
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        types, sheet = packed.read("[Content_Types].xml"), packed.read("xl/worksheets/sheet1.xml")
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + kind + b'"/></Types>'
    for number, text in enumerate((b"a", b"x")):
        sheet = sheet.replace(b't="inlineStr"><is><t>' + text + b"</t></is>", b't="s"><v>%d</v>' % number)
    out = io.BytesIO(
        rebuilt(content, **{"[Content_Types]": types.replace(b"</Types>", override), "sheet1": sheet}),
    )
    with zipfile.ZipFile(out, "a") as packed:
        packed.writestr(
            "xl/sharedStrings.xml",
            '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            "<si><t>a</t></si><si><t>x</t></si></sst>",
        )
    return out.getvalue()


def test_texts_in_a_part_of_their_own_are_read():
    content = with_shared_strings()
    assert b"inlineStr" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert [task.data for task in tasks(content)] == [{"a": "x"}]


def test_rows_become_tasks():
    moment = dt.datetime(2026, 1, 2, 3, 4, 5)
    found = tasks(book(["text", "count", "when"], ["a", 1, moment], [None, None, None], ["b", 2.5, None], sheets=2))

    assert [task.data for task in found] == [
        {"text": "a", "count": 1, "when": "2026-01-02T03:04:05"},
        {"text": "b", "count": 2.5, "when": None},
    ]
    assert [(task.item, task.line) for task in found] == [(0, 2), (1, 4)]


def test_head_is_recognised():
    content = book(["text"])

    assert is_xlsx(content[: 64 * 1024], "")
    assert is_xlsx(content[:4], "a.XLSX")
    assert not is_xlsx(b"text,count\n", "a.xlsx")
    assert not is_xlsx(b"PK\x03\x04 another archive", "a.zip")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "first row"),
        ([[None, None]], "first row"),
        ([["a", None, "b"]], "Column 2 has no name"),
        ([["a", "a"]], "'a' is there twice"),
        ([["a"], ["x", "y"]], "item 0: row 2 has more cells"),
        ([[f"c{number}" for number in range(1001)]], "at most 1000 columns"),
    ],
)
def test_wrong_tables_are_refused_with_the_place(rows, message):
    with pytest.raises(ImportFormatError, match=message):
        tasks(book(*rows))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"PK\x03\x04" + b"\0" * 500, book(["a"], ["x"])[:-30]])
def test_broken_archives_are_refused(content):
    with pytest.raises(ImportFormatError):
        tasks(content)


@pytest.mark.parametrize("part", ["sheet1", "workbook", "[Content_Types]", "sharedStrings", "styles"])
@pytest.mark.parametrize("text", [b"", b"<", b"<x/>", b"\0\0", b"<a><b></a></b>"])
def test_broken_parts_are_refused_or_read_without_failing(part, text):
    try:
        tasks(rebuilt(book(["a"], ["x"]), **{part: text}))
    except ImportFormatError as error:
        assert "XLSX" in str(error) or "first row" in str(error) or "no sheet" in str(error)  # noqa: PT017


@pytest.mark.parametrize(
    "declaration",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">',
    ],
)
@pytest.mark.parametrize("part", ["sheet1", "sharedStrings", "workbook"])
def test_entities_are_not_expanded(part, declaration):
    content = with_shared_strings()
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        (name,) = [name for name in packed.namelist() if name.endswith(f"{part}.xml")]
        text = packed.read(name)
    start = text.index(b"?>") + 2 if text.startswith(b"<?xml") else 0
    hostile = text[:start] + declaration + text[start:].replace(b">x<", b">&a;<").replace(b">a<", b">&a;<")

    try:
        found = tasks(rebuilt(content, **{part: hostile}))
    except ImportFormatError:
        return
    # A declaration that nothing refers to may be skipped over.
    assert [task.data for task in found] in ([{"a": "x"}], [])


def test_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    content = rebuilt(book(["a"], ["x"]), styles=b" " * 40_000_000)
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_args, **_kwargs: pytest.fail("it was unpacked"))

    with pytest.raises(ImportFormatError, match="200 times"):
        tasks(content)


def test_too_many_parts_are_refused():
    out = io.BytesIO(book(["a"], ["x"]))
    with zipfile.ZipFile(out, "a") as packed:
        for number in range(workbook.MAX_ENTRIES):
            packed.writestr(f"x/{number}", b"")

    with pytest.raises(ImportFormatError, match="parts"):
        tasks(out.getvalue())


def test_big_whole_is_refused(monkeypatch):
    monkeypatch.setattr(workbook, "MAX_UNPACKED_BYTES", 1000)
    with pytest.raises(ImportFormatError, match="over 1000 bytes"):
        tasks(book(["a"], ["x"]))


def test_archive_that_lies_about_its_sizes_is_refused():
    content = bytearray(rebuilt(book(["a"], ["x"]), styles=b" " * 5_000_000))
    packed = len(zlib.compress(b" " * 5_000_000, 6)) - 6
    assert content.count((5_000_000).to_bytes(4, "little")) == 2
    small = bytes(content).replace((5_000_000).to_bytes(4, "little"), (packed * 2).to_bytes(4, "little"))

    with pytest.raises(ImportFormatError):
        tasks(small)


@given(st.integers(0, 4000), st.binary(max_size=8))
def test_any_damage_is_read_or_refused(place, damage):
    content = bytearray(DAMAGED)
    content[place : place + len(damage)] = damage
    try:
        for task in tasks(bytes(content)):
            assert set(task.data) <= {"a", "b"} or task.data
    except ImportFormatError as error:
        assert str(error)  # noqa: PT017


DAMAGED = book(["a", "b"], ["x", 1], ["y", 2])
