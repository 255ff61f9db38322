"""What is posted: Label Studio's shapes, the time and type of Standard Webhooks, and never a secret."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from platform_core.sdk import Event
from platform_core.sdk.documents import (
    annotation_documents,
    imported_task_documents,
    project_document,
    task_documents,
)

TASKS_A_MESSAGE: Final = 500
Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Where the next message of a big event goes on.

    Attributes:
        import_id: the import whose tasks are sent.
        after: id of the last task that was sent.
        part: number of the next message, from 0.
        head: what each message begins with.
    """

    import_id: int
    after: int
    part: int
    head: Json

    def as_json(self) -> Json:
        """Return what a row keeps."""
        return {"import_id": self.import_id, "after": self.after, "part": self.part, "head": self.head}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A body, and what is left for the message after it."""

    body: str
    rest: Rest | None = None


def bare_message(action: str) -> Message:
    """Return what a webhook without payload gets."""
    return Message(body=_text({"action": action}))


def message_of(action: str, event: Event) -> Message:
    """Return the message about an event; objects are shown as they are now, those that are gone by id alone."""
    payload = event.payload
    head: Json = {
        "action": action,
        "type": event.type,
        "timestamp": event.occurred_at.isoformat().replace("+00:00", "Z"),
        "data": dict(payload),
    }
    if "project" in payload:
        head["project"] = project_document(payload["project"]) or {"id": payload["project"]}
    if action == "TASKS_CREATED" and payload.get("import") is not None:
        return message_after(Rest(import_id=payload["import"], after=0, part=0, head=head))
    return Message(body=_text(head | _objects(action, payload)))


def message_after(rest: Rest) -> Message:
    """Return the next message of a big event."""
    tasks = imported_task_documents(rest.import_id, after=rest.after, limit=TASKS_A_MESSAGE + 1)
    more, tasks = len(tasks) > TASKS_A_MESSAGE, tasks[:TASKS_A_MESSAGE]
    following = None
    if more:
        following = Rest(import_id=rest.import_id, after=tasks[-1]["id"], part=rest.part + 1, head=rest.head)
    return Message(body=_text({**rest.head, "part": rest.part, "tasks": tasks}), rest=following)


def _objects(action: str, payload: Mapping[str, Any]) -> Json:
    if action in ("TASKS_DELETED", "ANNOTATIONS_DELETED"):
        name = action.partition("_")[0].lower()
        return {name: [{"id": id_} for id_ in _ids(payload, name)]}
    if action == "ANNOTATIONS_CREATED":
        made = payload["annotations"][:TASKS_A_MESSAGE]
        return {"annotation": annotation_documents(made), "task": task_documents(payload["tasks"][:TASKS_A_MESSAGE])}
    found: Json = {}
    if "annotation" in payload:
        found["annotation"] = _first(annotation_documents([payload["annotation"]]), payload["annotation"])
    if "task" in payload:
        task = _first(task_documents([payload["task"]]), payload["task"])
        found |= {"tasks": [task]} if action == "TASKS_CREATED" else {"task": task}
    return found


def _ids(payload: Mapping[str, Any], name: str) -> list[int]:
    """Return what a payload names one by one, as `task` or `tasks`; a mere number of tasks names none."""
    one, many = payload.get(name.removesuffix("s")), payload.get(name)
    if one is not None:
        return [one]
    return list(many) if isinstance(many, list) else []


def _first(documents: list[Json], id_: int) -> Json:
    return documents[0] if documents else {"id": id_}


def _text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
