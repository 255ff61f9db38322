import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.files.kinds import clean_name, content_type_of, is_shown


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("reports.csv", "reports.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\a.png", "a.png"),
        ("a b\x00c\n.png", "a_b_c.png"),
        ("\u041e\u0442\u0447\u0451\u0442 2.csv", "\u041e\u0442\u0447\u0451\u0442_2.csv"),
        ("..", "file"),
        (".htaccess", "file.htaccess"),
        ("<script>.svg", "script.svg"),
        ("x" * 500 + ".jpeg", "x" * 80 + ".jpeg"),
        ("", "file"),
    ],
)
def test_names_are_cleaned(name, cleaned):
    assert clean_name(name) == cleaned


@given(st.text(max_size=300))
def test_clean_names_are_safe_and_stay_as_they_are(name):
    cleaned = clean_name(name)
    assert cleaned
    assert len(cleaned) <= 100
    assert not set(cleaned) & set("/\\\x00\r\n\"'<>;")
    assert not cleaned.startswith(".")
    assert clean_name(cleaned) == cleaned


@pytest.mark.parametrize(
    ("name", "kind", "shown"),
    [
        ("a.PNG", "image/png", True),
        ("a.svg", "image/svg+xml", False),
        ("a.html", "text/html; charset=utf-8", False),
        ("a.xml", "text/xml; charset=utf-8", False),
        ("a.exe", "application/octet-stream", False),
        ("a", "application/octet-stream", False),
    ],
)
def test_extension_alone_decides_how_a_file_is_sent(name, kind, shown):
    assert (content_type_of(name), is_shown(name)) == (kind, shown)
