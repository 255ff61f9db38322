"""What people painted: a mask a region, as PNG or NumPy files."""

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from platform_core.sdk import ExportContext, ExportedTask, ExporterSpec, ExportFormatError
from tenon_formats.archive import Archive, archive
from tenon_formats.masks import MaskError, decode_mask, npy, png
from tenon_formats.names import safe_word
from tenon_formats.regions import author_id, controls_of, labelled, submitted

Json = dict[str, Any]
Encoder = Callable[[bytearray, int, int], bytes]


def write_png(tasks: Iterator[ExportedTask], out: BinaryIO, context: ExportContext) -> None:  # noqa: ARG001
    """Write a PNG file for each painted region."""
    _write(tasks, out, ".png", png)


def write_npy(tasks: Iterator[ExportedTask], out: BinaryIO, context: ExportContext) -> None:  # noqa: ARG001
    """Write a NumPy file for each painted region."""
    _write(tasks, out, ".npy", npy)


def _write(tasks: Iterator[ExportedTask], out: BinaryIO, suffix: str, encode: Encoder) -> None:
    with archive(out) as made:
        for task in tasks:
            for annotation in submitted(task):
                _add(made, task.id, annotation, suffix, encode)


def _add(made: Archive, task_id: int, annotation: Json, suffix: str, encode: Encoder) -> None:
    counted: dict[str, int] = {}
    for region, labels in labelled(annotation):
        code = region["value"].get("rle")
        if code is None:
            continue
        what = "-".join(safe_word(one) for one in (region["from_name"], *(labels or ["no_label"])))
        number = counted.get(what, 0)
        counted[what] = number + 1
        width, height = region.get("original_width"), region.get("original_height")
        try:
            mask = decode_mask(code, int(width or 0), int(height or 0))
        except (MaskError, TypeError, ValueError) as error:
            raise ExportFormatError(f"Annotation {annotation['id']} of task {task_id}: {error}.") from error
        name = f"task-{task_id}-annotation-{annotation['id']}-by-{author_id(annotation)}-{what}-{number}{suffix}"
        made.add(name, encode(mask, int(width or 0), int(height or 0)))


def has_brush(parsed: Json) -> bool:
    """Say whether something is painted."""
    return bool(controls_of(parsed, ("BrushLabels", "Brush", "MagicWand")))


BRUSH_TO_PNG = ExporterSpec(
    key="brush_to_png",
    name="BRUSH_TO_PNG",
    title="Brush labels to PNG",
    description="A grey PNG image for each painted region.",
    content_type="application/zip",
    extension=".zip",
    write=write_png,
    tags=("image segmentation",),
    suits=has_brush,
)
BRUSH_TO_NUMPY = ExporterSpec(
    key="brush_to_numpy",
    name="BRUSH_TO_NUMPY",
    title="Brush labels to NumPy",
    description="A two-dimensional NumPy array for each painted region.",
    content_type="application/zip",
    extension=".zip",
    write=write_npy,
    tags=("image segmentation",),
    suits=has_brush,
)
