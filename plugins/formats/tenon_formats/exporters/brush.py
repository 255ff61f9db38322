"""What people painted: a mask a region, as PNG or NumPy files."""

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from platform_core.sdk import ExportContext, ExportedTask, ExporterSpec, ExportFormatError
from tenon_formats.archive import Archive, archive
from tenon_formats.exporters.coco import Rows, image_row, write_result
from tenon_formats.masks import MaskError, column_runs, decode_mask, npy, png
from tenon_formats.media import ImageFiles
from tenon_formats.names import safe_word
from tenon_formats.regions import author_id, chosen, controls_of, labelled, submitted
from tenon_formats.shapes import categories, image_key, number_of

Json = dict[str, Any]
LABELS = ("BrushLabels", "Labels")
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


def write_coco_masks(tasks: Iterator[ExportedTask], out: BinaryIO, context: ExportContext) -> None:
    """Write `result.json` as COCO does, each painted region as the runs of its mask; one annotation an image."""
    numbers = categories(context.parsed, LABELS)
    with archive(out) as made, Rows() as images, Rows() as shapes:
        files = ImageFiles(made, context, image_key(context.parsed))
        for task in tasks:
            image, (name, _) = images.count, files.add(task)
            images.add(image_row(image, task, name))
            annotation = chosen(task) or {"id": 0, "result": ()}
            for region, labels in labelled(annotation):
                if region["value"].get("rle") is not None and labels:
                    _add_runs(shapes, image, number_of(labels[0], numbers), region, _where(task.id, annotation))
        write_result(made, context, images=images, shapes=shapes, numbers=numbers)
        files.finish()


def _add_runs(shapes: Rows, image: int, category: int, region: Json, where: str) -> None:
    mask, width, height = _mask(region, where)
    runs = column_runs(mask, width)
    if runs is not None:
        shapes.add(
            {
                "id": shapes.count,
                "image_id": image,
                "category_id": category,
                "segmentation": {"size": [height, width], "counts": runs.counts},
                "bbox": list(runs.bounds),
                "iscrowd": 0,
                "area": runs.area,
            }
        )


def _where(task_id: int, annotation: Json) -> str:
    return f"Annotation {annotation['id']} of task {task_id}"


def _mask(region: Json, where: str) -> tuple[bytearray, int, int]:
    """Return the pixels of a painted region, with width and height."""
    try:
        width, height = int(region.get("original_width") or 0), int(region.get("original_height") or 0)
        return decode_mask(region["value"]["rle"], width, height), width, height
    except (MaskError, TypeError, ValueError) as error:
        raise ExportFormatError(f"{where}: {error}.") from error


def _add(made: Archive, task_id: int, annotation: Json, suffix: str, encode: Encoder) -> None:
    counted: dict[str, int] = {}
    for region, labels in labelled(annotation):
        if region["value"].get("rle") is None:
            continue
        what = "-".join(safe_word(one) for one in (region["from_name"], *(labels or ["no_label"])))
        number = counted.get(what, 0)
        counted[what] = number + 1
        mask, width, height = _mask(region, _where(task_id, annotation))
        name = f"task-{task_id}-annotation-{annotation['id']}-by-{author_id(annotation)}-{what}-{number}{suffix}"
        made.add(name, encode(mask, width, height))


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
BRUSH_TO_COCO = ExporterSpec(
    key="brush_to_coco",
    name="BRUSH_TO_COCO",
    title="Brush labels to COCO",
    description="One JSON with the masks of all images, as runs of pixels.",
    content_type="application/zip",
    extension=".zip",
    write=write_coco_masks,
    tags=("image segmentation",),
    suits=has_brush,
    media="asked",
)
