"""Files of exports below `TENON_DATA_DIR`: a folder an organization, whole files only.

A file is written beside its place under a name of its own and moved there when it is on disk, so a file with its final
name is complete, whoever was killed when. Names are made here from numbers; nothing of a request ends in a path.
"""

import contextlib
import hashlib
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.conf import settings

from tenants.scope import OrganizationRef

_NAME: Final = re.compile(r"(?P<snapshot>[0-9]+)(?:-(?P<conversion>[0-9]+))?(?P<part>\.part-[0-9a-f]{32})?")
ABANDONED_SECONDS: Final = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """A file that is complete: bytes and hexadecimal digests."""

    size: int
    md5: str
    sha256: str


class DigestingFile:
    """Takes bytes, and knows how many and their digests; what exporters write to."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._sha256 = hashlib.sha256()
        self.size = 0

    def write(self, block: Any) -> int:
        """Append bytes."""
        self._raw.write(block)
        self._md5.update(block)
        self._sha256.update(block)
        self.size += len(block)
        return len(block)

    def writelines(self, blocks: Iterable[Any]) -> None:
        """Append bytes, piece by piece."""
        for block in blocks:
            self.write(block)

    def flush(self) -> None:
        """Hand what is buffered to the system."""
        self._raw.flush()

    def facts(self) -> FileFacts:
        """Return what was written so far."""
        return FileFacts(size=self.size, md5=self._md5.hexdigest(), sha256=self._sha256.hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFiles:
    """The files of one organization."""

    folder: Path

    def path(self, snapshot_id: int, conversion_id: int | None = None) -> Path:
        """Return where the file of a snapshot, or of one of its conversions, lies."""
        return self.folder / (f"{snapshot_id:d}" if conversion_id is None else f"{snapshot_id:d}-{conversion_id:d}")

    @contextmanager
    def writing(self, path: Path) -> Iterator[DigestingFile]:
        """Give a file that comes to its place when the block ends well, and vanishes when it raises."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.part-{uuid.uuid4().hex}")
        try:
            with part.open("xb") as raw:
                out = DigestingFile(raw)
                yield out
                raw.flush()
                os.fsync(raw.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        self._sync_folder()

    def delete(self, snapshot_id: int) -> None:
        """Delete the file of a snapshot, those of its conversions, and what an interrupted job left of them."""
        for path, match in self._found():
            if int(match["snapshot"]) == snapshot_id:
                path.unlink(missing_ok=True)

    def snapshot_ids(self) -> set[int]:
        """Return the ids of the snapshots that any file belongs to."""
        return {int(match["snapshot"]) for _, match in self._found()}

    def delete_abandoned(self) -> None:
        """Delete parts that nobody has written to for a day."""
        for path, match in self._found():
            with contextlib.suppress(FileNotFoundError):
                if match["part"] and path.stat().st_mtime < time.time() - ABANDONED_SECONDS:
                    path.unlink()

    def _found(self) -> Iterator[tuple[Path, re.Match[str]]]:
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            match = _NAME.fullmatch(path.name)
            if match is not None:
                yield path, match

    def _sync_folder(self) -> None:
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _root() -> Path:
    return Path(settings.TENON_EXPORTS_ROOT)


def export_files(organization: OrganizationRef) -> ExportFiles:
    """Return the files of an organization; the name of its schema never becomes another's."""
    return ExportFiles(folder=_root() / organization.schema)


def folders_with_exports() -> list[str]:
    """Return the schemas that a folder exists for."""
    return sorted(path.name for path in _root().iterdir() if path.is_dir()) if _root().is_dir() else []


def delete_folders(schemas: Iterable[str]) -> None:
    """Delete the folders of organizations that are gone."""
    for schema in set(schemas) & set(folders_with_exports()):
        shutil.rmtree(_root() / schema, ignore_errors=True)
