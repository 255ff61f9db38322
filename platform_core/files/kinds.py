"""What kinds of files are taken, by their extension, and as what they are sent."""

import re
import unicodedata
from pathlib import PurePosixPath
from typing import Final

# By the extension alone: neither a client's word nor the content decides as what a browser gets a file.
MEDIA_TYPES: Final = {
    ".bmp": "image/bmp",
    ".flac": "audio/flac",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".ogg": "audio/ogg",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".webp": "image/webp",
}
TEXT_TYPES: Final = {
    ".csv": "text/csv; charset=utf-8",
    ".htm": "text/html; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".ndjson": "application/x-ndjson",
    ".tab": "text/tab-separated-values; charset=utf-8",
    ".tsv": "text/tab-separated-values; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "text/xml; charset=utf-8",
}
MEDIA_EXTENSIONS: Final = frozenset(MEDIA_TYPES)
KNOWN_EXTENSIONS: Final = MEDIA_EXTENSIONS | frozenset(TEXT_TYPES)
# A browser would run what is inside these; it saves them instead.
ACTIVE: Final = frozenset({".svg", ".htm", ".html", ".xml"})
MAX_STEM_CHARS: Final = 80
MAX_EXTENSION_CHARS: Final = 19
_UNSAFE: Final = re.compile(r"[^\w.\-]+")


def extension_of(name: str) -> str:
    """Return the extension of a name in small letters, as `.csv`; empty where there is none."""
    return PurePosixPath(name).suffix.lower()


def content_type_of(name: str) -> str:
    """Return as what a file of this name is sent; unknown kinds are bytes."""
    extension = extension_of(name)
    return MEDIA_TYPES.get(extension) or TEXT_TYPES.get(extension) or "application/octet-stream"


def is_shown(name: str) -> bool:
    """Say whether a browser may show the file rather than save it."""
    return extension_of(name) in KNOWN_EXTENSIONS - ACTIVE


def clean_name(name: str) -> str:
    """Return a file's name as it is kept: the last part of a path, letters of any script, digits, `.`, `-` and `_`."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    stem, dot, extension = _UNSAFE.sub("_", last).rpartition(".")
    if not dot:
        stem, extension = extension, ""
    stem = stem.strip("._")[:MAX_STEM_CHARS].strip("._") or "file"
    extension = extension.strip("_")[:MAX_EXTENSION_CHARS].strip("_")
    return f"{stem}.{extension}" if extension else stem
