"""The port behind which the bytes of files lie, and the folder that serves it unless something else does."""

import os
import re
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from django.conf import settings

from platform_core.api.errors import NotFoundError
from tenants.models import organization_refs
from tenants.scope import OrganizationRef, current_schema, public_scope

KEY: Final = re.compile(r"[a-z0-9_]+(?:/[a-z0-9_-]+)*")
_PART: Final = ".part"
_ATTEMPTS: Final = 5


class FileWriter(Protocol):
    """A file under way; bytes are only ever appended."""

    def write(self, block: bytes, /) -> object:
        """Append bytes."""


class FileStore(Protocol):
    """Where bytes lie. Keys are lower-case words separated by `/`."""

    def create(self, key: str) -> AbstractContextManager[FileWriter]:
        """Give a file to write. It comes to its place when the block ends well, and vanishes when it raises.

        One of the same key is replaced then, and is whole until then.
        """

    def write(self, key: str, chunks: Iterable[bytes]) -> int:
        """Store a file, whole or not at all, and return its size; one of the same key is replaced."""

    def open(self, key: str) -> BinaryIO:
        """Return the file, to be closed; it can be sought.

        Raises:
            NotFoundError: there is none.
        """

    def delete(self, key: str) -> None:
        """Delete a file, if it is there."""

    def keys(self, prefix: str) -> Iterator[tuple[str, float]]:
        """Yield (key, time of writing in seconds since 1970) of every whole file below a prefix."""

    def delete_halves(self, *, older_than_seconds: float) -> int:
        """Delete what writers that were killed have left and nobody has written to for so long; return how many."""


class LocalFileStore:
    """Files below a folder of this machine, or of one that all machines share."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @contextmanager
    def create(self, key: str) -> Iterator[FileWriter]:
        """Write beside the place and move it there, so that nobody sees half a file."""
        path = self._path(key)
        part = path.with_name(f"{path.name}.{secrets.token_hex(8)}{_PART}")
        try:
            with _new_file(part) as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        _keep_name(path.parent)

    def write(self, key: str, chunks: Iterable[bytes]) -> int:
        """Write a file piece by piece."""
        size = 0
        with self.create(key) as file:
            for chunk in chunks:
                file.write(chunk)
                size += len(chunk)
        return size

    def open(self, key: str) -> BinaryIO:
        """Open the file; raises `NotFoundError` where there is none."""
        try:
            return self._path(key).open("rb")
        except FileNotFoundError as error:
            raise NotFoundError("The file is gone.") from error

    def delete(self, key: str) -> None:
        """Delete the file, and its folder once it is empty."""
        path = self._path(key)
        path.unlink(missing_ok=True)
        with suppress(OSError):
            path.parent.rmdir()

    def keys(self, prefix: str) -> Iterator[tuple[str, float]]:
        """Walk the folder; halves are left out."""
        for path in sorted(self._path(prefix).rglob("*")):
            with suppress(FileNotFoundError):
                if path.suffix != _PART and path.is_file():
                    yield path.relative_to(self._root).as_posix(), path.stat().st_mtime

    def delete_halves(self, *, older_than_seconds: float) -> int:
        """Walk all folders."""
        before, gone = time.time() - older_than_seconds, 0
        for path in list(self._root.rglob(f"*{_PART}")):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before:
                    path.unlink()
                    gone += 1
        return gone

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise ValueError(f"This is no key of a file: {key[:80]!r}")
        return self._root / key


def _new_file(path: Path) -> BinaryIO:
    """Make a file that only we may read; its folder may be deleted in between by whoever empties it."""
    for _ in range(_ATTEMPTS):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    raise FileNotFoundError(path.parent.name)


def _keep_name(folder: Path) -> None:
    """Have the system write down which names a folder has."""
    with suppress(FileNotFoundError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def organization_files() -> FileStore:
    """Return the one store of the organization in scope, apart from every other's: uploads, exports, all it keeps.

    The only place that decides where an organization's bytes lie.
    """
    return LocalFileStore(Path(settings.TENON_FILES_ROOT) / current_schema())


def schemas_with_files() -> list[str]:
    """Return the organizations' schemas that have files here."""
    root = settings.TENON_FILES_ROOT
    return sorted(path.name for path in root.iterdir() if path.is_dir()) if root.is_dir() else []


def organizations_with_files() -> list[OrganizationRef]:
    """Return the organizations that have files here; folders of those that are gone are left out."""
    kept = set(schemas_with_files())
    with public_scope():
        return [ref for ref in organization_refs() if ref.schema in kept]


def delete_files_of(schemas: Iterable[str]) -> None:
    """Delete all files of organizations that are gone."""
    for schema in set(schemas) & set(schemas_with_files()):
        shutil.rmtree(settings.TENON_FILES_ROOT / schema, ignore_errors=True)
