"""Task data held against the config: every `$field` is there and of a type that its tag can show."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from platform_core.projects.label_config.content_rules import is_executable
from platform_core.projects.label_config.tags import DATA_TYPES
from platform_core.projects.label_config.types import DataVariable, LabelConfig

_MISSING: Final = object()
_SHOWN_AS_MARKUP: Final = frozenset({"html", "hint"})
Check = Callable[[Mapping[str, Any]], str | None]


class TaskDataValidator:
    """Checks the `data` of tasks under one config. Thread-safe; make one per config and keep it."""

    __slots__ = ("_checks", "_has_paths", "_options", "_plain", "keys")

    def __init__(self, config: LabelConfig) -> None:
        required = [variable for variable in config.variables if variable.required]
        # Two tags may read one field: a value must suit both.
        accepted: dict[str, tuple[type, ...]] = {}
        for variable in required:
            if not variable.segments:
                types = _types(variable)
                earlier = accepted.get(variable.key, types)
                accepted[variable.key] = tuple(one for one in earlier if one in types)
        self.keys = tuple(dict.fromkeys(variable.key for variable in required))
        self._plain = tuple((key, frozenset(types)) for key, types in accepted.items())
        self._has_paths = any(variable.segments for variable in required)
        self._checks = tuple(_check_for(variable) for variable in required)
        # Fields whose items become labels or choices: the editor shows their `html` as markup.
        self._options = tuple(
            variable.key
            for variable in required
            if (control := config.controls.get(variable.name or "")) is not None and control.dynamic
        )

    def validate(self, data: object) -> str | None:
        """The first thing that is wrong with the data of a task, as a sentence, or None."""
        return self._shape_problem(data) or (self._markup_problem(data) if self._options else None)

    def _markup_problem(self, data: object) -> str | None:
        assert isinstance(data, dict), "the shape was checked before"
        for key in self._options:
            if (place := _executable_option(data.get(key), key)) is not None:
                return f"data['{place}'] holds content that runs as a script"
        return None

    def _shape_problem(self, data: object) -> str | None:
        if type(data) is dict:
            for key, types in self._plain:
                if type(data.get(key)) not in types:
                    return self._explain(data)
            if not self._has_paths:
                return None
        return self._explain(data)

    def _explain(self, data: object) -> str | None:
        if not isinstance(data, dict):
            return f"Task data must be an object, not {type(data).__name__}"
        return next((problem for check in self._checks if (problem := check(data))), None)


def _executable_option(options: object, place: str) -> str | None:
    """Where an option, or one below it, brings markup that a browser would execute; None where none does."""
    pending: list[tuple[object, str]] = [(options, place)]
    while pending:
        item, where = pending.pop()
        if isinstance(item, list):
            pending.extend((below, f"{where}[{index}]") for index, below in enumerate(item))
        elif isinstance(item, dict):
            for key, value in item.items():
                if isinstance(value, str) and key in _SHOWN_AS_MARKUP and is_executable(value):
                    return f"{where}.{key}"
            pending.extend((value, f"{where}.{key}") for key, value in item.items() if isinstance(value, dict | list))
    return None


def _types(variable: DataVariable) -> tuple[type, ...]:
    return tuple(one for name in variable.types for one in DATA_TYPES[name])


def _check_for(variable: DataVariable) -> Check:
    types = _types(variable)
    path = variable.path

    def check(data: Mapping[str, Any]) -> str | None:
        # A key may hold the dots itself: CSV columns become keys as they are.
        if path in data:
            return _type_problem(variable, path, data[path], types)
        found = data.get(variable.key, _MISSING)
        if found is _MISSING:
            known = ", ".join(sorted(map(str, data))[:20])
            return f'"{path}" key is expected in task data [found: {known[:512]}]'
        return _walk(variable, variable.key, found, variable.segments, types)

    return check


def _walk(
    variable: DataVariable, place: str, value: object, segments: Sequence[str | int | None], types: tuple[type, ...]
) -> str | None:
    for number, segment in enumerate(segments):
        if segment is None:
            return _walk_list(variable, place, value, segments[number + 1 :], types)
        below = f"{place}[{segment}]" if isinstance(segment, int) else f"{place}.{segment}"
        found = _step(value, segment)
        if found is _MISSING:
            return f'"{below}" key is expected in task data'
        place, value = below, found
    return _type_problem(variable, place, value, types)


def _walk_list(
    variable: DataVariable, place: str, value: object, segments: Sequence[str | int | None], types: tuple[type, ...]
) -> str | None:
    if not isinstance(value, list):
        return _type_problem(variable, place, value, (list,))
    for index, item in enumerate(value):
        if problem := _walk(variable, f"{place}[{index}]", item, segments, types):
            return problem
    return None


def _step(value: object, segment: str | int) -> object:
    if isinstance(segment, int):
        return value[segment] if isinstance(value, list) and segment < len(value) else _MISSING
    return value.get(segment, _MISSING) if isinstance(value, dict) else _MISSING


def _type_problem(variable: DataVariable, place: str, value: object, types: tuple[type, ...]) -> str | None:
    if isinstance(value, types):
        return None
    expected = ", ".join(dict.fromkeys(one.__name__ for one in types))
    return (
        f"data['{place}']={value!r:.64} is of type '{type(value).__name__}', "
        f"but the object tag {variable.tag} expects the following types: [{expected}]"
    )
