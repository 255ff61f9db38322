"""Example bodies for the OpenAPI document."""

from typing import Any, Final

NOTE: Final[dict[str, Any]] = {
    "id": 7,
    "task": 42,
    "author": 3,
    "kind": "unclear",
    "text": "Two reports in one text.",
    "resolved_at": None,
    "created_at": "2026-11-20T12:00:00.000000Z",
    "updated_at": "2026-11-20T12:00:00.000000Z",
}
CONTRIBUTION: Final[dict[str, Any]] = {"member": 3, "annotations": 120, "latest_at": "2026-11-20T12:00:00.000000Z"}


def page(row: dict[str, Any]) -> dict[str, Any]:
    """Return a page with one row."""
    return {"count": 1, "next": None, "previous": None, "results": [row]}
