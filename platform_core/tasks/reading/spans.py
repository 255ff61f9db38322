"""Finds the elements of a JSON array without parsing them: exact, but slower than a parser; for the hard cases only."""

import re
from collections.abc import Iterator

from platform_core.api.strict_json import STRING

OPENING, CLOSING, UNFINISHED_STRING = 1, 2, 3
STRUCTURE = re.compile(STRING + rb'|([\[{])|([\]}])|(")', re.DOTALL)


def element_spans(block: bytes) -> Iterator[tuple[int, int]]:
    """Yield start and end of each complete array or object at the outer level of `block`.

    Stops where the block ends inside an element, or at the bracket that closes the array around the elements. What
    lies between the spans (commas, but also stray values) is the caller's to judge.

    Args:
        block: part of an array's inside; must begin outside of any string.
    """
    depth = start = 0
    for match in STRUCTURE.finditer(block):
        kind = match.lastindex
        if kind == OPENING:
            if depth == 0:
                start = match.start()
            depth += 1
        elif kind == CLOSING:
            depth -= 1
            if depth == 0:
                yield start, match.end()
            elif depth < 0:
                return
        elif kind == UNFINISHED_STRING:
            return
