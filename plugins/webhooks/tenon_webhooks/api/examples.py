"""Answers as they look, for the OpenAPI document."""

from typing import Any

WEBHOOK: dict[str, Any] = {
    "id": 3,
    "organization": 1,
    "project": 12,
    "url": "https://receiver.example/hook",
    "send_payload": True,
    "send_for_all_actions": False,
    "headers": {"X-Team": "north"},
    "is_active": True,
    "actions": ["ANNOTATION_CREATED"],
    "consecutive_failures": 0,
    "disabled_reason": "",
    "created_at": "2026-01-15T12:00:00.000000Z",
    "updated_at": "2026-01-15T12:00:00.000000Z",
}
WITH_SECRET: dict[str, Any] = {**WEBHOOK, "secret": "whsec_bm90IGEgcmVhbCBzZWNyZXQsIGJ1dCBzaW1pbGFyISE="}
INFO: dict[str, Any] = {
    "TASKS_CREATED": {
        "name": "Tasks created",
        "description": "one task was made by a call for one task",
        "key": "tasks",
        "organization-only": False,
    }
}
DELIVERY: dict[str, Any] = {
    "id": "7b0b8ad4-6d2b-5a39-9c5f-6f8f6a3c9d11",
    "webhook": 3,
    "message_id": "msg_7b0b8ad46d2b5a399c5f6f8f6a3c9d11",
    "action": "ANNOTATION_CREATED",
    "status": "delivered",
    "attempts": [
        {
            "number": 1,
            "url_host": "receiver.example",
            "request_digest": "4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865",
            "started_at": "2026-01-15T12:00:01.000000Z",
            "duration_ms": 84,
            "response_status": 200,
            "response_excerpt": "ok",
            "error": "",
        }
    ],
    "next_attempt_at": None,
    "created_at": "2026-01-15T12:00:00.000000Z",
    "updated_at": "2026-01-15T12:00:01.000000Z",
}
WITH_BODY: dict[str, Any] = {**DELIVERY, "body": '{"action":"ANNOTATION_CREATED"}'}


def page(item: dict[str, Any]) -> dict[str, Any]:
    """Return a page with one item."""
    return {"count": 1, "next": None, "previous": None, "results": [item]}
