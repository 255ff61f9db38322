"""Media in archives: pictures beside the labels, and a file that says which of them could not be had."""

import shutil
from dataclasses import replace
from typing import BinaryIO, Final

from platform_core.sdk import ExportContext, ExportedTask, ExporterSpec
from tenon_formats.archive import Archive
from tenon_formats.names import UniqueNames, media_name
from tenon_formats.regions import value_at

REPORT: Final = "media.json"
FOLDER: Final = "images"
_KINDS: Final = (
    (b"\xff\xd8\xff", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"GIF8", ".gif"),
    (b"BM", ".bmp"),
    (b"II*\0", ".tif"),
    (b"MM\0*", ".tif"),
)
_HEAD_BYTES: Final = 16


class ImageFiles:
    """The pictures of an archive, each under a name of its own.

    Args:
        key: of the task's data that holds the address of its picture.
    """

    def __init__(self, made: Archive, context: ExportContext, key: str | None) -> None:
        self._made = made
        self._media = context.media
        self._key = key
        self._names = UniqueNames()

    def add(self, task: ExportedTask) -> tuple[str, str]:
        """Put the picture of a task into `images/`, where media are wanted and it can be had.

        Returns its name, and the stem of that name for files that belong to it; both occur once in the archive.
        """
        address = value_at(task.data, self._key)
        name = media_name(address, task.id)
        stem = self._names.stem(name, task.id)
        suffix = name[name.rindex(".") :] if "." in name else ""
        if self._media is None:
            return f"{stem}{suffix}", stem
        first = address[0] if isinstance(address, list) and address else address
        with self._media.fetch(first, task=task.id) as file:
            if file is not None:
                suffix = suffix or _kind(file)
                with self._made.file(f"{FOLDER}/{stem}{suffix}", packed=False) as out:
                    shutil.copyfileobj(file, out)
        return f"{stem}{suffix}", stem

    def finish(self) -> None:
        """Write what was fetched and what was not."""
        if self._media is not None:
            with self._made.file(REPORT) as out:
                out.writelines(self._media.report())


def with_images(spec: ExporterSpec) -> ExporterSpec:
    """Return the format that always holds the images, as Label Studio names it."""
    return replace(
        spec,
        key=f"{spec.key}_with_images",
        name=f"{spec.name}_WITH_IMAGES",
        title=f"{spec.title} with images",
        description=f"{spec.description.removesuffix('.')}; with the images.",
        media="always",
    )


def _kind(file: BinaryIO) -> str:
    """Return the ending that training code knows a picture by, from how it begins."""
    head = file.read(_HEAD_BYTES)
    file.seek(0)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return ".webp"
    return next((suffix for magic, suffix in _KINDS if head.startswith(magic)), "")
