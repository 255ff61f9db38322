"""Media for exports: files uploaded here, and addresses that may be called; never a path of this machine.

What an address says is never part of a path: of an uploaded file's URL only a number and a hexadecimal key are taken,
and every other address goes through the guarded module for outbound calls. What cannot be had is left out and reported.
"""

import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, cast
from urllib.parse import urlsplit

import orjson
from django.conf import settings

from platform_core.api.errors import NotFoundError
from platform_core.files import FileStore
from platform_core.outbound import OutboundError, OutboundLimits, OutboundTooLargeError, open_stream

MEBIBYTE: Final = 1024 * 1024
SPOOL_BYTES: Final = MEBIBYTE
BLOCK_BYTES: Final = 256 * 1024
REDIRECTS: Final = 3
MAX_ADDRESS_CHARS: Final = 500
_UPLOAD: Final = re.compile(r"/data/upload/(?P<project>[0-9]{1,18})/(?P<key>[0-9a-f]{32})-[^/\x00-\x1f]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaLimits:
    """How much one export may fetch: files, bytes together and of one file, seconds together and of one file."""

    files: int
    total_bytes: int
    file_bytes: int
    seconds: float
    file_seconds: float


def limits_in_request() -> MediaLimits:
    """Return what an export that somebody waits for may fetch; never more than a job may."""
    job = limits_in_job()
    return MediaLimits(
        files=min(500, job.files),
        total_bytes=min(256 * MEBIBYTE, job.total_bytes),
        file_bytes=min(64 * MEBIBYTE, job.file_bytes),
        seconds=30,
        file_seconds=10,
    )


def limits_in_job() -> MediaLimits:
    """Return what the conversion of a snapshot may fetch."""
    total = settings.TENON_EXPORT_MEDIA_BYTES
    return MediaLimits(
        files=settings.TENON_EXPORT_MEDIA_FILES,
        total_bytes=total,
        file_bytes=min(1024 * MEBIBYTE, total),
        seconds=2 * 3600,
        file_seconds=120,
    )


class _MissingError(Exception):
    """A file is not to be had; the code is for programs, the text for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class MediaFiles:
    """The media of one export.

    Args:
        store: of the organization.
        project_id: whose uploads may be taken without asking.
        may_see: says whether another project's uploads may be, by its id; asked only for such.
    """

    def __init__(
        self, store: FileStore, *, project_id: int, may_see: Callable[[int], bool], limits: MediaLimits
    ) -> None:
        self._store = store
        self._project_id = project_id
        self._may_see = may_see
        self._limits = limits
        self._end = time.monotonic() + limits.seconds
        self._report = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115  (closed by `close`)
        self._fetched = self._bytes = self._missing = 0

    @contextmanager
    def fetch(self, address: object, *, task: int) -> Iterator[BinaryIO | None]:
        """Give the bytes that an address stands for; None where they are not to be had, and the report says why."""
        with ExitStack() as opened:
            try:
                file: BinaryIO | None = self._opened(address, opened)
            except _MissingError as missing:
                self._miss(address, task, missing.code, str(missing))
                file = None
            except (OutboundError, NotFoundError) as error:
                self._miss(address, task, error.code, error.detail)
                file = None
            yield file

    def counts(self) -> dict[str, int]:
        """Return how many were fetched, their bytes together, and how many are missing."""
        return {"fetched": self._fetched, "bytes": self._bytes, "missing": self._missing}

    def report(self) -> Iterator[bytes]:
        """Yield a JSON object: the counts, and under `missing_files` each file that is not there with the reason."""
        yield orjson.dumps(self.counts())[:-1] + b',\n"missing_files":['
        self._report.seek(0)
        while block := self._report.read(BLOCK_BYTES):
            yield block
        yield b"]}\n"

    def close(self) -> None:
        """Forget the report."""
        self._report.close()

    def _opened(self, address: object, opened: ExitStack) -> BinaryIO:
        if not isinstance(address, str) or not address:
            raise _MissingError("no_address", "The task has no address of a file here.")
        self._refuse_more()
        file = self._own(address, opened) or self._others(address, opened)
        size = file.seek(0, 2)
        file.seek(0)
        if size > self._limits.file_bytes:
            raise _MissingError("too_large", f"Files of more than {self._limits.file_bytes:,} bytes are left out.")
        if size > self._limits.total_bytes - self._bytes:
            raise _MissingError("over_limit", self._over(f"{self._limits.total_bytes:,} bytes"))
        self._fetched += 1
        self._bytes += size
        return file

    def _refuse_more(self) -> None:
        if self._fetched >= self._limits.files:
            raise _MissingError("over_limit", self._over(f"{self._limits.files:,} files"))
        if time.monotonic() >= self._end:
            raise _MissingError("over_limit", self._over(f"{self._limits.seconds:g} seconds"))

    def _over(self, what: str) -> str:
        return f"One export fetches at most {what}; a snapshot that is converted fetches more."

    def _own(self, address: str, opened: ExitStack) -> BinaryIO | None:
        """Return an uploaded file; None where the address is none of one."""
        match = _UPLOAD.fullmatch(address)
        if match is None:
            return None
        project = int(match["project"])
        if project != self._project_id and not self._may_see(project):
            raise _MissingError("not_found", "There is no such file.")
        return opened.enter_context(self._store.open(f"uploads/{project}/{match['key']}"))

    def _others(self, address: str, opened: ExitStack) -> BinaryIO:
        """Return a file from elsewhere, read whole."""
        if _scheme(address) not in ("http", "https"):
            raise _MissingError("unsupported", "Only uploaded files and addresses with http or https are fetched.")
        left = self._limits.total_bytes - self._bytes
        limits = OutboundLimits(
            total_seconds=max(0.1, min(self._limits.file_seconds, self._end - time.monotonic())),
            max_bytes=max(1, min(self._limits.file_bytes, left)),
            redirects=REDIRECTS,
        )
        spool = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115  (the stack closes it)
        file = cast("BinaryIO", opened.enter_context(spool))
        try:
            with open_stream(url=address, limits=limits) as stream:
                if stream.status != 200:
                    raise _MissingError("status", f"{stream.host} answered with status {stream.status}.")
                for chunk in stream.chunks():
                    file.write(chunk)
        except OutboundTooLargeError as error:
            if limits.max_bytes < self._limits.file_bytes:
                raise _MissingError("over_limit", self._over(f"{self._limits.total_bytes:,} bytes")) from error
            raise
        return file

    def _miss(self, address: object, task: int, code: str, detail: str) -> None:
        shown = address[:MAX_ADDRESS_CHARS] if isinstance(address, str) else None
        row: dict[str, Any] = {"task": task, "address": shown, "code": code, "detail": detail}
        self._report.write((b",\n" if self._missing else b"\n") + orjson.dumps(row))
        self._missing += 1


def _scheme(address: str) -> str:
    try:
        return urlsplit(address).scheme.lower()
    except ValueError:
        return ""
