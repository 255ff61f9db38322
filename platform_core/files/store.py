"""The port behind which the bytes of files lie, and the folder that serves it unless something else does."""

import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from django.conf import settings

from platform_core.api.errors import NotFoundError
from tenants.scope import current_schema

KEY: Final = re.compile(r"[a-z0-9_]+(?:/[a-z0-9_-]+)*")
_PART: Final = ".part"


class FileStore(Protocol):
    """Where bytes lie. Keys are lower-case words separated by `/`."""

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
        """Yield (key, time of writing in seconds since 1970) of every file below a prefix."""


class LocalFileStore:
    """Files below a folder of this machine, or of one that all machines share."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def write(self, key: str, chunks: Iterable[bytes]) -> int:
        """Write beside the place and move it there, so that nobody sees half a file."""
        path = self._path(key)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}-{secrets.token_hex(4)}{_PART}")
        size = 0
        try:
            with part.open("xb") as file:
                part.chmod(0o600)
                for chunk in chunks:
                    size += file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
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
        """Walk the folder; halves that a crash has left behind count as files."""
        for path in sorted(self._path(prefix).rglob("*")):
            with suppress(FileNotFoundError):
                if path.is_file():
                    yield path.relative_to(self._root).as_posix().removesuffix(_PART), path.stat().st_mtime

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise ValueError(f"This is no key of a file: {key[:80]!r}")
        return self._root / key


def organization_files() -> FileStore:
    """Return the store of the organization in scope, apart from every other's."""
    return LocalFileStore(settings.TENON_FILES_ROOT / current_schema())


def schemas_with_files() -> list[str]:
    """Return the organizations' schemas that have files here."""
    root = settings.TENON_FILES_ROOT
    return sorted(path.name for path in root.iterdir() if path.is_dir()) if root.is_dir() else []


def delete_files_of(schemas: Iterable[str]) -> None:
    """Delete all files of organizations that are gone."""
    for schema in set(schemas) & set(schemas_with_files()):
        shutil.rmtree(settings.TENON_FILES_ROOT / schema, ignore_errors=True)
