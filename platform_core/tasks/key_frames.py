"""Boxes of videos at every frame: between two key frames they move in a straight line."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

MOVING: Final = ("x", "y", "width", "height", "rotation", "time")
MAX_FRAMES: Final = 1_000_000


def with_all_frames(task: dict[str, Any]) -> dict[str, Any]:
    """Return an exported task whose video boxes have an item at every frame at which they are shown."""
    annotations = [
        {**one, "result": [_region(region) for region in one["result"]]} for one in task.get("annotations", [])
    ]
    return {**task, "annotations": annotations}


def _region(region: dict[str, Any]) -> dict[str, Any]:
    value = region.get("value")
    if region.get("type") != "videorectangle" or not isinstance(value, dict) or not value.get("sequence"):
        return region
    try:
        sequence = list(_frames(sorted(value["sequence"], key=lambda item: item["frame"]), value.get("framesCount")))
    except (KeyError, TypeError):  # stored before sequences were checked: given as it is
        return region
    return {**region, "value": {**value, "sequence": sequence}}


def _frames(keys: list[dict[str, Any]], frames_count: Any) -> Iterator[dict[str, Any]]:
    """Yield each key frame, and after an enabled one all frames up to the next key or the end of the video."""
    for now, after in pairwise(keys):
        yield now
        if now.get("enabled", True):
            yield from _between(now, after)
    last = keys[-1]
    yield last
    end = frames_count if isinstance(frames_count, int) else last["frame"]
    if last.get("enabled", True):
        for frame in range(last["frame"] + 1, min(end, last["frame"] + MAX_FRAMES) + 1):
            yield {**last, "frame": frame, "auto": True}


def _between(now: dict[str, Any], after: dict[str, Any]) -> Iterator[dict[str, Any]]:
    distance = after["frame"] - now["frame"]
    moving = {name: (now[name], after[name]) for name in MOVING if name in now and name in after}
    for step in range(1, min(distance, MAX_FRAMES)):
        values: dict[str, Any] = {
            name: start + (end - start) * step / distance for name, (start, end) in moving.items()
        }
        yield {**now, **values, "frame": now["frame"] + step, "auto": True}
