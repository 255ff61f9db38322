"""What the plugin adds to lists of tasks: a column, and an action on the tasks of a selection."""

from platform_core.sdk import TaskActionCall, TaskActionResult, TaskActionSpec, TaskColumnSpec
from tenon_quality.services import resolve_notes_of

OPEN_NOTES = TaskColumnSpec(
    key="open_notes",
    title="Open notes",
    kind="Number",
    table="quality_note",
    aggregate="count",
    where={"resolved_at": None},
)


def resolve_notes(call: TaskActionCall) -> TaskActionResult:
    """Close the open notes about the tasks."""
    closed = resolve_notes_of(actor=call.actor, task_ids=call.task_ids)
    return TaskActionResult(processed=closed, detail="Notes were closed.")


RESOLVE_NOTES = TaskActionSpec(
    key="resolve_notes",
    title="Close all notes",
    order=200,
    permissions=("quality.notes.resolve",),
    question="Close all open notes about the selected tasks?",
    run=resolve_notes,
)
