"""YOLO: a text file an image, a line a shape, everything relative to the size of the image."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from platform_core.sdk import ExportContext, ExportedTask, ExporterSpec
from tenon_formats.archive import archive
from tenon_formats.exporters.plain import dumps
from tenon_formats.media import ImageFiles, with_images
from tenon_formats.regions import chosen
from tenon_formats.shapes import Shape, categories, has_boxes, has_shapes, image_key, number_of, shapes_of


def write_yolo(tasks: Iterator[ExportedTask], out: BinaryIO, context: ExportContext) -> None:
    """Write `labels/*.txt`: boxes as class, centre, width and height; polygons as class and corners."""
    _write(tasks, out, context, _line)


def write_yolo_obb(tasks: Iterator[ExportedTask], out: BinaryIO, context: ExportContext) -> None:
    """Write `labels/*.txt`: each box as class and its four corners, so that turned boxes stay turned."""
    _write(tasks, out, context, _turned_line)


def _write(
    tasks: Iterator[ExportedTask], out: BinaryIO, context: ExportContext, line: Callable[[int, Shape], str | None]
) -> None:
    # A class is its place in `classes.txt`, so numbers that a config gives only order the classes.
    classes = {label: place for place, label in enumerate(categories(context.parsed))}
    with archive(out) as made:
        images = ImageFiles(made, context, image_key(context.parsed))
        for task in tasks:
            shapes = shapes_of(chosen(task) or {"result": ()})
            lines = [line(number_of(shape.label, classes), shape) for shape in shapes]
            _, stem = images.add(task)
            made.add(f"labels/{stem}.txt", "".join(f"{text}\n" for text in lines if text).encode())
        made.add("classes.txt", "".join(f"{label}\n" for label in classes).encode())
        rows = [{"id": place, "name": label} for label, place in classes.items()]
        made.add("notes.json", dumps({"categories": rows, "info": {"version": "1.0", "contributor": "Tenon"}}))
        images.finish()


def _line(number: int, shape: Shape) -> str:
    if not shape.is_box:
        return _with_corners(number, shape)
    left, top, right, bottom = shape.bounds
    across, down = shape.width, shape.height
    return _numbers(
        number,
        [(left + right) / 2 / across, (top + bottom) / 2 / down, (right - left) / across, (bottom - top) / down],
    )


def _turned_line(number: int, shape: Shape) -> str | None:
    return _with_corners(number, shape) if shape.is_box else None


def _with_corners(number: int, shape: Shape) -> str:
    return _numbers(number, [value for corner in shape.relative() for value in corner])


def _numbers(number: int, values: list[float]) -> str:
    return " ".join([str(number), *(f"{value:.6f}".rstrip("0").rstrip(".") for value in values)])


YOLO = ExporterSpec(
    key="yolo",
    name="YOLO",
    title="YOLO",
    description="A text file an image: boxes by centre and size, polygons by corners, as parts of the image.",
    content_type="application/zip",
    extension=".zip",
    write=write_yolo,
    tags=("image segmentation", "object detection"),
    suits=has_shapes,
    media="asked",
)
YOLO_OBB = ExporterSpec(
    key="yolo_obb",
    name="YOLO_OBB",
    title="YOLO oriented boxes",
    description="As YOLO, each box by its four corners, so that turned boxes stay turned.",
    content_type="application/zip",
    extension=".zip",
    write=write_yolo_obb,
    tags=("object detection",),
    suits=has_boxes,
    media="asked",
)
YOLO_WITH_IMAGES = with_images(YOLO)
YOLO_OBB_WITH_IMAGES = with_images(YOLO_OBB)
