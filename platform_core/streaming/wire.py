"""Server-Sent Events as bytes."""

import json
from typing import Any, Final

HEARTBEAT: Final = b": alive\n\n"
RETRY: Final = b"retry: 2000\n\n"
END: Final = b"event: end\ndata: {}\n\n"


def frame(*, event: str, data: Any, id: int | None = None) -> bytes:  # noqa: A002  (the field's own name)
    """Return one event.

    Args:
        data: JSON; its text has no line break.
        id: what the page sends back as `Last-Event-ID`; None leaves that as it is.
    """
    lines = [f"id: {id}"] if id is not None else []
    lines += [f"event: {_one_line(event)}", f"data: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}"]
    return ("\n".join(lines) + "\n\n").encode()


def _one_line(text: str) -> str:
    return " ".join(text.split())
