"""What data sets of images become: a task an image, boxes and polygons as results of the project's own controls."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from platform_core.sdk import ImportContext, ImportedTask, ImportFormatError
from tenon_formats.names import media_name
from tenon_formats.regions import controls_of, data_key

Json = dict[str, Any]
Point = tuple[float, float]
ENDINGS: Final = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif")
NO_PROJECT: Final = "This format needs the label config of a project."


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundShape:
    """A shape of a data set.

    Attributes:
        label: its name.
        box: left, top, width and height, as parts of the image, 0 to 1.
        outline: corners as such parts, three or more; empty for a box.
        score: how sure a model was; None where a person drew it.
    """

    label: str
    box: tuple[float, float, float, float]
    outline: tuple[Point, ...] = ()
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundImage:
    """An image of a data set.

    Attributes:
        name: of its file; never used as a path.
        size: width and height in pixels; None where the data set does not say.
        url: where it can be had, if the data set says.
    """

    name: str
    size: tuple[int, int] | None
    url: str | None = None


class TaskMaker:
    """Makes tasks for one project.

    Raises:
        ImportFormatError: the project shows no image, or has no boxes and no polygons to draw.
    """

    def __init__(self, context: ImportContext) -> None:
        key = data_key(context.parsed, "Image")
        self._boxes = _control(context.parsed, "RectangleLabels")
        self._polygons = _control(context.parsed, "PolygonLabels")
        if key is None or (self._boxes is None and self._polygons is None):
            raise ImportFormatError(
                "Data sets of images need a label config with an Image and RectangleLabels or PolygonLabels on it."
            )
        self._key = key
        self._address_of = context.address_of

    def task(self, image: FoundImage, shapes: Sequence[FoundShape], *, item: int) -> ImportedTask:
        """Return a task; shapes with a score become a prediction, the others an annotation."""
        drawn = [shape for shape in shapes if shape.score is None]
        scored = [shape for shape in shapes if shape.score is not None]
        predictions = []
        if scored:
            score = sum(shape.score or 0.0 for shape in scored) / len(scored)
            predictions = [{"result": self._result(image, scored), "score": score}]
        annotations = [{"result": self._result(image, drawn)}] if drawn else []
        return ImportedTask(data=self._data(image), item=item, annotations=annotations, predictions=predictions)

    def _data(self, image: FoundImage) -> Json:
        address: Any = image.url or self._uploaded(image.name) or image.name
        *parents, last = self._key.split(".")
        data: Json = {last: address}
        for parent in reversed(parents):
            data = {parent: data}
        return data

    def _uploaded(self, name: str) -> str | None:
        """Return the address of an upload of this name; a name without an ending stands for any image of it."""
        plain = media_name(name, 0)
        wanted = [plain] if plain.lower().endswith(ENDINGS) else [plain, *(plain + ending for ending in ENDINGS)]
        return next(filter(None, map(self._address_of, wanted)), None)

    def _result(self, image: FoundImage, shapes: Sequence[FoundShape]) -> list[Json]:
        return [self._region(image, shape, f"shape-{number}") for number, shape in enumerate(shapes, start=1)]

    def _region(self, image: FoundImage, shape: FoundShape, identifier: str) -> Json:
        as_polygon = bool(shape.outline) if self._boxes and self._polygons else self._boxes is None
        names = (self._polygons if as_polygon else self._boxes) or ("", "")
        kind = "polygonlabels" if as_polygon else "rectanglelabels"
        left, top, width, height = shape.box
        if as_polygon:
            corners = shape.outline or (
                (left, top),
                (left + width, top),
                (left + width, top + height),
                (left, top + height),
            )
            value: Json = {"points": [[_percent(x), _percent(y)] for x, y in corners], "closed": True}
        else:
            value = {
                "x": _percent(left),
                "y": _percent(top),
                "width": round(_percent(left + width) - _percent(left), 9),
                "height": round(_percent(top + height) - _percent(top), 9),
                "rotation": 0,
            }
        size = {"original_width": image.size[0], "original_height": image.size[1]} if image.size else {}
        region = {"id": identifier, "from_name": names[0], "to_name": names[1], "type": kind, "image_rotation": 0}
        scored = {} if shape.score is None else {"score": shape.score}
        return {**region, **size, **scored, "value": {**value, kind: [shape.label]}}


def _control(parsed: Json, kind: str) -> tuple[str, str] | None:
    """Return the name of the first such control on an image, and that of what it is on."""
    for name, control in controls_of(parsed, (kind,)).items():
        if data_key({name: control}, "Image") is not None:
            return name, str(control["to_name"][0])
    return None


def _percent(part: float) -> float:
    # Rounded, so that a third of a pixel stays and what binary fractions add does not.
    return round(min(max(part, 0.0), 1.0) * 100, 9)


def refuse(item: int, problem: str, key: str | None = None) -> ImportFormatError:
    """Return the error of one image of a data set."""
    return ImportFormatError(f"Error at item {item}: {problem}", item=item, key=key)
