"""Boxes and polygons on images, in pixels."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from platform_core.sdk import ExportedTask
from tenon_formats.regions import controls_of, data_key, labelled

Json = dict[str, Any]
Point = tuple[float, float]
BOX_CONTROLS: Final = ("RectangleLabels", "Rectangle")
POLYGON_CONTROLS: Final = ("PolygonLabels", "Polygon")
DRAWING_CONTROLS: Final = (*BOX_CONTROLS, *POLYGON_CONTROLS, "Labels")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One labelled shape.

    Attributes:
        label: the first of its labels.
        corners: in pixels, in order along the outline; four for a box: its own top left first, then clockwise.
        is_box: it was drawn as a box, perhaps a rotated one.
        width: of the image, in pixels.
        height: of the image, in pixels.
    """

    label: str
    corners: tuple[Point, ...]
    is_box: bool
    width: int
    height: int

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the upright box around it, cut at the edges of the image."""
        xs, ys = zip(*self.corners, strict=True)
        return (
            min(max(min(xs), 0.0), self.width),
            min(max(min(ys), 0.0), self.height),
            max(min(max(xs), float(self.width)), 0.0),
            max(min(max(ys), float(self.height)), 0.0),
        )

    @property
    def area(self) -> float:
        """Of the outline, in square pixels."""
        following = (*self.corners[1:], self.corners[0])
        pairs = zip(self.corners, following, strict=True)
        return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2

    def relative(self) -> list[Point]:
        """Return the corners as parts of width and height, 0 to 1."""
        return [(_part(x, self.width), _part(y, self.height)) for x, y in self.corners]


def _part(value: float, whole: int) -> float:
    return min(max(value / whole, 0.0), 1.0)


def shapes_of(annotation: Json) -> Iterator[Shape]:
    """Yield the labelled boxes and polygons of an annotation; those without a label or an image size are left out."""
    for region, labels in labelled(annotation):
        size = _size(region)
        if not labels or size is None:
            continue
        width, height = size
        corners, is_box = _corners(region["value"], width, height)
        if corners:
            yield Shape(label=labels[0], corners=corners, is_box=is_box, width=width, height=height)


def _size(region: Json) -> tuple[int, int] | None:
    width, height = region.get("original_width"), region.get("original_height")
    return (width, height) if type(width) is int and type(height) is int and width > 0 and height > 0 else None


def _corners(value: Json, width: int, height: int) -> tuple[tuple[Point, ...], bool]:
    points = value.get("points")
    if isinstance(points, list) and len(points) >= 3:
        return tuple((x * width / 100, y * height / 100) for x, y in points), False
    numbers = [value.get(name) for name in ("x", "y", "width", "height")]
    if not all(isinstance(number, int | float) for number in numbers):
        return (), False
    x, y, w, h = (float(number) for number in numbers if number is not None)
    return _box(x * width / 100, y * height / 100, w * width / 100, h * height / 100, value.get("rotation") or 0), True


def _box(x: float, y: float, width: float, height: float, rotation: float) -> tuple[Point, ...]:
    """Return the corners of a box that is turned clockwise around its own top left corner, by degrees."""
    turn = math.radians(rotation)
    cos, sin = (math.cos(turn), math.sin(turn)) if rotation else (1.0, 0.0)
    across, down = (width * cos, width * sin), (-height * sin, height * cos)
    return (
        (x, y),
        (x + across[0], y + across[1]),
        (x + across[0] + down[0], y + across[1] + down[1]),
        (x + down[0], y + down[1]),
    )


def has_shapes(parsed: Json) -> bool:
    """Say whether boxes or polygons are drawn on an image."""
    return _draws(parsed, (*BOX_CONTROLS, *POLYGON_CONTROLS))


def has_boxes(parsed: Json) -> bool:
    """Say whether boxes are drawn on an image."""
    return _draws(parsed, BOX_CONTROLS)


def _draws(parsed: Json, types: tuple[str, ...]) -> bool:
    drawn = controls_of(parsed, types)
    labels = any(control["type"].endswith("Labels") for control in drawn.values()) or controls_of(parsed, ["Labels"])
    return bool(labels) and image_key(drawn) is not None


def image_key(parsed: Json) -> str | None:
    """Return the key of the data that holds the image."""
    return data_key(parsed, "Image")


def image_size(task: ExportedTask) -> tuple[int, int] | None:
    """Return width and height of a task's image, as its regions tell; None when none does."""
    for annotation in task.annotations:
        for region in annotation["result"] or ():
            size = _size(region)
            if size is not None:
                return size
    return None


def categories(parsed: Json, types: Sequence[str] = DRAWING_CONTROLS) -> dict[str, int]:
    """Return the number of each label: what its attribute `category` says, else the next free one, by name.

    Args:
        types: of the controls whose labels count.
    """
    numbers: dict[str, int] = {}
    names: set[str] = set()
    for control in controls_of(parsed, types).values():
        names.update(control.get("labels") or ())
        for label, attributes in (control.get("labels_attrs") or {}).items():
            written = str((attributes or {}).get("category", ""))
            if written.isascii() and written.isdigit() and len(written) < 10:
                numbers.setdefault(label, int(written))
    for name in sorted(names - set(numbers)):
        number_of(name, numbers)
    return dict(sorted(numbers.items(), key=lambda item: item[1]))


def number_of(label: str, numbers: dict[str, int]) -> int:
    """Return the number of a label; one that the config does not name, as labels from the data, gets a free one."""
    if label not in numbers:
        used = set(numbers.values())
        numbers[label] = next(number for number in count() if number not in used)
    return numbers[label]
