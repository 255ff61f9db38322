"""Every kind of event of the core, with the shape of its payload. Free of Django.

`docs/reference/events.md` is generated from it, and tests compare what services emit with it.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from platform_core.plugins.registrations import EventTypeSpec, Notice

Json = dict[str, Any]

_ID: Final[Json] = {"type": "integer"}
_COUNT: Final[Json] = {"type": "integer", "minimum": 0}
_TEXT: Final[Json] = {"type": "string"}
_TEXTS: Final[Json] = {"type": "array", "items": _TEXT}
_OPTIONAL_ID: Final[Json] = {"type": ["integer", "null"]}
_OPTIONAL_TEXT: Final[Json] = {"type": ["string", "null"]}
_TASK: Final = {"task": _ID, "project": _ID}
_IDS: Final[Json] = {"type": "array", "items": _ID}
_ANNOTATIONS: Final = {"project": _ID, "annotations": _IDS, "tasks": _IDS}
_ANNOTATION: Final = {"annotation": _ID, **_TASK, "completed_by": _OPTIONAL_ID}
_PREDICTION: Final = {"prediction": _ID, **_TASK}
_PLUGIN_CHANGE: Final = {
    "plugin": _TEXT,
    "version": _TEXT,
    "from_version": _OPTIONAL_TEXT,
    "migrations": _COUNT,
    "withheld": {"type": "object"},
}


def _type(key: str, summary: str, payload: Mapping[str, Json], **more: Any) -> EventTypeSpec:
    return EventTypeSpec(key=key, summary=summary, payload=payload, **more)


def _plugin(key: str, summary: str, payload: Mapping[str, Json], **more: Any) -> EventTypeSpec:
    text = f"Plugin {{plugin}}: {key.replace('_', ' ')}."
    # Nobody has to be told of what a new organization begins with.
    notice = Notice(text=text, permission="plugins.manage", unless="default")
    return _type(f"plugin.{key}", summary, payload, organization_only=True, notice=notice, **more)


_CORE: Final = (
    _type(
        "project.created",
        "a project was made; `duplicated_from` only where it is a copy of another one",
        {"project": _ID, "duplicated_from": _ID},
        optional=("duplicated_from",),
        organization_only=True,
    ),
    _type(
        "project.updated",
        "fields of a project were changed; `fields` names them",
        {"project": _ID, "fields": _TEXTS},
    ),
    _type("project.deleted", "a project was deleted with its tasks", {"project": _ID}, organization_only=True),
    _type("project.completed", "the last open task of a project was finished", {"project": _ID}),
    _type("task.created", "one task was made by a call for one task", _TASK, actions=("TASKS_CREATED",)),
    _type("task.updated", "data or meta of a task were changed", _TASK),
    _type("task.deleted", "a task was deleted", _TASK, actions=("TASKS_DELETED",)),
    _type(
        "task.deleted_all",
        "every task of a project was deleted; `tasks` is how many",
        {"project": _ID, "tasks": _COUNT},
        actions=("TASKS_DELETED",),
    ),
    _type("task.completed", "a task has as many annotations as it needs", _TASK),
    _type(
        "tasks.imported",
        "an import was committed: one event, not one a task; `member` imported. Tasks copied from another project have "
        "no `import` (null) and name it in `duplicated_from`",
        {"project": _ID, "import": _OPTIONAL_ID, "tasks": _COUNT, "member": _ID, "duplicated_from": _ID},
        optional=("member", "duplicated_from"),
        actions=("TASKS_CREATED", "IMPORT_FINISHED"),
        notice=Notice(text="Import {import} into project {project} is finished: {tasks} tasks.", member="member"),
    ),
    _type(
        "annotation.created",
        "an annotation was made, by the member `completed_by`; imported ones are part of `tasks.imported`",
        _ANNOTATION,
    ),
    _type("annotation.updated", "an annotation was changed", _ANNOTATION),
    _type("annotation.deleted", "an annotation was deleted", _ANNOTATION, actions=("ANNOTATIONS_DELETED",)),
    _type(
        "tasks.updated",
        "a data field was set on a selection; `tasks` are ids, as in all events of selections",
        {"project": _ID, "tasks": _IDS, "field": _TEXT},
    ),
    _type("tasks.deleted", "a selection of tasks was deleted", {"project": _ID, "tasks": _IDS}),
    _type(
        "annotations.created",
        "annotations were made for a selection: of predictions, or of one annotation",
        _ANNOTATIONS,
    ),
    _type("annotations.updated", "a label was renamed", _ANNOTATIONS),
    _type("annotations.deleted", "the annotations of a selection were deleted", _ANNOTATIONS),
    _type(
        "predictions.deleted",
        "the predictions of a selection were deleted",
        {"project": _ID, "predictions": _IDS, "tasks": _IDS},
    ),
    _type(
        "predictions.imported",
        "an import of predictions was committed: one event, not one a prediction; `tasks` is how many got some",
        {"project": _ID, "predictions": _COUNT, "tasks": _COUNT},
    ),
    _type(
        "export.finished",
        "the file of a snapshot, or of a conversion of one, is complete",
        {"project": _ID, "export": _ID, "export_type": _OPTIONAL_TEXT},
    ),
    _type("files.uploaded", "files were uploaded; `files` are their ids", {"project": _ID, "files": _IDS}),
    _type("files.replaced", "a file got another content", {"project": _ID, "files": _IDS}),
    _type("files.deleted", "files were deleted", {"project": _ID, "files": _IDS}),
    _type("prediction.created", "a prediction was stored", _PREDICTION),
    _type("prediction.updated", "a prediction was changed", _PREDICTION),
    _type("prediction.deleted", "a prediction was deleted", _PREDICTION),
    _type(
        "member.added",
        "somebody became a member",
        {"member": _ID, "role": _TEXT},
        organization_only=True,
        notice=Notice(text="You are a member of this organization now, with the role {role}.", member="member"),
    ),
    _type(
        "member.role_changed",
        "a member has another role",
        {"member": _ID, "role": _TEXT, "from_role": _TEXT},
        organization_only=True,
        notice=Notice(text="Your role is {role} now; it was {from_role}.", member="member"),
    ),
    _type(
        "account.profile_changed",
        "a member changed name, profile or preferences of their account; told in each of their organizations",
        {"member": _ID, "fields": _TEXTS},
        organization_only=True,
    ),
    _type("organization.created", "the organization was made", {"organization": _ID}, organization_only=True),
    _type(
        "organization.deletion_canceled",
        "the organization, which was to be deleted, is served again",
        {"organization": _ID},
        organization_only=True,
    ),
    _type("member.removed", "a membership ended", {"member": _ID}, organization_only=True),
    _type(
        "job.finished",
        "a job that the member `member` caused has ended: `status` is completed, failed or canceled",
        {"job": _TEXT, "name": _TEXT, "status": _TEXT, "member": _ID, "plugin": _TEXT},
        organization_only=True,
        notice=Notice(text="The job {name} failed.", member="member", when="failed"),
    ),
    _plugin(
        "enabled",
        "a plugin was enabled here; `default` is true where the organization began with it",
        {**_PLUGIN_CHANGE, "default": {"type": "boolean"}},
        optional=("withheld", "default"),
    ),
    _plugin(
        "upgraded",
        "its tables and data were brought to a new version; `withheld` is what it asks for and nobody agreed to yet",
        _PLUGIN_CHANGE,
        optional=("withheld",),
    ),
    _plugin(
        "consented",
        "an admin agreed to what an upgrade had asked for",
        {"plugin": _TEXT, "version": _TEXT, "granted": _TEXTS},
    ),
    _plugin("disabled", "it was hidden", {"plugin": _TEXT, "version": _TEXT}),
    _plugin("purge_requested", "its retention time began", {"plugin": _TEXT, "due_at": _TEXT}),
    _plugin("purge_canceled", "the purge was taken back", {"plugin": _TEXT}),
    _plugin("purged", "its data are gone", {"plugin": _TEXT}),
    _plugin(
        "exported",
        "an archive of its data was written; `digest` is the SHA-256 of the file",
        {"plugin": _TEXT, "digest": _TEXT, "rows": _COUNT},
    ),
    _plugin("restored", "its data were read from an archive", {"plugin": _TEXT, "rows": _COUNT}),
    _plugin(
        "settings_changed",
        "its settings were changed; `keys`, never values; `project` only where they are those of one project",
        {"plugin": _TEXT, "version": _ID, "keys": _TEXTS, "secrets": _TEXTS, "project": _ID},
        optional=("secrets", "project"),
    ),
)
CORE_EVENTS: Final[Mapping[str, EventTypeSpec]] = MappingProxyType({spec.key: spec for spec in _CORE})


def actions_of(name: str, spec: EventTypeSpec) -> tuple[str, ...]:
    """Return the names under which receivers outside ask for events of a type.

    Args:
        name: full name of the type, which for a plugin's begins with its slug.
    """
    return spec.actions or (name.upper().replace(".", "_"),)


def types_by_action(types: Mapping[str, EventTypeSpec]) -> dict[str, list[str]]:
    """Return each action with the types of events that cause it, in order of the catalogue."""
    found: dict[str, list[str]] = {}
    for name, spec in types.items():
        for action in actions_of(name, spec):
            found.setdefault(action, []).append(name)
    return found


def payload_schema(spec: EventTypeSpec) -> Json:
    """Return the JSON Schema of a payload: its keys, and no other."""
    return object_schema(spec.payload, required=set(spec.payload) - set(spec.optional))


def object_schema(properties: Mapping[str, Json], *, required: Iterable[str] | None = None) -> Json:
    """Return the schema of a closed JSON object; all keys are required unless said otherwise."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": sorted(properties if required is None else required),
        "additionalProperties": False,
    }
