"""Bodies shown in the API's documentation. The plugin in them is made up."""

from typing import Any, Final

PERMISSION: Final = {"codename": "orders.products.view", "reason": "Show the products.", "roles": ["OW", "AD", "MA"]}
PLUGIN: Final[dict[str, Any]] = {
    "slug": "orders",
    "name": "Orders",
    "summary": "Products with stock, and orders.",
    "author": "Somebody",
    "license": "MIT",
    "state": "available",
    "version": "1.0.0",
    "installed_version": "",
    "hook_level": 1,
    "depends": [],
    "needed_by": [{"slug": "shop", "enabled": False}],
    "default_enabled": False,
    "permissions": [PERMISSION],
    "data_classes": [],
    "outbound_hosts": ["rates.example.com"],
    "tier": "gold",
    "consent_needed": None,
    "retention_days": 30,
    "error": "",
    "enabled_at": None,
    "purge_due_at": None,
}
PLAN: Final[dict[str, Any]] = {
    "slug": "orders",
    "action": "enable",
    "from_version": None,
    "to_version": "1.0.0",
    "depends": [],
    "closure": [],
    "permissions": [PERMISSION],
    "data_classes": [],
    "outbound_hosts": ["rates.example.com"],
    "added": {
        "permissions": ["orders.products.view"],
        "data_classes": [],
        "outbound_hosts": ["rates.example.com"],
    },
    "removed": {"permissions": [], "data_classes": [], "outbound_hosts": []},
    "sql": ['CREATE TABLE "orders_product" (...);'],
    "python_steps": 0,
    "touched": [{"table": "orders_product", "action": "created", "rows": 0}],
    "notes": [{"level": "info", "message": "Two tables are made."}],
    "projects": [],
    "blockers": [],
    "plan_hash": "5f0c5b1f",
    "consent": "eyJzY2hlbWEi...",
    "rehearsal": {"seconds": 0.031, "migrations": 1, "tables": ["orders_product"], "error": ""},
}
ACT: Final[dict[str, Any]] = {
    "plugin": "orders",
    "state": "enabling",
    "job": "7a5f6a7e-7d5c-4a58-9b10-5c7d7f6a1c11",
    "status": "queued",
    "purge_due_at": None,
}
SETTINGS: Final[dict[str, Any]] = {
    "version": 1,
    "values": {"currency": "EUR"},
    "secrets": ["payments/api_key"],
    "schema": {"type": "object"},
    "project": None,
    "effective": {"currency": "EUR"},
}
