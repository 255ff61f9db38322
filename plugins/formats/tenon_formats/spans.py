"""Labelled spans of a text, and its tokens."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from platform_core.sdk import ExportedTask
from tenon_formats.regions import controls_of, data_key, labelled, submitted, value_at

Json = dict[str, Any]
# Words, with what joins their parts, and single marks.
TOKEN = re.compile(r"\w+(?:[-'\u2019.]\w+)*|[^\w\s]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Characters `start` to `end`, the latter excluded, and what they are."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledText:
    """A text and the spans of one annotation of it, in order; no two overlap."""

    text: str
    spans: list[Span]
    task: int
    annotation: int


def has_text_labels(parsed: Json) -> bool:
    """Say whether some control marks spans of a text."""
    return data_key(controls_of(parsed, ["Labels"]), "Text") is not None


def labelled_texts(tasks: Iterator[ExportedTask], parsed: Json) -> Iterator[LabelledText]:
    """Yield the text of each annotation with its spans; tasks whose text is none are left out."""
    key = data_key(controls_of(parsed, ["Labels"]), "Text")
    for task in tasks:
        text = value_at(task.data, key)
        if isinstance(text, str):
            for annotation in submitted(task):
                spans = without_overlaps(_spans(annotation, text))
                yield LabelledText(text=text, spans=spans, task=task.id, annotation=annotation["id"])


def _spans(annotation: Json, text: str) -> Iterator[Span]:
    for region, labels in labelled(annotation):
        value = region["value"]
        start, end = value.get("start"), value.get("end")
        if isinstance(start, int) and isinstance(end, int) and labels:
            start, end = _characters(text, start, end, value.get("text"))
            if 0 <= start < end <= len(text):
                yield Span(start=start, end=end, label=labels[0])


def _characters(text: str, start: int, end: int, marked: Any) -> tuple[int, int]:
    """Return offsets in characters. Browsers count UTF-16 units: the marked text tells which of the two is meant."""
    if not isinstance(marked, str) or text[start:end] == marked or text.isascii():
        return start, end
    units = text.encode("utf-16-le")
    inside = units[2 * start : 2 * end].decode("utf-16-le", errors="replace")
    if inside != marked:
        return start, end
    before = len(units[: 2 * start].decode("utf-16-le", errors="replace"))
    return before, before + len(marked)


def without_overlaps(spans: Iterator[Span]) -> list[Span]:
    """Return spans in order of the text; where some overlap the longest stays, of equal ones the first."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start - one.end, one.start)):
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return sorted(kept, key=lambda one: one.start)


def tagged_tokens(found: LabelledText) -> Iterator[tuple[str, str]]:
    """Yield each token with its tag: `B-X` for the first one of a span, `I-X` within it, `O` outside.

    A token belongs to the span that holds any of its characters.
    """
    spans, place, begun = found.spans, 0, -1
    for match in TOKEN.finditer(found.text):
        while place < len(spans) and spans[place].end <= match.start():
            place += 1
        if place < len(spans) and spans[place].start < match.end():
            yield match.group(), f"{'I' if begun == place else 'B'}-{spans[place].label}"
            begun = place
        else:
            yield match.group(), "O"
