"""Bodies shown in the API's documentation. The plugin in them is made up."""

from typing import Any, Final

HEALTH: Final[dict[str, Any]] = {
    "plugin": "orders",
    "since": "2026-11-19T13:00:00.000000Z",
    "status": "ok",
    "hooks": [
        {
            "hook": "validate_task",
            "hook_class": "V",
            "calls": 1204,
            "failures": 0,
            "timeouts": 0,
            "skipped": 0,
            "opened": 0,
            "mean_ms": 0.412,
            "p50_ms": 0.5,
            "p95_ms": 1.0,
            "breaker": "closed",
            "open_until": None,
            "rule": {
                "failures": 5,
                "share": 0.5,
                "window_seconds": 300.0,
                "cooldown_seconds": 120.0,
                "probes": 3,
            },
        }
    ],
    "quarantine_seconds": 0.0,
    "quarantine_rule": {"organizations": 3, "seconds": 600.0},
}
IMPACT: Final[dict[str, Any]] = {
    "plugin": "orders",
    "state": "enabled",
    "needed_by": [],
    "jobs": [],
    "schedules": 1,
    "waiting_events": 0,
    "projects": [4],
    "footprint": {
        "tables": [{"table": "orders_product", "rows": 12, "bytes": 65536}],
        "rows": 12,
        "bytes": 65536,
        "settings_versions": 2,
        "files": 0,
        "file_bytes": 0,
    },
    "retention_days": 30,
    "purge_due_at": None,
}
ARCHIVE: Final[dict[str, Any]] = {
    "job": "7a5f6a7e-7d5c-4a58-9b10-5c7d7f6a1c11",
    "plugin": "orders",
    "version": "1.0.0",
    "created_at": "2026-11-20T12:00:00.000000Z",
    "size": 4096,
    "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "rows": 12,
}
HISTORY: Final[dict[str, Any]] = {
    "version": 2,
    "changed_at": "2026-11-20T12:00:00.000000Z",
    "changed_by": {"id": 1, "email": "ada@example.com"},
    "changes": [
        {"path": "currency", "change": "changed", "before": "EUR", "after": "CHF"},
        {"path": "payments/api_key", "change": "replaced", "secret": True},
    ],
}
CHECK: Final[dict[str, Any]] = {
    "ok": False,
    "issues": [
        {
            "plugin": "orders",
            "hook": "check_settings",
            "severity": "error",
            "code": "no-such-rate",
            "message": "There is no exchange rate for the currency.",
            "key": "currency",
        }
    ],
}
