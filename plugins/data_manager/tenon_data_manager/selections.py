"""Joining a stored view with what a request asks beside it. Pure."""

from typing import Any, Final

from tenon_data_manager.queries import query_parts

ADDRESS: Final = frozenset({"id", "project", "view", "dry_run"})


def joined_parts(stored: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """Return the parts of a query: both filters hold, an order or a selection replaces the stored one."""
    parts = {**stored, **asked}
    filters = [part["filters"] for part in (stored, asked) if part.get("filters")]
    if len(filters) > 1:
        parts["filters"] = {"conjunction": "and", "items": filters}
    return parts


def asked_parts(body: dict[str, Any]) -> dict[str, Any]:
    """Return filters, order and selection of a request's body."""
    return query_parts(body)


def asked_parameters(body: dict[str, Any]) -> dict[str, Any]:
    """Return what is left of a body: the fields of an action's form."""
    parts = query_parts(body).keys() | {"filters", "ordering", "selectedItems"}
    return {name: value for name, value in body.items() if name not in parts and name not in ADDRESS}
