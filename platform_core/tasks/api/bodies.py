"""From a request to what is to be imported: a raw body, uploaded files, or a file behind a URL."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Final, cast
from urllib.parse import unquote, urlsplit

from django.conf import settings
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from platform_core.api.errors import PayloadTooLargeError, ValidationFailedError
from platform_core.api.parsers import announced_length
from platform_core.files import KNOWN_EXTENSIONS, extension_of
from platform_core.outbound import OutboundFailedError, OutboundLimits, open_stream
from platform_core.tasks.reading import detect_format
from platform_core.tasks.reading.formats import BY_CONTENT_TYPE
from platform_core.tasks.reading.spool import spooled
from platform_core.tasks.services.import_runs import ImportOptions, IncomingFile
from platform_core.tasks.services.import_sources import CORE_FORMATS, HEAD_BYTES

MAX_FILES: Final = 100
MAX_FIELDS: Final = 100
URL_SECONDS: Final = 60.0
YES: Final = frozenset({"1", "true", "yes", "on"})


class StreamParser(BaseParser):
    """Hands the unread body to the view."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:  # noqa: ARG002
        """Return the stream itself."""
        return stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What a request brings.

    Attributes:
        files: to be kept and imported; at least one, or exactly one body.
        is_body: the one file is the request's body.
        url: where the one file was fetched from.
    """

    files: list[IncomingFile]
    is_body: bool
    url: str = ""

    def parts(self) -> list[bytes | BinaryIO]:
        """Return what makes this request another one: names and contents, or the URL, whatever is behind it now."""
        if self.url:
            return [self.url.encode()]
        return [part for file in self.files for part in (file.name.encode("utf-8", "replace"), file.stream)]


@contextmanager
def incoming(request: Request) -> Iterator[Incoming]:
    """Take what is to be imported off the network; files live as long as the block.

    Raises:
        PayloadTooLargeError: it is over the limit.
        ValidationFailedError: the form has neither files nor a URL, or too many files.
        OutboundError: the URL cannot be fetched.
    """
    kind = (request.content_type or "").partition(";")[0].strip().lower()
    with ExitStack() as stack:
        if kind not in ("multipart/form-data", "application/x-www-form-urlencoded"):
            body = stack.enter_context(raw_body(request))
            file = IncomingFile(stream=body, name="", content_type=request.content_type)
            yield Incoming(files=[file], is_body=True)
            return
        refuse_long_announcement(request)
        files = [
            IncomingFile(stream=_binary(file), name=file.name or "", content_type=file.content_type)
            for name in request.FILES
            for file in request.FILES.getlist(name)
        ]
        if len(files) > MAX_FILES:
            raise ValidationFailedError(
                validation_errors={"file": [f"Send 1 to {MAX_FILES} files; {len(files)} came."]}
            )
        url = ""
        if not files:
            url = _url(request)
            files = [stack.enter_context(_fetched(url))]
        yield Incoming(files=files, is_body=False, url=url)


def raw_body(request: Request) -> BinaryIO:
    """Return the whole body as a file, to be closed, taken off the network.

    Raises:
        PayloadTooLargeError: it is over the limit, by its announced length or in fact.
        BadRequestError: it came too slowly.
    """
    refuse_long_announcement(request)
    stream = request._request  # noqa: SLF001  (the unread body; DRF's own attribute would parse it)
    return spooled(stream, max_bytes=settings.TENON_MAX_IMPORT_BYTES, max_seconds=settings.TENON_MAX_BODY_SECONDS)


def refuse_long_announcement(request: Request) -> None:
    """Refuse a body by the length that it announces.

    Raises:
        PayloadTooLargeError: it is over the limit.
    """
    limit = settings.TENON_MAX_IMPORT_BYTES
    if announced_length(request) > limit:
        raise PayloadTooLargeError(f"An import takes at most {limit} bytes; split the file.", data={"limit": limit})


def import_options(request: Request) -> ImportOptions:
    """Return the options of an import, which stand in the query.

    Raises:
        ValidationFailedError: there are too many fields.
    """
    query = request.query_params
    fields = [
        name.strip()
        for value in query.getlist("preannotated_from_fields")
        for name in value.strip("[]").split(",")
        if name.strip()
    ]
    if len(fields) > MAX_FIELDS:
        raise ValidationFailedError(validation_errors={"preannotated_from_fields": [f"At most {MAX_FIELDS} fields."]})
    return ImportOptions(
        format=query.get("format") or None,
        commit=query.get("commit_to_project", "true").lower() in YES,
        preannotated_from_fields=[name.strip("\"'") for name in fields],
    )


def named_body(body: IncomingFile, options: ImportOptions) -> IncomingFile:
    """Give a body the name of a file of its format, under which it is kept for later."""
    head = body.stream.read(HEAD_BYTES)
    body.stream.seek(0)
    name = options.format if options.format in CORE_FORMATS else detect_format(head, None, body.content_type)
    return IncomingFile(stream=body.stream, name=f"import.{name}", content_type=body.content_type)


def wants(request: Request, name: str) -> bool:
    """Say whether a switch of the query is on."""
    return request.query_params.get(name, "").lower() in YES


def _binary(file: Any) -> BinaryIO:
    """Return the plain file inside an uploaded one, which has a different idea of reading."""
    return cast("BinaryIO", file.file)


def _url(request: Request) -> str:
    url = request.data.get("url") if hasattr(request.data, "get") else None
    if not isinstance(url, str) or not url.strip():
        raise ValidationFailedError(
            validation_errors={"file": [f"Send 1 to {MAX_FILES} files, or a `url`; nothing came."]}
        )
    return url.strip()


@contextmanager
def _fetched(url: str) -> Iterator[IncomingFile]:
    """Fetch a file through the guard."""
    limits = OutboundLimits(redirects=5, max_bytes=settings.TENON_MAX_IMPORT_BYTES, total_seconds=URL_SECONDS)
    with tempfile.TemporaryFile() as file:
        with open_stream(url=url, limits=limits) as answer:
            if answer.status != 200:
                raise OutboundFailedError(
                    f"{answer.host} answers {answer.status}.", data={"host": answer.host, "status": answer.status}
                )
            for chunk in answer.chunks():
                file.write(chunk)
            content_type = answer.headers.get("content-type", "")
            name = _name_of(answer.url, content_type)
        file.seek(0)
        yield IncomingFile(stream=file, name=name, content_type=content_type)


def _name_of(url: str, content_type: str) -> str:
    """Return the last part of a URL's path, with an extension by the content type where it has none that is known."""
    name = PurePosixPath(unquote(urlsplit(url).path)).name
    declared = BY_CONTENT_TYPE.get(content_type.partition(";")[0].strip().lower())
    if declared is not None and extension_of(name) not in KNOWN_EXTENSIONS:
        return f"{name or 'import'}.{declared}"
    return name
