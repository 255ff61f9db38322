"""A store that takes no more than it may."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from platform_core.api.errors import PayloadTooLargeError
from platform_core.files.store import FileStore, FileWriter


class StorageFullError(PayloadTooLargeError):
    """The organization's files would take more than its quota; `data` has `limit` and `used` in bytes."""

    code = "storage_full"
    default_detail = "The storage of this organization is full."


class LimitedStore:
    """Another store, as long as there is room in it.

    Args:
        limit: bytes that the organization may keep.
        used: bytes that it kept when this was made; what is written through this adds to it.
    """

    def __init__(self, store: FileStore, *, limit: int, used: int) -> None:
        self._store = store
        self._limit = limit
        self._used = used

    @contextmanager
    def create(self, key: str) -> Iterator[FileWriter]:
        """Give a file that refuses the byte which is too many; raises `StorageFullError`, also where nothing fits."""
        self.take(0)
        with self._store.create(key) as file:
            yield _Counted(file, self)

    def write(self, key: str, chunks: Iterable[bytes]) -> int:
        """Store a file; raises as `create`."""
        size = 0
        with self.create(key) as file:
            for chunk in chunks:
                file.write(chunk)
                size += len(chunk)
        return size

    def open(self, key: str) -> BinaryIO:
        """Return the file."""
        return self._store.open(key)

    def delete(self, key: str) -> None:
        """Delete a file; the room is not given back to this object."""
        self._store.delete(key)

    def keys(self, prefix: str) -> Iterator[tuple[str, float]]:
        """Yield the files."""
        return self._store.keys(prefix)

    def delete_halves(self, *, older_than_seconds: float) -> int:
        """Delete abandoned halves."""
        return self._store.delete_halves(older_than_seconds=older_than_seconds)

    def take(self, size: int) -> None:
        """Use up some bytes.

        Raises:
            StorageFullError: there is no room for them, or none at all.
        """
        if self._used >= self._limit or self._used + size > self._limit:
            raise StorageFullError(
                f"The organization may keep {self._limit:,} bytes of uploads and exports, and {self._used:,} are used. "
                "Delete uploaded files or exports that nobody needs, or ask who runs this platform for more.",
                data={"limit": self._limit, "used": self._used},
            )
        self._used += size


class _Counted:
    def __init__(self, file: FileWriter, store: LimitedStore) -> None:
        self._file = file
        self._store = store

    def write(self, block: bytes, /) -> object:
        """Append bytes."""
        self._store.take(len(block))
        return self._file.write(block)
