"""Predictions out of the tasks' own data: what a client calls `preannotated_from_fields`."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from platform_core.projects.models import Project
from platform_core.tasks.reading.errors import item_error
from platform_core.tasks.services.import_sources import PartBatch

# Type of a control -> (key of its value, what the key holds for a plain value).
_PLAIN: Final[dict[str, tuple[str, Callable[[Any], Any]]]] = {
    "choices": ("choices", lambda value: value if isinstance(value, list) else [value]),
    "textarea": ("text", lambda value: value if isinstance(value, list) else [value]),
    "rating": ("rating", lambda value: value),
    "number": ("number", lambda value: value),
    "datetime": ("datetime", lambda value: value),
    "taxonomy": ("taxonomy", lambda value: value if value and isinstance(value[0], list) else [_listed(value)]),
}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def preannotated(batches: Iterable[PartBatch], *, fields: list[str], project: Project) -> Iterator[PartBatch]:
    """Add a prediction to each task for each of the fields that its data have.

    A field may hold a list of regions; or the plain value of a control, which is that of the field's name, else the
    only one of the label config that takes plain values.

    Raises:
        ValidationFailedError: a value is neither; the message names item and key.
    """
    controls = _Controls(project)
    item = 0
    for tasks, upload_id in batches:
        done = []
        for task in tasks:
            found = [
                {"result": controls.result(name, task.data[name], item)}
                for name in fields
                if task.data.get(name) is not None
            ]
            done.append(task._replace(predictions=[*task.predictions, *found]) if found else task)
            item += 1
        yield PartBatch(done, upload_id)


class _Controls:
    def __init__(self, project: Project) -> None:
        parsed: dict[str, Any] = project.parsed_label_config or {}
        self._plain = {
            name: control for name, control in parsed.items() if str(control.get("type", "")).lower() in _PLAIN
        }

    def result(self, field: str, value: Any, item: int) -> list[dict[str, Any]]:
        """Return the regions that a field's value stands for."""
        if isinstance(value, list) and all(isinstance(region, dict) for region in value):
            return value
        name = field if field in self._plain else next(iter(self._plain), None) if len(self._plain) == 1 else None
        if name is None or isinstance(value, dict):
            raise item_error(
                item, f'"{field}" must be a list of regions, or the value of a control of this name', key=field
            )
        control = self._plain[name]
        kind = str(control["type"]).lower()
        key, shaped = _PLAIN[kind]
        region = {"from_name": name, "to_name": control["to_name"][0], "type": kind, "value": {key: shaped(value)}}
        return [region]
