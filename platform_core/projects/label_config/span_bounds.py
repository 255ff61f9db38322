"""Spans held against the text of the task, where the text is part of the task and not behind a link."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from platform_core.projects.label_config.errors import ResultIssue
from platform_core.projects.label_config.report import RegionReport
from platform_core.projects.label_config.types import DataVariable, LabelConfig

Json = Any
_OBJECTS: Final = frozenset({"Text", "Paragraphs"})
_SPAN_CONTROLS: Final = frozenset({"Labels", "HyperTextLabels", "ParagraphLabels"})
_MISSING: Final = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """Where a text that spans lie in is found."""

    tag: str
    variable: DataVariable
    text_key: str


class SpanBounds:
    """Checks spans under one config against task data. Thread-safe; make one per config and keep it."""

    __slots__ = ("_controls", "_shown")

    def __init__(self, config: LabelConfig) -> None:
        self._shown = {shown[0]: shown[1] for shown in _inline_texts(config)}
        self._controls = frozenset(
            name
            for name, control in config.controls.items()
            if control.tag in _SPAN_CONTROLS and not self._shown.keys().isdisjoint(control.to_name)
        )

    def concerns(self, result: Sequence[Mapping[str, Json]]) -> bool:
        """Say whether a valid result holds a span that the data of its task could refute."""
        return bool(self._controls) and any(region.get("from_name") in self._controls for region in result)

    def issues(self, result: Sequence[Mapping[str, Json]], data: Mapping[str, Json]) -> Iterator[ResultIssue]:
        """Spans of a valid result that reach past the end of what the task shows."""
        for index, region in enumerate(result):
            shown = self._shown.get(str(region.get("to_name")))
            if shown is None or region.get("from_name") not in self._controls:
                continue
            content = _value_at(data, shown.variable)
            find = _past_text if shown.tag == "Text" else _past_dialogue
            for key, message in find(region["value"], content, shown.text_key):
                yield RegionReport(index, region).issue(f"value.{key}", "span_past_end", message)


def _inline_texts(config: LabelConfig) -> Iterator[tuple[str, _Shown]]:
    """Objects whose text is the value of one field; `valueType="url"` and mixed texts are read elsewhere."""
    for name, item in config.objects.items():
        variables = [variable for variable in config.variables if variable.name == name]
        is_whole = len(variables) == 1 and item.value == f"${variables[0].path}"
        if item.tag in _OBJECTS and is_whole and item.attributes.get("valueType") != "url" and not item.index_flags:
            text_key = item.attributes.get("textKey") or "text"
            yield name, _Shown(tag=item.tag, variable=variables[0], text_key=text_key)


def _value_at(data: Mapping[str, Json], variable: DataVariable) -> Json:
    if variable.path in data:
        return data[variable.path]
    found: Json = data.get(variable.key, _MISSING)
    for segment in variable.segments:
        if isinstance(found, dict):
            found = found.get(segment, _MISSING)
        elif isinstance(found, list) and isinstance(segment, int) and segment < len(found):
            found = found[segment]
        else:
            return _MISSING
    return found


def length_of(text: str) -> int:
    """Return the length that no offset may pass, whether a client counts code points or UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _past_text(value: Mapping[str, Json], content: Json, _text_key: str) -> Iterator[tuple[str, str]]:
    if not isinstance(content, str):
        return
    length = length_of(content)
    for key in ("start", "end"):
        position = value.get(key)
        if isinstance(position, int | float) and not isinstance(position, bool) and position > length:
            yield key, f"{position:g} lies past the end of the text, which has {length} characters"


def _past_dialogue(value: Mapping[str, Json], content: Json, text_key: str) -> Iterator[tuple[str, str]]:
    if not isinstance(content, list):
        return
    for key, offset_key in (("start", "startOffset"), ("end", "endOffset")):
        line = _line_number(value.get(key))
        if line is None:
            continue
        if line >= len(content):
            yield key, f"{line} lies past the last utterance, number {len(content) - 1}"
            continue
        text = content[line].get(text_key) if isinstance(content[line], dict) else None
        offset = value.get(offset_key)
        if isinstance(text, str) and isinstance(offset, int) and offset > length_of(text):
            yield offset_key, f"{offset} lies past the end of utterance {line}, which has {length_of(text)} characters"


def _line_number(written: Json) -> int | None:
    if isinstance(written, str) and written.isascii() and written.isdigit() and len(written) < 10:
        return int(written)
    return int(written) if isinstance(written, int) and not isinstance(written, bool) else None
