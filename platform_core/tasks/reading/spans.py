"""Finds the elements of a JSON array without parsing them: exact, but slower than a parser; for the hard cases only."""

import re
from collections.abc import Iterator

from platform_core.api.strict_json import MAX_DEPTH, STRING, JsonFlawError

# Arrays and objects that hold no others are most of the structure: they are one match each.
LEAF_INSIDE = rb'(?:[^"\[\]{}]++|' + STRING + rb")*+"
LEAF = rb"\[" + LEAF_INSIDE + rb"\]|\{" + LEAF_INSIDE + rb"\}"
STRUCTURE = re.compile(STRING + rb"|(" + LEAF + rb')|([\[{])|([\]}])|(")', re.DOTALL)
UNFINISHED_STRING = 4
# By the number of the group that matched: a leaf, an opening, a closing bracket.
DEPTH_CHANGE = {1: 0, 2: 1, 3: -1}


def element_spans(block: bytes) -> Iterator[tuple[int, int]]:
    """Yield start and end of each complete array or object at the outer level of `block`.

    Stops where the block ends inside an element, or at the bracket that closes the array around the elements. What
    lies between the spans (commas, but also stray values) is the caller's to judge.

    Args:
        block: part of an array's inside; must begin outside of any string.

    Raises:
        JsonFlawError: an element nests deeper than `MAX_DEPTH`, complete or not.
    """
    depth = start = 0
    for match in STRUCTURE.finditer(block):
        kind = match.lastindex
        if kind is None:
            continue
        if kind == UNFINISHED_STRING:
            return
        if depth == 0:
            start = match.start()
        depth += DEPTH_CHANGE[kind]
        if depth > MAX_DEPTH:
            raise JsonFlawError(f"nested deeper than {MAX_DEPTH} levels", match.start())
        if depth < 0:
            return
        if depth == 0:
            yield start, match.end()
