"""Archives of images with labels: YOLO (`labels/*.txt`, `classes.txt`), or Pascal VOC (`*.xml`)."""

import struct
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Final

from platform_core.sdk import ImportContext, ImportedTask, ImporterSpec, ImportFormatError
from tenon_formats.importers.coco import refuse_without_project
from tenon_formats.importers.datasets import ENDINGS, FoundImage, FoundShape, TaskMaker, refuse
from tenon_formats.importers.packed import Packed, opened_archive

MAGIC: Final = b"PK\x03\x04"
CLASSES: Final = "classes.txt"
MAX_OBJECTS: Final = 100_000
NUMBERS: Final = "4 numbers from 0 to 1 with perhaps a 5th for the score, or corners"
CORNERS: Final = ("xmin", "ymin", "xmax", "ymax")
NEITHER: Final = "The archive holds neither YOLO (classes.txt and labels/*.txt) nor Pascal VOC (Annotations/*.xml)."


def read_archive(stream: BinaryIO, context: ImportContext) -> Iterator[ImportedTask]:
    """Yield a task for each file of labels.

    Raises:
        ImportFormatError: the archive is neither of the two, is built to be huge, or a file in it is wrong.
    """
    maker = TaskMaker(context)
    with opened_archive(stream) as packed:
        classes = next((name for name in packed.names if PurePosixPath(name).name == CLASSES), None)
        documents = sorted(name for name in packed.names if name.lower().endswith(".xml"))
        if classes is not None:
            yield from _yolo(packed, classes, maker)
        elif documents:
            yield from _voc(packed, documents, maker)
        else:
            raise ImportFormatError(NEITHER)


def _yolo(packed: Packed, classes: str, maker: TaskMaker) -> Iterator[ImportedTask]:
    labels = [line.strip() for line in _decoded(packed, classes, 0).splitlines() if line.strip()]
    images = {PurePosixPath(name).stem: name for name in packed.names if name.lower().endswith(ENDINGS)}
    texts = sorted(
        name for name in packed.names if name.lower().endswith(".txt") and PurePosixPath(name).parent.name == "labels"
    )
    if not texts:
        raise ImportFormatError("The archive has no labels/*.txt.")
    for item, name in enumerate(texts):
        stem = PurePosixPath(name).stem
        picture = images.get(stem)
        size = _pixels(packed.head(picture)) if picture else None
        image = FoundImage(name=PurePosixPath(picture).name if picture else stem, size=size)
        lines = enumerate(_decoded(packed, name, item).splitlines(), start=1)
        shapes = [
            _yolo_shape(line.split(), labels, item, f"{name[:80]}:{number}") for number, line in lines if line.strip()
        ]
        yield maker.task(image, shapes, item=item)


def _yolo_shape(words: list[str], labels: list[str], item: int, place: str) -> FoundShape:
    try:
        number, values = int(words[0]), [float(word) for word in words[1:]]
        label = labels[number] if number >= 0 else ""
    except (ValueError, IndexError):
        label, values = "", []
    inside = all(-0.01 <= value <= 1.01 for value in values)
    if not label or not inside or (len(values) not in (4, 5) and (len(values) < 6 or len(values) % 2)):
        raise refuse(
            item,
            f"{place} must be a class of {CLASSES} and 4 numbers from 0 to 1, a 5th for the score, or corners.",
            "labels",
        )
    if len(values) <= 5:
        across, down, width, height = values[:4]
        score = values[4] if len(values) == 5 else None
        return FoundShape(label=label, box=(across - width / 2, down - height / 2, width, height), score=score)
    corners = tuple(zip(values[::2], values[1::2], strict=True))
    xs, ys = values[::2], values[1::2]
    return FoundShape(label=label, box=(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)), outline=corners)


def _voc(packed: Packed, documents: list[str], maker: TaskMaker) -> Iterator[ImportedTask]:
    # Inline: most processes never read XML here.
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    for item, name in enumerate(documents):
        try:
            root = fromstring(packed.text(name), forbid_dtd=True)
        except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError) as error:
            if isinstance(error, ImportFormatError):
                raise
            raise refuse(item, f"{name[:80]!r} is no XML that is read here; a DTD or entities are refused.") from error
        width, height = _whole(root, "size/width"), _whole(root, "size/height")
        if not width or not height:
            raise refuse(item, f"{name[:80]!r} has no size with width and height.", "size")
        image = FoundImage(
            name=(root.findtext("filename") or PurePosixPath(name).stem).strip()[:500], size=(width, height)
        )
        objects = root.findall("object")[:MAX_OBJECTS]
        shapes = [_voc_shape(one, (width, height), item, name) for one in objects]
        yield maker.task(image, shapes, item=item)


def _voc_shape(element: Any, size: tuple[int, int], item: int, name: str) -> FoundShape:
    label = (element.findtext("name") or "").strip()
    corners = [_number(element, f"bndbox/{one}") for one in CORNERS]
    known = [one for one in corners if one is not None]
    if not label or len(known) < 4 or known[2] < known[0] or known[3] < known[1]:
        raise refuse(
            item, f"an object of {name[:80]!r} needs a name and a bndbox with xmin, ymin, xmax, ymax.", "object"
        )
    # Pixels are counted from 1, and the last one is inside the box.
    left, top, right, bottom = known[0] - 1, known[1] - 1, known[2], known[3]
    across, down = size
    return FoundShape(label=label, box=(left / across, top / down, (right - left) / across, (bottom - top) / down))


def _number(element: Any, path: str) -> float | None:
    try:
        value = float(element.findtext(path) or "")
    except ValueError:
        return None
    return value if abs(value) < 1e9 else None


def _whole(element: Any, path: str) -> int:
    return int(_number(element, path) or 0)


def _decoded(packed: Packed, name: str, item: int) -> str:
    try:
        return packed.text(name).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refuse(item, f"{name[:80]!r} is not in UTF-8.") from error


def _pixels(head: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG, GIF or JPEG, as its beginning says; None for others."""
    if head.startswith(b"\x89PNG\r\n\x1a\n") and len(head) >= 24:
        return _sized(*struct.unpack(">II", head[16:24]))
    if head.startswith(b"GIF8") and len(head) >= 10:
        return _sized(*struct.unpack("<HH", head[6:10]))
    place = 2 if head.startswith(b"\xff\xd8") else len(head)
    while place + 9 <= len(head) and head[place] == 0xFF:
        kind = head[place + 1]
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", head[place + 5 : place + 9])
            return _sized(width, height)
        place += 2 + int.from_bytes(head[place + 2 : place + 4], "big")
    return None


def _sized(width: int, height: int) -> tuple[int, int] | None:
    return (width, height) if width and height else None


def is_image_archive(head: bytes, filename: str) -> bool:
    """Say whether a file is a zip archive by name and beginning; what is in it is for the reader to see."""
    return head.startswith(MAGIC) and filename.lower().endswith(".zip")


IMAGE_ARCHIVE = ImporterSpec(
    key="image_archive",
    title="YOLO or Pascal VOC",
    description="A zip archive with labels of images, a task an image.",
    content_types=("application/zip",),
    extensions=(".zip",),
    sniff=is_image_archive,
    read=refuse_without_project,
    read_for=read_archive,
)
