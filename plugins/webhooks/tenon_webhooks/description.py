"""The section `webhooks` of the OpenAPI document: what receivers get, action by action."""

from collections.abc import Mapping
from typing import Any

from platform_core.sdk import DocumentPart, EventTypeSpec
from platform_core.sdk.events import payload_schema, types_by_action

Json = dict[str, Any]

_HEADERS = {
    "webhook-id": "The same at each attempt and replay of one message.",
    "webhook-timestamp": "Seconds since 1970 at which this attempt was sent.",
    "webhook-signature": "One or more of `v1,<base64>`, separated by a space: see Standard Webhooks.",
}
_OBJECT = {"type": "object"}
_IDS = {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}}
_OBJECTS = {"type": "array", "items": _OBJECT, "description": "The first 500; `data` has all ids."}
_TASKS = {"type": "array", "items": {**_OBJECT, "description": "As GET /api/tasks/ shows it with fields=task_only."}}


def sections(types: Mapping[str, EventTypeSpec]) -> Json:
    """Return a path item for each action that receivers may get."""
    return {
        action: {"post": _operation(action, {name: types[name] for name in names})}
        for action, names in types_by_action(types).items()
    }


def _operation(action: str, types: Mapping[str, EventTypeSpec]) -> Json:
    return {
        "operationId": f"on_{action.lower()}",
        "summary": "; ".join(spec.summary for spec in types.values()),
        "parameters": [
            {"in": "header", "name": name, "required": True, "description": text, "schema": {"type": "string"}}
            for name, text in _HEADERS.items()
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body_schema(action, types)}}},
        "responses": {
            "2XX": {"description": "Taken."},
            "410": {"description": "Gone: the webhook is switched off."},
            "default": {"description": "Not taken; sent again later."},
        },
    }


def body_schema(action: str, types: Mapping[str, EventTypeSpec]) -> Json:
    """Return the schema of a message; a webhook without payload gets `action` alone."""
    keys = {key for spec in types.values() for key in spec.payload}
    properties: Json = {
        "action": {"const": action},
        "type": {"enum": sorted(types)},
        "timestamp": {"type": "string", "format": "date-time"},
        "data": {"anyOf": [payload_schema(spec) for spec in types.values()]},
        **_objects(action, keys),
    }
    return {"type": "object", "properties": properties, "required": ["action"], "additionalProperties": False}


def _objects(action: str, keys: set[str]) -> Json:
    found: Json = {}
    if "project" in keys:
        found["project"] = {**_OBJECT, "description": "The project, without credentials; its id alone when it is gone."}
    if action == "TASKS_CREATED":
        return {**found, "tasks": _TASKS, "part": {"type": "integer", "description": "Number of the message, from 0."}}
    if action in ("TASKS_DELETED", "ANNOTATIONS_DELETED"):
        return {**found, action.partition("_")[0].lower(): _IDS}
    if action == "ANNOTATIONS_CREATED":
        return {**found, "annotation": _OBJECTS, "task": _TASKS}
    if "annotation" in keys:
        found["annotation"] = {**_OBJECT, "description": "The annotation, with its result."}
    if "task" in keys:
        found["task"] = {**_OBJECT, "description": "The task, without its annotations."}
    return found


DOCUMENT_PART = DocumentPart(key="webhooks", build=sections)
