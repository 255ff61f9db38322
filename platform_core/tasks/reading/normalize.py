"""Brings the two shapes of an imported task, wrapped and bare, into one."""

from typing import Any

from platform_core.tasks.reading.errors import item_error
from platform_core.tasks.reading.types import Batch, ImportTask


def normalize_tasks(batch: Batch) -> list[ImportTask]:
    """Normalize a whole batch; see `normalize_task`."""
    return [
        normalize_task(item, index) if "data" in item else ImportTask(item, {}, [], [], None)
        for index, item in enumerate(batch.items, start=batch.first_item)
    ]


def normalize_task(item: dict[str, Any], index: int) -> ImportTask:
    """Return the task in an item of an import.

    An item with the key `data` is a wrapped task, of which `meta`, `annotations`, `predictions` and `allow_skip` count
    and other keys (an export has many) are ignored. Any other item is itself the data. Rows of a table are always
    data: hand them to `ImportTask` as they are.

    Args:
        item: from a reader's batch.
        index: its number in the body, from 0.

    Raises:
        ValidationFailedError: a part has the wrong shape; the message names item and key.
    """
    if "data" not in item:
        return ImportTask(item, {}, [], [], None)
    data = item["data"]
    if type(data) is not dict:
        raise item_error(index, '"data" must be an object', key="data")
    if len(item) == 1:
        return ImportTask(data, {}, [], [], None)
    meta = item.get("meta")
    if meta is not None and type(meta) is not dict:
        raise item_error(index, '"meta" must be an object', key="meta")
    allow_skip = item.get("allow_skip")
    if allow_skip is not None and type(allow_skip) is not bool:
        raise item_error(index, '"allow_skip" must be true or false', key="allow_skip")
    return ImportTask(
        data, meta or {}, _entries(item, "annotations", index), _entries(item, "predictions", index), allow_skip
    )


def _entries(item: dict[str, Any], key: str, index: int) -> list[dict[str, Any]]:
    entries = item.get(key)
    if entries is None:
        return []
    if type(entries) is not list:
        raise item_error(index, f'"{key}" must be a list', key=key)
    for number, entry in enumerate(entries):
        place = f"{key}[{number}]"
        if type(entry) is not dict:
            raise item_error(index, f'"{place}" must be an object', key=place)
        if type(entry.get("result")) is not list:
            place = f"{place}.result"
            raise item_error(index, f'"{place}" must be a list', key=place)
    return entries
