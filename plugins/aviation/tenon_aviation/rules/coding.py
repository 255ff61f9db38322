"""Take out of an annotation result what the rules look at."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tenon_aviation.taxonomy.types import PackRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """One picked value of a taxonomy-bound control, as written: the path from the top, or a single code.

    Attributes:
        is_path: True for a Taxonomy value, whose first element must be a root.
    """

    control: str
    region: str | None
    path: tuple[str, ...]
    is_path: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredControl:
    """A control that an annotation must answer.

    Attributes:
        title: what people call it.
        alternatives: further controls, any of which may be answered instead.
    """

    name: str
    title: str
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """The coded part of one annotation.

    Attributes:
        bindings: control name to the pack it is bound to.
        selections: values of bound controls, in order of the result.
        answered: names of all controls, bound or not, that carry a non-blank value.
    """

    bindings: Mapping[str, PackRef]
    selections: tuple[Selection, ...]
    answered: frozenset[str]
    required: tuple[RequiredControl, ...] = ()


def coding_from_result(
    *,
    result: Iterable[Mapping[str, Any]],
    bindings: Mapping[str, PackRef],
    required: Sequence[RequiredControl] = (),
) -> Coding:
    """Read Choices (`value.choices`) and Taxonomy (`value.taxonomy`) entries; other entries only count as answers.

    Entries whose shape is wrong are skipped: the core has refused them, or will, with its own message.
    """
    selections: list[Selection] = []
    answered: set[str] = set()
    for entry in result:
        control, value = entry.get("from_name"), entry.get("value")
        if not isinstance(control, str) or not isinstance(value, Mapping):
            continue
        if any(_has_content(part) for part in value.values()):
            answered.add(control)
        if control in bindings:
            selections.extend(_selections(control, _region(entry), value))
    return Coding(
        bindings=bindings, selections=tuple(selections), answered=frozenset(answered), required=tuple(required)
    )


def _region(entry: Mapping[str, Any]) -> str | None:
    region = entry.get("id")
    return region if isinstance(region, str) else None


def _selections(control: str, region: str | None, value: Mapping[str, Any]) -> Iterable[Selection]:
    for code in _list(value.get("choices")):
        if isinstance(code, str) and code.strip():
            yield Selection(control=control, region=region, path=(code,), is_path=False)
    for path in _list(value.get("taxonomy")):
        steps = tuple(step for step in _list(path) if isinstance(step, str) and step.strip())
        if steps:
            yield Selection(control=control, region=region, path=steps, is_path=True)


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _has_content(value: object) -> bool:
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, list | tuple):
        return any(_has_content(item) for item in value)
    return value is not None
