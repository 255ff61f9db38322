"""What a JSON Schema cannot say about the value of a region: order of start and end, labels that exist, one choice."""

import difflib
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from platform_core.projects.label_config.core_tags import SPANNED_OBJECTS
from platform_core.projects.label_config.types import Control, Label

Value = Mapping[str, Any]
# (key path inside the value, code, message)
Fault = tuple[str, str, str]
Rule = Callable[[Value], Iterable[Fault]]

MAX_HINTS: Final = 100
MAX_HINT_LENGTH: Final = 64
_NUMBERED_SPANS: Final = frozenset({"Text", "Audio", "AudioPlus"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRule:
    """The labels that `value[key]` may carry.

    Attributes:
        known: labels, or paths of labels in a tree; None = anything.
        single: at most one.
        paths: entries may be paths: lists of labels from the root down.
        hints: what an unknown label is compared with to say what was meant.
    """

    key: str
    known: frozenset[str | tuple[str, ...]] | None
    single: bool
    paths: bool = False
    hints: tuple[str, ...] = ()

    def __call__(self, value: Value) -> Iterable[Fault]:
        labels = value.get(self.key)
        if labels is None or labels == []:
            return ()
        if not isinstance(labels, list):
            return ((self.key, "wrong_type", "must be a list of strings"),)
        if len(labels) == 1 and isinstance(labels[0], str) and (self.known is None or labels[0] in self.known):
            return ()  # what nearly every result is
        return self._faults(labels)

    def _faults(self, labels: Sequence[Any]) -> Iterator[Fault]:
        if self.single and len(labels) > 1:
            yield self.key, "single_choice", f"takes one value, not {len(labels)}"
        entries: list[str | tuple[str, ...]] = []
        for index, label in enumerate(labels):
            steps = label if isinstance(label, list) else [label]
            if not all(isinstance(step, str) for step in steps):
                yield f"{self.key}[{index}]", "wrong_type", "must be a string"
                return
            entries.append(tuple(steps) if isinstance(label, list) else label)
        if len(set(entries)) < len(entries):
            yield self.key, "duplicate_label", "lists a value twice"
        yield from self._unknown(entries)

    def _unknown(self, entries: list[str | tuple[str, ...]]) -> Iterator[Fault]:
        for index, entry in enumerate(entries):
            if isinstance(entry, tuple) and not self.paths:
                yield f"{self.key}[{index}]", "wrong_type", "must be a string; the config has no nested choices"
            elif self.known is not None and entry not in self.known:
                yield f"{self.key}[{index}]", "unknown_label", self._unknown_message(entry)

    def _unknown_message(self, entry: str | tuple[str, ...]) -> str:
        written = " / ".join(entry) if isinstance(entry, tuple) else entry
        close = difflib.get_close_matches(written, self.hints, n=1) if len(written) <= MAX_HINT_LENGTH else []
        return f"{written[:128]!r} is not in the label config" + (f"; did you mean {close[0]!r}?" if close else "")


def _hints(labels: Iterable[Label], *, paths: bool) -> tuple[str, ...]:
    """A bounded number of short labels: comparing texts costs the square of their length."""
    names = dict.fromkeys(" / ".join(label.path) if paths else label.value for label in labels)
    return tuple(itertools.islice((name for name in names if len(name) <= MAX_HINT_LENGTH), MAX_HINTS))


def label_rule(control: Control) -> LabelRule | None:
    """The rule for the labels of a control, or None where its results carry no labels."""
    if control.spec.label_key is None:
        return None
    nested = control.attributes.get("allowNested", "").lower() == "true"
    labels = _leaves(control.labels) if _only_leaves(control) else control.labels
    names: set[str | tuple[str, ...]] = set()
    if control.spec.tree or nested:
        names.update(label.path for label in labels)
    if not control.spec.tree:
        names.update(label.value for label in labels)
    return LabelRule(
        key=control.spec.label_key,
        known=frozenset(names) if control.has_closed_labels else None,
        single=not control.multiple,
        paths=control.spec.tree or nested or control.taxonomy is not None,
        hints=_hints(labels, paths=control.spec.tree),
    )


def shared_label_rule(controls: Sequence[Control], key: str) -> LabelRule:
    """The rule for a shape that may carry the labels of any of these generic controls under `key`."""
    labels = [label for control in controls for label in control.labels]
    is_closed = all(control.has_closed_labels for control in controls)
    return LabelRule(
        key=key,
        known=frozenset(label.value for label in labels) if is_closed else None,
        single=len(controls) == 1 and not controls[0].multiple,
        hints=_hints(labels, paths=False),
    )


def _only_leaves(control: Control) -> bool:
    return control.spec.tree and control.attributes.get("leafsOnly", "").lower() == "true"


def _leaves(labels: Sequence[Label]) -> tuple[Label, ...]:
    inner = {label.path[:-1] for label in labels}
    return tuple(label for label in labels if label.path not in inner)


def span_rule(value: Value) -> Iterator[Fault]:
    """Start is not after end, in numbers, in numbered utterances, and in offsets inside one element."""
    start, end = _position(value.get("start")), _position(value.get("end"))
    if isinstance(start, float) and isinstance(end, float) and start > end:
        yield "end", "end_before_start", f"{end:g} lies before start {start:g}"
    elif start is not None and start == end:
        first, last = value.get("startOffset"), value.get("endOffset")
        if isinstance(first, int) and isinstance(last, int) and first > last:
            yield "endOffset", "end_before_start", f"{last} lies before startOffset {first}"


def _position(written: object) -> float | str | None:
    if isinstance(written, str):
        is_number = written.isascii() and written.isdigit() and len(written) < 16
        return float(written) if is_number else written
    if isinstance(written, int | float) and not isinstance(written, bool):
        return float(written) if abs(written) < 2**63 else None
    return None


def timeline_rule(value: Value) -> Iterator[Fault]:
    """Each range begins before it ends."""
    for index, frames in enumerate(value.get("ranges") or ()):
        if frames["start"] > frames["end"]:
            message = f"{frames['end']} lies before start {frames['start']}"
            yield f"ranges[{index}].end", "end_before_start", message


def numbered_span_rule(value: Value) -> Iterator[Fault]:
    """On text and sound a span is a pair of numbers."""
    for key in ("start", "end"):
        if key in value and isinstance(value[key], str):
            yield key, "wrong_type", "must be a number"


def rules_of(control: Control, object_tags: Iterable[str]) -> tuple[Rule, ...]:
    """The rules that hold for results of a control on objects of these tags, labels apart."""
    tags = frozenset(object_tags)
    if control.spec.geometry == "timeline":
        return (timeline_rule,)
    if control.spec.geometry in {"document_span", "time_span"}:
        return (span_rule,)
    if control.tag != "Labels":
        return ()
    return (span_rule, numbered_span_rule) if tags and tags <= _NUMBERED_SPANS else (span_rule,)


def needs_companion(control: Control, object_tags: Iterable[str]) -> bool:
    """True for generic labels on objects where a region is a drawn shape that another result describes."""
    return control.tag == "Labels" and not set(object_tags) & SPANNED_OBJECTS
