import io

import pytest

from platform_core.files.sending import send_file

CONTENT = bytes(range(100))


def sent(asked=None, name="a.png"):
    response = send_file(io.BytesIO(CONTENT), name=name, size=100, asked_range=asked)
    return response, b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-9", 0, 9),
        ("bytes=90-", 90, 99),
        ("bytes=-5", 95, 99),
        ("bytes=50-5000", 50, 99),
        ("bytes=-500", 0, 99),
    ],
)
def test_asked_part_is_sent(asked, first, last):
    response, content = sent(asked)
    assert content == CONTENT[first : last + 1]
    assert response["Content-Length"] == str(last + 1 - first)
    if len(content) < 100:
        assert (response.status_code, response["Content-Range"]) == (206, f"bytes {first}-{last}/100")


@pytest.mark.parametrize(
    "asked", [None, "", "bytes=-", "bytes=0-9,20-29", "items=0-9", "bytes=x-y", "bytes=" + "9" * 99]
)
def test_anything_else_is_answered_with_the_whole(asked):
    response, content = sent(asked)
    assert (response.status_code, content) == (200, CONTENT)


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=9-3", "bytes=-0"])
def test_part_outside_of_the_file_is_refused(asked):
    response, content = sent(asked)
    assert (response.status_code, response["Content-Range"], content) == (416, "bytes */100", b"")


@pytest.mark.parametrize("name", ["a.png", "a.svg", "a.html", "a.exe"])
def test_nothing_inside_can_run(name):
    response, _ = sent(name=name)
    assert "sandbox" in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("inline" if name == "a.png" else "attachment")


def test_names_of_any_script_fit_into_the_header():
    response, _ = sent(name="\u0441\u043d\u0438\u043c\u043e\u043a.png")
    assert "filename*=UTF-8''%D1%81" in response["Content-Disposition"]
    assert response["Content-Disposition"].isascii()


def test_empty_file_is_sent():
    response = send_file(io.BytesIO(), name="a.png", size=0)
    assert (response.status_code, b"".join(response.streaming_content)) == (200, b"")
