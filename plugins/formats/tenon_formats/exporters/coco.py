"""COCO: one JSON for all images, with boxes and polygons in pixels."""

import shutil
import tempfile
from collections.abc import Iterator
from typing import IO, Any, BinaryIO, Final, Self

from platform_core.sdk import ExportContext, ExportedTask, ExporterSpec
from tenon_formats.archive import Archive, archive
from tenon_formats.exporters.plain import dumps
from tenon_formats.media import ImageFiles, with_images
from tenon_formats.regions import chosen
from tenon_formats.shapes import Shape, categories, has_shapes, image_key, image_size, number_of, shapes_of

SPOOL_BYTES: Final = 4 * 1024 * 1024
BLOCK_BYTES: Final = 64 * 1024


def write_coco(tasks: Iterator[ExportedTask], out: BinaryIO, context: ExportContext) -> None:
    """Write an archive with `result.json`, after the images; its rows wait in files meanwhile."""
    numbers = categories(context.parsed)
    with archive(out) as made, Rows() as images, Rows() as shapes:
        files = ImageFiles(made, context, image_key(context.parsed))
        for task in tasks:
            image, (name, _) = images.count, files.add(task)
            images.add(image_row(image, task, name))
            for shape in shapes_of(chosen(task) or {"result": ()}):
                shapes.add(_annotation(shapes.count, image, number_of(shape.label, numbers), shape))
        write_result(made, context, images=images, shapes=shapes, numbers=numbers)
        files.finish()


def write_result(
    made: Archive, context: ExportContext, *, images: "Rows", shapes: "Rows", numbers: dict[str, int]
) -> None:
    """Write `result.json` from rows that wait."""
    rows = [{"id": number, "name": label} for label, number in numbers.items()]
    info = {"version": "1.0", "description": context.project_title, "contributor": "Tenon", "url": ""}
    with made.file("result.json") as result:
        result.write(b'{"images":[')
        images.copy_to(result)
        result.write(b'],\n"annotations":[')
        shapes.copy_to(result)
        result.write(b'],\n"categories":' + dumps(rows) + b',\n"info":' + dumps(info) + b"}")


class Rows:
    """JSON rows that wait for their place in a file."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115  (closed by `__exit__`)
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, row: dict[str, Any]) -> None:
        """Append a row."""
        self._file.write((b",\n" if self.count else b"\n") + dumps(row))
        self.count += 1

    def copy_to(self, result: IO[bytes]) -> None:
        """Write all rows, separated by commas."""
        self._file.seek(0)
        shutil.copyfileobj(self._file, result, BLOCK_BYTES)


def image_row(number: int, task: ExportedTask, name: str) -> dict[str, Any]:
    """Return the row of an image."""
    width, height = image_size(task) or (None, None)
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
    media="asked",
)
COCO_WITH_IMAGES = with_images(COCO)
