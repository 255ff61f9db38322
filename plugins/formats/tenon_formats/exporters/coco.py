"""COCO: one JSON for all images, with boxes and polygons in pixels."""

import tempfile
from collections.abc import Iterator
from typing import IO, Any, BinaryIO, Final

from platform_core.sdk import ExportContext, ExportedTask, ExporterSpec
from tenon_formats.archive import archive
from tenon_formats.exporters.plain import dumps
from tenon_formats.names import media_name
from tenon_formats.regions import chosen, value_at
from tenon_formats.shapes import Shape, categories, has_shapes, image_key, image_size, number_of, shapes_of

SPOOL_BYTES: Final = 4 * 1024 * 1024
BLOCK_BYTES: Final = 64 * 1024


def write_coco(tasks: Iterator[ExportedTask], out: BinaryIO, context: ExportContext) -> None:
    """Write an archive with `result.json`. Images are listed as they come; their shapes wait in a file meanwhile."""
    numbers, key, shapes = categories(context.parsed), image_key(context.parsed), 0
    with (
        archive(out) as made,
        made.file("result.json") as result,
        tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES) as waiting,
    ):
        result.write(b'{"images":[')
        for image, task in enumerate(tasks):
            result.write((b",\n" if image else b"\n") + dumps(_image(image, task, key)))
            for shape in shapes_of(chosen(task) or {"result": ()}):
                row = _annotation(shapes, image, number_of(shape.label, numbers), shape)
                waiting.write((b",\n" if shapes else b"\n") + dumps(row))
                shapes += 1
        result.write(b'],\n"annotations":[')
        _copy(waiting, result)
        rows = [{"id": number, "name": label} for label, number in numbers.items()]
        info = {"version": "1.0", "description": context.project_title, "contributor": "Tenon", "url": ""}
        result.write(b'],\n"categories":' + dumps(rows) + b',\n"info":' + dumps(info) + b"}")


def _image(number: int, task: ExportedTask, key: str | None) -> dict[str, Any]:
    width, height = image_size(task) or (None, None)
    name = media_name(value_at(task.data, key), task.id)
    return {"id": number, "width": width, "height": height, "file_name": f"images/{name}"}


def _annotation(number: int, image: int, category: int, shape: Shape) -> dict[str, Any]:
    left, top, right, bottom = shape.bounds
    outline = [value for corner in shape.corners for value in corner]
    upright = shape.is_box and shape.corners[0][1] == shape.corners[1][1]
    return {
        "id": number,
        "image_id": image,
        "category_id": category,
        "segmentation": [] if upright else [outline],
        "bbox": [left, top, right - left, bottom - top],
        "iscrowd": 0,
        "area": (right - left) * (bottom - top) if upright else shape.area,
    }


def _copy(waiting: Any, result: IO[bytes]) -> None:
    waiting.seek(0)
    while block := waiting.read(BLOCK_BYTES):
        result.write(block)


COCO = ExporterSpec(
    key="coco",
    name="COCO",
    title="COCO",
    description="One JSON with the boxes and polygons of all images, for object detection and segmentation.",
    content_type="application/zip",
    extension=".zip",
    write=write_coco,
    tags=("image segmentation", "object detection"),
    suits=has_shapes,
)
