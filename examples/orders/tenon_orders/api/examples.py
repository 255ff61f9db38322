"""Example bodies for the OpenAPI document."""

from typing import Any, Final

NEW_PRODUCT: Final[dict[str, Any]] = {"name": "Bird feeder", "price_cents": 2999, "stock": 10}
PRODUCT: Final[dict[str, Any]] = {"id": "0b7c3f4e-5c59-4d55-a8b7-0d1f0f0c9a11", **NEW_PRODUCT, "active": True}
NEW_ORDER: Final[dict[str, Any]] = {"lines": [{"product": PRODUCT["id"], "quantity": 2}]}
ORDER: Final[dict[str, Any]] = {
    "id": "8a2f4d6c-0f6e-4f0d-9d5e-3b1f5b1d7e22",
    "customer": {"id": 3, "email": "ann@example.org"},
    "task": None,
    "lines": [{"product": {"id": PRODUCT["id"], "name": "Bird feeder"}, "quantity": 2, "price_cents": 2999}],
    "total_cents": 5998,
    "created_at": "2026-11-20T12:00:00.000000Z",
}
BATCH: Final[dict[str, Any]] = {
    "changes": [
        {"table": "product", "kind": "updated", "key": PRODUCT["id"], "values": {"stock": 12}, "base": 4},
        {"table": "product", "kind": "created", "values": NEW_PRODUCT},
    ],
    "since": 4,
}
OUTCOME: Final[dict[str, Any]] = {
    "applied": [{"index": 1, "table": "product", "key": PRODUCT["id"], "revision": 6}],
    "conflicts": [{"index": 0, "table": "product", "key": PRODUCT["id"], "revision": 5}],
    "errors": [],
    "revision": 6,
    "changes": [{"revision": 5, "table": "product", "key": PRODUCT["id"], "kind": "updated", "author": 3}],
}


def page(row: dict[str, Any]) -> dict[str, Any]:
    """Return a page with one row."""
    return {"count": 1, "next": None, "previous": None, "results": [row]}
