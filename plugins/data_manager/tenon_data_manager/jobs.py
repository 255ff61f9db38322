"""Actions on large selections, in the background. Each part and its progress are one transaction: a retry goes on."""

from typing import Any
from uuid import UUID

from platform_core.sdk.jobs import JobContext, job
from tenon_data_manager.models import ActionRun
from tenon_data_manager.running import run_next_part


@job(queue="low", max_attempts=5)
def run_selected(context: JobContext, run_id: str) -> dict[str, Any]:
    """Do what is left of a kept run; returns its totals."""
    kept = ActionRun.objects.filter(pk=run_id).values_list("done", "total", "processed").first()
    done, total, processed = kept if kept is not None else (0, 0, 0)
    context.progress(done, total)
    while (part := run_next_part(run_id=UUID(run_id))) is not None:
        done, processed = part.done, part.processed
        context.progress(done, max(total, done))
    return {"tasks": done, "processed_items": processed}
