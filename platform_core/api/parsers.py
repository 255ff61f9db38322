"""Request bodies: JSON read strictly and within a limit. Imports do not come here; they are read as a stream."""

from collections.abc import Mapping
from email.message import Message
from typing import IO, Any

from django.conf import settings
from rest_framework.parsers import BaseParser

from platform_core.api.errors import PayloadTooLargeError, UnsupportedMediaTypeError
from platform_core.api.json import loads_strict

ACCEPTED_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


def announced_length(request: Any) -> int:
    """Return how many bytes a request says its body has; 0 where it says nothing, or no number."""
    text = request.META.get("CONTENT_LENGTH") or "0"
    # A number of thousands of digits is no integer of Python's; its first twenty say as much: too large.
    return int(text[:20]) if text.isascii() and text.isdigit() else 0


class JSONParser(BaseParser):
    """Parses `application/json` bodies up to `settings.DATA_UPLOAD_MAX_MEMORY_SIZE` bytes; an empty body is `{}`."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the parsed body.

        Raises:
            BadRequestError: the body is not strict JSON.
            PayloadTooLargeError: it is over the limit, by its announced length or in fact.
            UnsupportedMediaTypeError: it declares a charset other than UTF-8.
        """
        _refuse_foreign_charset(media_type)
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        request = (parser_context or {}).get("request")
        if limit is not None and request is not None and announced_length(request) > limit:
            raise _too_large(limit)
        raw = stream.read() if limit is None else stream.read(limit + 1)
        if limit is not None and len(raw) > limit:
            raise _too_large(limit)
        return loads_strict(raw) if raw.strip() else {}


def _refuse_foreign_charset(media_type: str | None) -> None:
    header = Message()
    header["content-type"] = media_type or ""
    charset = header.get_content_charset()
    if charset is not None and charset not in ACCEPTED_CHARSETS:
        raise UnsupportedMediaTypeError("JSON is read as UTF-8 only.", data={"charset": charset})


def _too_large(limit: int) -> PayloadTooLargeError:
    return PayloadTooLargeError(f"The request body is over the limit of {limit:,} bytes.", data={"limit": limit})
