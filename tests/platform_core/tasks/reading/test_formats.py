import pytest

from platform_core.tasks.reading import detect_format


@pytest.mark.parametrize(
    ("head", "filename", "content_type", "expected"),
    [
        (b"a,b", "Reports.CSV", "application/json", "csv"),
        (b"[]", "tasks.json", None, "json"),
        (b"", "tasks.jsonl", None, "jsonl"),
        (b"", "tasks.ndjson", "text/plain", "jsonl"),
        (b"a,b", "tasks.tsv", "text/csv", "tsv"),
        (b"[]", None, "text/csv; charset=utf-8", "csv"),
        (b'{"a": 1}\n{"a": 2}', None, "application/json", "json"),
        (b'{"a": 1}', "upload", "application/x-ndjson", "jsonl"),
        (b"a\tb", "tasks", "Text/Tab-Separated-Values", "tsv"),
        (b" \n[{", "tasks.txt", "application/octet-stream", "json"),
        (b'\xef\xbb\xbf{"a": 1}\n{"a": 2}\n', None, None, "jsonl"),
        (b'{"a": 1}\n', None, None, "json"),
        (b'{\n"a": 1}\n', None, None, "json"),
        (b'{"a": 1}\n\n{"a"', None, "text/plain", "jsonl"),
        (b"a\tb,c\td\n", None, None, "tsv"),
        (b"a;b\n1;2", None, None, "csv"),
        (b"a\n1", None, None, "csv"),
        (b"a,b\n1,2", None, "text/plain; charset=utf-8", "txt"),
        (b"one line", "notes.TXT", None, "txt"),
        (b"[Scene 1] They enter.", "play.txt", "text/plain", "txt"),
        (b"[", "tasks.txt", None, "json"),
        (b"a,b", "tasks.csv", "text/plain", "csv"),
        (b"", None, None, "json"),
    ],
)
def test_detect_format_goes_by_name_then_type_then_head(head, filename, content_type, expected):
    assert detect_format(head, filename, content_type) == expected
