"""`$field` in attributes: which fields of the task data a tag reads, and how to reach them."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from platform_core.projects.label_config.types import DataVariable

_EMBEDDED: Final = re.compile(r"\$(\w+)")
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
    if value.startswith("$") and "$" not in value[1:]:
        paths = [value[1:]]
    else:
        paths, types = _EMBEDDED.findall(value), _SCALARS
    found = []
    for path in paths:
        key, segments = _split(path, index_flags)
        found.append(
            DataVariable(path=path, key=key, segments=segments, types=types, tag=tag, name=name, required=required)
        )
    return found


def _split(path: str, index_flags: Sequence[str]) -> tuple[str, tuple[str | int | None, ...]]:
    if not path.strip() or len(path) > MAX_PATH_LENGTH:
        raise MalformedVariableError(f"'${path[:64]}' must name a field in at most {MAX_PATH_LENGTH} characters")
    first = _SEGMENT.match(path)
    if first is None or first[1] is None or path.startswith("."):
        raise MalformedVariableError(f"'${path}' is not a path to a field of the task data")
    return first[1], tuple(_rest(path, first.end(), index_flags))


def _rest(path: str, position: int, index_flags: Sequence[str]) -> Iterator[str | int | None]:
    while position < len(path):
        match = _SEGMENT.match(path, position)
        if match is None or (match[1] is not None and not match[0].startswith(".")):
            raise MalformedVariableError(f"'${path}' is not a path to a field of the task data")
        yield match[1] if match[1] is not None else _index(path, match[2], index_flags)
        position = match.end()


def _index(path: str, written: str, index_flags: Sequence[str]) -> int | None:
    if written.isascii() and written.isdigit():
        return int(written)
    if written in index_flags:
        return None
    raise MalformedVariableError(f"'${path}': the index [{written}] is neither a number nor the flag of a Repeater")
