"""Names of files inside archives. They come from addresses in the tasks' data, which anybody may write."""

import re
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

MAX_STEM_BYTES = 200
_UNSAFE = re.compile(r"[^\w.()\[\] @+=,-]")


def media_name(address: Any, task_id: int) -> str:
    """Return the plain file name that an address ends with, such as `cat.jpg`; never a path.

    A local file is named by its parameter `d`. What has no usable name is called `task-<id>`.
    """
    text = address[0] if isinstance(address, list) and address else address
    if not isinstance(text, str) or text.startswith("data:"):
        return f"task-{task_id}"
    try:
        parts = urlsplit(text)
        path = parse_qs(parts.query).get("d", [parts.path])[0]
    except ValueError:
        path = text
    name = unquote(path).replace("\\", "/").rsplit("/", 1)[-1]
    name = _UNSAFE.sub("_", name).strip(" .")
    stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix[:16]
    stem = stem.encode()[:MAX_STEM_BYTES].decode(errors="ignore")
    return f"{stem}{suffix}" if stem else f"task-{task_id}"


def safe_word(text: Any) -> str:
    """Return a text that may be part of a file name."""
    return _UNSAFE.sub("_", str(text)).replace(".", "_")[:80]


class UniqueNames:
    """Gives each file of an archive a name of its own: the second `cat.txt` is `cat-<task id>.txt`."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, name: str, suffix: str, task_id: int) -> str:
        """Return the name of the file that belongs to the media file `name`, with another ending."""
        stem = PurePosixPath(name).stem
        wanted = f"{stem}{suffix}"
        if wanted.casefold() in self._taken:
            wanted = f"{stem}-{task_id}{suffix}"
        self._taken.add(wanted.casefold())
        return wanted
