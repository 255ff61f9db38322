"""COCO: images, categories and annotations of one JSON, joined in a database of its own on disk."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any, BinaryIO, Final, TypeGuard
from urllib.parse import urlsplit

from platform_core.sdk import ImportContext, ImportedTask, ImporterSpec, ImportFormatError
from tenon_formats.importers.datasets import NO_PROJECT, FoundImage, FoundShape, TaskMaker, refuse
from tenon_formats.importers.nesting import refuse_deep

Json = dict[str, Any]
MAX_BYTES: Final = 128 * 1024 * 1024
MAX_CATEGORIES: Final = 100_000
NOT_COCO: Final = "This is no COCO JSON that can be read."
_SIGNS: Final = (re.compile(rb'"images"\s*:\s*\['), re.compile(rb'"file_name"\s*:'))
_TABLES: Final = """
    CREATE TABLE images (place INTEGER PRIMARY KEY, id TEXT UNIQUE, row TEXT);
    CREATE TABLE annotations (place INTEGER PRIMARY KEY, image TEXT, row TEXT);"""
_ORPHAN: Final = "SELECT row FROM annotations WHERE image NOT IN (SELECT id FROM images) LIMIT 1"


def read_coco(stream: BinaryIO, context: ImportContext) -> Iterator[ImportedTask]:
    """Yield a task for each image; see `formats.md` for what becomes of its annotations.

    Raises:
        ImportFormatError: the file is no COCO, too large, or an entry in it is wrong.
    """
    maker, size = TaskMaker(context), stream.seek(0, 2)
    stream.seek(0)
    if size > MAX_BYTES:
        raise ImportFormatError(f"COCO files of at most {MAX_BYTES:,} bytes are read; this one has {size:,}.")
    refuse_deep(stream)
    # An empty name is a file of sqlite's own, gone with the connection.
    with closing(sqlite3.connect("", check_same_thread=False)) as table:
        table.executescript(_TABLES)
        labels = _labels(stream)
        _fill(table, stream)
        _refuse_orphans(table)
        rows = table.execute("SELECT place, id, row FROM images ORDER BY place")
        for item, (_, identifier, row) in enumerate(rows):
            image, annotations = (
                json.loads(row),
                table.execute("SELECT row FROM annotations WHERE image = ? ORDER BY place", (identifier,)),
            )
            found = _image(image, item)
            shapes = [_shape(json.loads(one), found, labels, item) for (one,) in annotations]
            yield maker.task(found, shapes, item=item)


def _items(stream: BinaryIO, name: str) -> Iterator[Json]:
    # Inline: most processes never read COCO.
    import ijson

    stream.seek(0)
    try:
        for row in ijson.items(stream, f"{name}.item", use_float=True):
            if not isinstance(row, dict):
                raise ImportFormatError(f"{NOT_COCO} What is in {name!r} must be objects.")
            yield row
    except (ijson.JSONError, UnicodeDecodeError, RecursionError, OverflowError) as error:
        raise ImportFormatError(NOT_COCO) from error


def _labels(stream: BinaryIO) -> dict[str, str]:
    labels: dict[str, str] = {}
    for row in _items(stream, "categories"):
        if not isinstance(row.get("name"), str) or len(labels) >= MAX_CATEGORIES:
            raise ImportFormatError("A category has no name, or there are too many.", key="categories")
        labels[_id(row.get("id"))] = row["name"]
    return labels


def _fill(table: sqlite3.Connection, stream: BinaryIO) -> None:
    images = ((_id(row.get("id")), json.dumps(row)) for row in _items(stream, "images"))
    try:
        table.executemany("INSERT INTO images (id, row) VALUES (?, ?)", images)
    except sqlite3.IntegrityError as error:
        raise ImportFormatError("Two images have the same id.", key="images") from error
    table.execute("CREATE INDEX by_image ON annotations (image)")
    rows = ((_id(row.get("image_id")), json.dumps(row)) for row in _items(stream, "annotations"))
    table.executemany("INSERT INTO annotations (image, row) VALUES (?, ?)", rows)


def _refuse_orphans(table: sqlite3.Connection) -> None:
    if table.execute("SELECT 1 FROM images LIMIT 1").fetchone() is None:
        raise ImportFormatError("The file has no images.", key="images")
    for (row,) in table.execute(_ORPHAN):
        found = json.loads(row)
        which, image = _id(found.get("id")), _id(found.get("image_id"))
        raise ImportFormatError(f"Annotation {which} is of image {image}, which the file has not.", key="annotations")


def _image(row: Json, item: int) -> FoundImage:
    name, width, height = row.get("file_name"), row.get("width"), row.get("height")
    if not isinstance(name, str) or not name:
        raise refuse(item, "the image has no file_name.", "file_name")
    if not (type(width) is int and type(height) is int and width > 0 and height > 0):
        raise refuse(item, "the image needs width and height in pixels.", "width")
    urls = (row.get("coco_url"), row.get("flickr_url"), name)
    url = next((one for one in urls if isinstance(one, str) and _is_web(one)), None)
    return FoundImage(name=name, size=(width, height), url=url)


def _is_web(text: str) -> bool:
    try:
        return urlsplit(text).scheme in ("http", "https")
    except ValueError:
        return False


def _shape(row: Json, image: FoundImage, labels: dict[str, str], item: int) -> FoundShape:
    which, category = _id(row.get("id")), _id(row.get("category_id"))
    if category not in labels:
        raise refuse(item, f"annotation {which} is of category {category}, which the file has not.", "category_id")
    width, height = image.size or (1, 1)
    box, outline = row.get("bbox"), _outline(row.get("segmentation"))
    if not _is_box(box):
        if not outline:
            raise refuse(item, f"annotation {which} has neither a bbox nor a polygon.", "bbox")
        xs, ys = outline[::2], outline[1::2]
        box = [min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)]
    score = row.get("score")
    return FoundShape(
        label=labels[category],
        box=(box[0] / width, box[1] / height, box[2] / width, box[3] / height),
        outline=tuple((x / width, y / height) for x, y in zip(outline[::2], outline[1::2], strict=True)),
        score=float(score) if _is_number(score) and 0 <= score <= 1 else None,
    )


def _outline(segmentation: Any) -> list[float]:
    """Return the numbers of the first polygon; none for masks in run lengths, which are read as their boxes."""
    first = segmentation[0] if isinstance(segmentation, list) and segmentation else None
    usable = isinstance(first, list) and len(first) >= 6 and len(first) % 2 == 0 and all(map(_is_number, first))
    return first if usable and isinstance(first, list) else []


def _is_box(value: Any) -> TypeGuard[list[float]]:
    return isinstance(value, list) and len(value) == 4 and all(map(_is_number, value)) and min(value[2:]) >= 0


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9


def _id(value: Any) -> str:
    return json.dumps(value)[:80]


def is_coco(head: bytes, filename: str) -> bool:
    """Say whether a JSON file begins as COCO does."""
    named = filename.lower().endswith(".json")
    return named and head.lstrip().startswith(b"{") and all(sign.search(head) for sign in _SIGNS)


def refuse_without_project(stream: BinaryIO) -> Iterator[ImportedTask]:  # noqa: ARG001
    """Refuse: there is no label config."""
    raise ImportFormatError(NO_PROJECT)


COCO = ImporterSpec(
    key="coco",
    title="COCO",
    description="A task an image; its boxes and polygons become an annotation, or a prediction where they have scores.",
    content_types=(),
    extensions=(".json",),
    sniff=is_coco,
    read=refuse_without_project,
    read_for=read_coco,
)
