"""Throwing the history of annotations away, which an administrator may have to."""

from django.db import transaction

from platform_core.events.services import record_audit
from platform_core.members.principal import Principal
from platform_core.tasks.queries.history import By, delete_history_rows


@transaction.atomic
def delete_history(*, by: By, pk: int, actor: Principal) -> int:
    """Delete the changes of an annotation, a task or a project, and say so in the audit; returns how many."""
    projects = delete_history_rows(actor, by=by, pk=pk)
    if projects:
        record_audit(
            actor=actor,
            action="annotation_history.deleted",
            target_type=by,
            target_id=pk,
            data={"items": len(projects), "project": projects[0]},
        )
    return len(projects)
