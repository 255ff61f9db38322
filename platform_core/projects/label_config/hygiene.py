"""Values that no store or client can hold: NaN, NUL, lone surrogates, endless nesting, sizes out of bounds.

The happy path is one run of a C encoder over the result; the walk in Python that finds the culprit starts only when
the encoded bytes give a reason.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import orjson

# The encoder stops at 254.
MAX_DEPTH: Final = 250
_STRICT: Final = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS
_INT64: Final = 2**63


@dataclass(frozen=True, slots=True, kw_only=True)
class Unstorable:
    """A value that cannot be stored, the keys that lead to it from the root, and why."""

    keys: tuple[str | int, ...]
    code: str
    reason: str


def unstorable_in(value: object, *, max_bytes: int) -> Unstorable | None:
    """The first value that cannot be stored as JSON, or None. `max_bytes` bounds the encoded size."""
    try:
        encoded = orjson.dumps(value, option=_STRICT)
    except (TypeError, ValueError, RecursionError):
        fault = next(_faults(value), None)
        return fault or Unstorable(keys=(), code="not_json", reason="cannot be written as JSON")
    if len(encoded) > max_bytes:
        return Unstorable(keys=(), code="too_large", reason=f"is larger than {max_bytes} bytes")
    # NaN and infinity are encoded as null, NUL as an escape; both may also be innocent.
    if b"null" in encoded or b"\\u0000" in encoded:
        return next(_faults(value), None)
    return None


def _faults(value: object) -> Iterator[Unstorable]:
    stack: list[tuple[object, tuple[str | int, ...]]] = [(value, ())]
    while stack:
        current, keys = stack.pop()
        if problem := _problem(current, len(keys)):
            yield Unstorable(keys=keys, code=problem[0], reason=problem[1])
        elif isinstance(current, dict):
            for key, item in reversed(current.items()):
                if bad := _problem(key, 0) if isinstance(key, str) else ("not_json", "has a key that is not a string"):
                    yield Unstorable(keys=keys, code=bad[0], reason=bad[1])
                else:
                    stack.append((item, (*keys, key)))
        elif isinstance(current, list):
            stack.extend((item, (*keys, index)) for index, item in reversed(list(enumerate(current))))


def _problem(value: object, depth: int) -> tuple[str, str] | None:
    if depth > MAX_DEPTH:
        return "too_deep", f"is nested more than {MAX_DEPTH} deep"
    match value:
        case str():
            return _text_problem(value)
        case bool() | None | dict() | list():
            return None
        case float():
            return None if math.isfinite(value) else ("not_finite", "must be a finite number")
        case int():
            return None if -_INT64 <= value < _INT64 else ("number_too_large", "does not fit into 64 bits")
    return "not_json", f"is of type {type(value).__name__}, which is not JSON"


def _text_problem(text: str) -> tuple[str, str] | None:
    if "\x00" in text:
        return "nul_character", "holds a NUL character"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "bad_unicode", "holds characters that are not valid Unicode"
    return None
