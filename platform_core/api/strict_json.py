"""The one strict JSON reader: what PostgreSQL cannot store or a number type cannot hold is refused with its place.

orjson already refuses NaN, Infinity, lone surrogates, raw control characters, invalid UTF-8 and 1,024 levels. It
accepts `\\u0000`, turns integers beyond 64 bits into rounded floats and nests deeper than it can write back; the checks
here close those gaps. Each one starts with a test at memory speed over the whole text, so clean input costs little.
"""

import re
from collections.abc import Iterable
from typing import Any

import orjson

MAX_DEPTH = 64
MAX_NUMBER_CHARACTERS = 100
SMALLEST_INTEGER = -(2**63)
LARGEST_INTEGER = 2**64 - 1

# A backslash that is itself escaped does not start an escape: `\\u0000` is six ordinary characters.
NUL_ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*+(\\u0000)")
STRING = rb'"(?:[^"\\]++|\\.)*+"'
STRING_OR_NUMBER = re.compile(STRING + rb"|(-?[0-9][0-9.eE+-]*)", re.DOTALL)
STRING_OR_BRACKET = re.compile(STRING + rb"|([\[{])|([\]}])", re.DOTALL)
UNQUOTED_CONSTANTS = (b"NaN", b"Infinity")

# 18 digits always fit into 64 bits; a shorter run of digits needs no closer look.
SUSPICIOUS_DIGITS = 19
DIGITS_TO_ZERO = bytes(ord("0") if chr(code).isdigit() and code < ord(":") else ord(" ") for code in range(256))
SUSPICIOUS_RUN = b"0" * SUSPICIOUS_DIGITS


class JsonFlawError(ValueError):
    """The text is not JSON that the platform accepts.

    Attributes:
        message: what is wrong, without the place and without a full stop.
        byte: offset of the flaw in the text that was parsed.
    """

    def __init__(self, message: str, byte: int) -> None:
        self.message = message
        self.byte = byte
        super().__init__(f"{message} at byte {byte}")


def parse_strict(raw: bytes, *, max_depth: int = MAX_DEPTH) -> Any:
    """Parse one JSON document in UTF-8.

    Args:
        raw: the whole document, without a byte order mark.
        max_depth: how many arrays and objects may lie within each other; `[]` has depth 1.

    Raises:
        JsonFlawError: a syntax error, invalid UTF-8, a NUL character, NaN or Infinity, a number that no 64-bit type
            holds or that has over 100 characters, or too deep nesting.
    """
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _syntax_flaw(raw, error) from None
    refuse_lossy_values(raw)
    if is_deeper_than(max_depth, (value,)):
        raise JsonFlawError(f"nested deeper than {max_depth} levels", _first_byte_deeper_than(raw, max_depth))
    return value


def refuse_lossy_values(raw: bytes) -> None:
    """Check well-formed JSON (or a run of its elements) for values that would be altered or refused further on.

    Raises:
        JsonFlawError: a NUL character, or a number that does not fit.
    """
    if b"\\u0000" in raw and (match := NUL_ESCAPE.search(raw)):
        raise JsonFlawError("NUL characters cannot be stored", match.start(1))
    if SUSPICIOUS_RUN in raw.translate(DIGITS_TO_ZERO):
        _refuse_unfit_numbers(raw)


def is_deeper_than(limit: int, values: Iterable[Any]) -> bool:
    """Tell whether a parsed value holds more than `limit` levels of arrays and objects. Walks level by level."""
    level = [value for value in values if type(value) is dict or type(value) is list]
    for _ in range(limit):
        if not level:
            return False
        level = [
            value
            for container in level
            for value in (container.values() if type(container) is dict else container)
            if type(value) is dict or type(value) is list
        ]
    return bool(level)


def _refuse_unfit_numbers(raw: bytes) -> None:
    for match in STRING_OR_NUMBER.finditer(raw):
        number = match.group(1)
        if number is None or len(number) < SUSPICIOUS_DIGITS:
            continue
        if len(number) > MAX_NUMBER_CHARACTERS:
            message = f"a number of {len(number):,} characters (at most {MAX_NUMBER_CHARACTERS})"
            raise JsonFlawError(message, match.start(1))
        is_integer = number.lstrip(b"-").isdigit()
        if is_integer and not SMALLEST_INTEGER <= int(number) <= LARGEST_INTEGER:
            raise JsonFlawError("an integer beyond 64 bits", match.start(1))


def _first_byte_deeper_than(raw: bytes, limit: int) -> int:
    depth = 0
    for match in STRING_OR_BRACKET.finditer(raw):
        depth += (match.group(1) is not None) - (match.group(2) is not None)
        if depth > limit:
            return match.start()
    return 0


def _syntax_flaw(raw: bytes, error: orjson.JSONDecodeError) -> JsonFlawError:
    try:
        raw.decode()
    except UnicodeDecodeError as decode_error:
        return JsonFlawError("not UTF-8", decode_error.start)
    byte = len(error.doc[: error.pos].encode())
    if b"\0" in raw[byte : byte + 1]:
        return JsonFlawError("NUL characters cannot be stored", byte)
    if raw.startswith(UNQUOTED_CONSTANTS, byte):
        return JsonFlawError("NaN and Infinity are not JSON", byte)
    return JsonFlawError(error.msg, byte)
