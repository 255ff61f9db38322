"""The ready file: how another program learns that the platform answers, where, and with which credentials."""

import json
from pathlib import Path
from typing import Any

from platform_core.embedded.private_files import write_private


def write_ready_file(path: Path, *, access: dict[str, Any], pids: dict[str, int | None]) -> None:
    """Replace the file atomically, mode 0600.

    Args:
        access: `public_url` and `organizations` as the demo's credentials file holds them.
        pids: process ids of `supervisor`, `web`, `events`, `worker` and `postgres`; None for one that is not ours.
    """
    content = {"public_url": access["public_url"], "organizations": access["organizations"], "pids": pids}
    write_private(path, json.dumps(content, indent=2) + "\n")


def remove_ready_file(path: Path) -> None:
    """Delete the file if it is there."""
    path.unlink(missing_ok=True)
