"""Pascal VOC: an XML file an image, with upright boxes in whole pixels."""

import math
import re
from collections.abc import Iterator
from typing import BinaryIO, Final
from xml.sax.saxutils import escape

from platform_core.sdk import ExportContext, ExportedTask, ExporterSpec
from tenon_formats.archive import archive
from tenon_formats.media import ImageFiles
from tenon_formats.regions import chosen
from tenon_formats.shapes import Shape, has_shapes, image_key, image_size, shapes_of

# XML 1.0 has no way to write these.
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_voc(tasks: Iterator[ExportedTask], out: BinaryIO, context: ExportContext) -> None:
    """Write `Annotations/*.xml` for each image whose size is known."""
    with archive(out) as made:
        images = ImageFiles(made, context, image_key(context.parsed))
        for task in tasks:
            annotation, size = chosen(task), image_size(task)
            if annotation is None or size is None:
                continue
            image, stem = images.add(task)
            made.add(f"Annotations/{stem}.xml", _document(image, size, list(shapes_of(annotation))).encode())
        images.finish()


def _document(image: str, size: tuple[int, int], shapes: list[Shape]) -> str:
    width, height = size
    objects = "".join(map(_object, shapes))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        "<annotation>\n"
        f"<folder>images</folder>\n<filename>{_text(image)}</filename>\n"
        "<source><database>Unknown</database></source>\n"
        f"<size><width>{width}</width><height>{height}</height><depth>3</depth></size>\n"
        f"<segmented>0</segmented>\n{objects}</annotation>\n"
    )


def _object(shape: Shape) -> str:
    left, top, right, bottom = shape.bounds
    # Pixels are counted from 1, and the last one is inside the box.
    corners = (
        ("xmin", min(math.floor(_near(left)) + 1, shape.width)),
        ("ymin", min(math.floor(_near(top)) + 1, shape.height)),
        ("xmax", max(math.ceil(_near(right)), 1)),
        ("ymax", max(math.ceil(_near(bottom)), 1)),
    )
    box = "".join(f"<{name}>{value}</{name}>" for name, value in corners)
    return (
        f"<object><name>{_text(shape.label)}</name><pose>Unspecified</pose><truncated>0</truncated>"
        f"<difficult>0</difficult><bndbox>{box}</bndbox></object>\n"
    )


def _near(value: float) -> float:
    """Return a whole number as such: percentages bring errors of a billionth, which must not cost a pixel."""
    return float(round(value)) if abs(value - round(value)) < 1e-6 else value


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("", text))


VOC = ExporterSpec(
    key="voc",
    name="VOC",
    title="Pascal VOC XML",
    description="An XML file an image, with upright boxes in whole pixels.",
    content_type="application/zip",
    extension=".zip",
    write=write_voc,
    tags=("object detection",),
    suits=has_shapes,
    media="asked",
)
