"""`$field` in attributes: which fields of the task data a tag reads, and how to reach them."""

import re
from collections.abc import Sequence
from typing import Final

from platform_core.projects.label_config.types import DataVariable

_EMBEDDED: Final = re.compile(r"\$(\w+(?:\.\w+)*)")
_SEGMENT: Final = re.compile(r"\.?([^.\[\]$<>{}\x00-\x1f]+)|\[(\d{1,9}|\{\{\s*\w{1,32}\s*\}\}|[^\]]{1,32})\]")
_SCALARS: Final = ("str", "int", "float", "bool")
MAX_PATH_LENGTH: Final = 256


class MalformedVariableError(ValueError):
    """A `$field` path that reads nothing; the message says why."""


def has_variable(value: str) -> bool:
    """True where the attribute reads task data as a whole (`$field`), not as a part of a text."""
    return value.startswith("$") and len(value) > 1


def variables_of(
    value: str, *, types: tuple[str, ...], tag: str, name: str | None, required: bool, index_flags: Sequence[str]
) -> list[DataVariable]:
    """The fields that an attribute reads: `$a.b`, `$items[{{idx}}].text`, or `http://host/$id.jpg` with several.

    Raises:
        MalformedVariableError: a whole-value path that cannot be followed.
    """
    common = {"tag": tag, "name": name, "required": required}
    if not value.startswith("$") or "$" in value[1:]:
        return [_variable(path, _SCALARS, index_flags, **common) for path in _EMBEDDED.findall(value)]
    return [_variable(value[1:], types, index_flags, **common)]


def _variable(
    path: str, types: tuple[str, ...], index_flags: Sequence[str], *, tag: str, name: str | None, required: bool
) -> DataVariable:
    segments = _segments(path, index_flags)
    key = segments[0]
    assert isinstance(key, str)
    return DataVariable(
        path=path, key=key, segments=tuple(segments[1:]), types=types, tag=tag, name=name, required=required
    )


def _segments(path: str, index_flags: Sequence[str]) -> list[str | int | None]:
    if not path.strip() or len(path) > MAX_PATH_LENGTH:
        raise MalformedVariableError(f"'${path[:64]}' must name a field in at most {MAX_PATH_LENGTH} characters")
    segments: list[str | int | None] = []
    position = 0
    while position < len(path):
        match = _SEGMENT.match(path, position)
        if match is None or (not segments and (match[1] is None or match[0].startswith("."))):
            raise MalformedVariableError(f"'${path}' is not a path to a field of the task data")
        segments.append(match[1] if match[1] is not None else _index(path, match[2], index_flags))
        position = match.end()
    return segments


def _index(path: str, written: str, index_flags: Sequence[str]) -> int | None:
    if written.isascii() and written.isdigit():
        return int(written)
    if written in index_flags:
        return None
    raise MalformedVariableError(f"'${path}': the index [{written}] is neither a number nor the flag of a Repeater")
