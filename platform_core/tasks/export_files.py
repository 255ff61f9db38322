"""Files of exports in the organization's store; keys are made here from numbers, nothing of a request is in them."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from platform_core.files import FileStore, FileWriter

FOLDER: Final = "exports"
JSON_NAME: Final = "json"
_OF_SNAPSHOT: Final = re.compile(rf"{FOLDER}/(?P<snapshot>[0-9]+)/")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """A file that is complete: bytes and hexadecimal digests."""

    size: int
    md5: str
    sha256: str


class DigestingFile:
    """Takes bytes, and knows how many and their digests; what exporters write to."""

    def __init__(self, raw: FileWriter) -> None:
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
        """Nothing waits here."""

    def facts(self) -> FileFacts:
        """Return what was written so far."""
        return FileFacts(size=self.size, md5=self._md5.hexdigest(), sha256=self._sha256.hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFiles:
    """The exports in a store: a snapshot's JSON and its conversions lie together."""

    store: FileStore

    @contextmanager
    def writing(self, snapshot_id: int, conversion_id: int | None = None) -> Iterator[DigestingFile]:
        """Give a file that comes to its place when the block ends well, and vanishes when it raises."""
        with self.store.create(_key(snapshot_id, conversion_id)) as raw:
            yield DigestingFile(raw)

    def open(self, snapshot_id: int, conversion_id: int | None = None) -> BinaryIO:
        """Return a file, to be closed; raises `NotFoundError` where there is none."""
        return self.store.open(_key(snapshot_id, conversion_id))

    def delete(self, snapshot_id: int) -> None:
        """Delete the file of a snapshot and those of its conversions."""
        for key, _ in list(self.store.keys(f"{FOLDER}/{snapshot_id:d}")):
            self.store.delete(key)

    def snapshot_ids(self) -> set[int]:
        """Return the ids of the snapshots that any file belongs to."""
        found = (_OF_SNAPSHOT.match(key) for key, _ in self.store.keys(FOLDER))
        return {int(match["snapshot"]) for match in found if match}


def _key(snapshot_id: int, conversion_id: int | None) -> str:
    return f"{FOLDER}/{snapshot_id:d}/{JSON_NAME if conversion_id is None else f'{conversion_id:d}'}"
