"""Tells which format an import body has: by its file name, by its declared content type, or by how it begins."""

import re
from pathlib import PurePosixPath
from typing import Literal

import orjson

from platform_core.tasks.reading.separated import sniff_delimiter
from platform_core.tasks.reading.source import BYTE_ORDER_MARK

ImportFormat = Literal["json", "jsonl", "csv", "tsv", "txt"]

BY_EXTENSION: dict[str, ImportFormat] = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
}
BY_CONTENT_TYPE: dict[str, ImportFormat] = {
    "application/json": "json",
    "text/json": "json",
    "application/jsonl": "jsonl",
    "application/x-jsonlines": "jsonl",
    "application/jsonlines": "jsonl",
    "application/x-ndjson": "jsonl",
    "application/ndjson": "jsonl",
    "text/csv": "csv",
    "application/csv": "csv",
    "text/tab-separated-values": "tsv",
}
# How prose does not begin.
JSON_START = re.compile(rb'\[\s*(?:[{\]]|$)|\{\s*(?:["}]|$)')


def detect_format(head: bytes, filename: str | None, content_type: str | None) -> ImportFormat:
    """Return the format of a body.

    A known extension decides, then a known content type, then the head: `[` and a single object are JSON, several
    lines that each begin an object are JSON lines, and anything else is a table, with tabs if the first line has more
    of them than of any other delimiter; or, where it is declared as plain text, a task a line, as in Label Studio.
    Whether the body really has that format is for its reader to find.

    Args:
        head: the first bytes, ideally a few kilobytes: the first line should be whole.
        filename: as uploaded, if there is a file.
        content_type: of the file or the request, with or without parameters.
    """
    declared = BY_EXTENSION.get(PurePosixPath(filename or "").suffix.lower())
    kind = (content_type or "").partition(";")[0].strip().lower()
    declared = declared or BY_CONTENT_TYPE.get(kind)
    text = head.removeprefix(BYTE_ORDER_MARK).lstrip()
    is_plain = kind == "text/plain" or PurePosixPath(filename or "").suffix.lower() == ".txt"
    # A body that begins like JSON is meant as JSON; the prose in a file may begin with a bracket.
    is_json = JSON_START.match(text) if filename else text.startswith((b"[", b"{")) or not text
    if declared is None and is_plain and not is_json:
        return "txt"
    return declared or _sniff(text)


def _sniff(text: bytes) -> ImportFormat:
    first_line, _, rest = text.partition(b"\n")
    if text.startswith(b"[") or not text:
        return "json"
    if text.startswith(b"{"):
        return "jsonl" if _is_object(first_line) and rest.lstrip().startswith(b"{") else "json"
    return "tsv" if sniff_delimiter(first_line.decode("utf-8", errors="replace")) == "\t" else "csv"


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False
