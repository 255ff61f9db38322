"""Names of files inside archives. They come from addresses in the tasks' data, which anybody may write."""

import re
import unicodedata
from itertools import count
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

MAX_STEM_BYTES = 200
MAX_SUFFIX_BYTES = 16
_UNSAFE = re.compile(r"[^\w.()\[\] @+=,-]")
# Windows opens devices by these, whatever follows the first dot.
_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])[ ]*(?:\..*)?", re.IGNORECASE
)


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
    stem, suffix = _cut(PurePosixPath(name).stem, MAX_STEM_BYTES), _cut(PurePosixPath(name).suffix, MAX_SUFFIX_BYTES)
    # Cutting may have left an end that Windows drops.
    name = f"{stem}{suffix}".strip(" .")
    if _DEVICE.fullmatch(name):
        name = f"_{name}"
    return name or f"task-{task_id}"


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore")


def safe_word(text: Any) -> str:
    """Return a text that may be part of a file name."""
    return _UNSAFE.sub("_", str(text)).replace(".", "_")[:80]


class UniqueNames:
    """Gives each file of an archive a name of its own: the second `cat` is `cat-<task id>`.

    Names that differ only in case or in how an accent is written are the same to some file systems, so they are here.
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def stem(self, name: str, task_id: int) -> str:
        """Return the name, without its ending, of all files that belong to the media file `name` of a task."""
        stem = PurePosixPath(name).stem
        for number in count():
            wanted = stem if not number else f"{stem}-{task_id}" if number == 1 else f"{stem}-{task_id}-{number}"
            folded = unicodedata.normalize("NFC", wanted).casefold()
            if folded not in self._taken:
                self._taken.add(folded)
                return wanted
        raise AssertionError("there are more numbers than names")
