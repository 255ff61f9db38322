"""Jobs that act on plugins. Idempotent: an act that is done already is left as it is."""

import logging
from datetime import timedelta
from typing import Any, Final

from django.db import DatabaseError, transaction
from django.utils import timezone

from platform_core.jobs.housekeeping import housekeeping_steps
from platform_core.jobs.pruning import prune_jobs
from platform_core.jobs.queue import start_job_async_or_sync
from platform_core.jobs.registry import job
from platform_core.jobs.runner import JobContext
from platform_core.jobs.schedules import schedule_job, schedule_state
from platform_core.members.queries.acting import acting_member
from platform_core.plugins.models import Activation, ActivationState
from platform_core.plugins.services.activation import (
    ENABLE_STEPS,
    disable_plugin,
    due_purges,
    enable_plugin,
    purge_plugin,
)
from platform_core.plugins.services.fleet_index import organizations_with_purges
from tenants.models import OrganizationStatus, organization_refs
from tenants.provisioning import drop_due_organizations
from tenants.scope import OrganizationRef, public_scope, tenant_scope

MINUTES_10: Final = 600
HOUSEKEEPING: Final = "housekeeping"
HOUSEKEEPING_EVERY: Final = timedelta(hours=1)
logger = logging.getLogger(__name__)


@job(queue="high", timeout=MINUTES_10)
def enable_plugin_job(context: JobContext, slug: str, actor_id: int) -> dict[str, Any]:
    """Enable a plugin whose plan was agreed to; the progress counts steps."""
    actor = acting_member(actor_id)
    context.progress(0, ENABLE_STEPS)
    activation = enable_plugin(slug=slug, plan_hash=None, actor=actor, progress=context.progress)
    return {"plugin": slug, "state": activation.state, "version": activation.version}


@job(queue="high", timeout=MINUTES_10)
def disable_plugin_job(context: JobContext, slug: str, actor_id: int) -> dict[str, Any]:  # noqa: ARG001
    """Disable a plugin."""
    if not Activation.objects.filter(pk=slug, state=ActivationState.DISABLED).exists():
        disable_plugin(slug=slug, actor=acting_member(actor_id))
    return {"plugin": slug, "state": ActivationState.DISABLED.value}


@job(queue="high", timeout=MINUTES_10)
def purge_plugin_job(context: JobContext, slug: str, actor_id: int | None) -> dict[str, Any]:  # noqa: ARG001
    """Purge a plugin."""
    if Activation.objects.filter(pk=slug).exists():
        purge_plugin(slug=slug, confirm=slug, actor=acting_member(actor_id) if actor_id is not None else None)
    return {"plugin": slug, "state": ActivationState.AVAILABLE.value}


@job(queue="low")
def purge_due_plugins_job(context: JobContext) -> list[str]:  # noqa: ARG001
    """Purge the plugins of an organization whose retention time has ended."""
    slugs = due_purges()
    for slug in slugs:
        purge_plugin(slug=slug, confirm=slug, actor=None)
    return slugs


@job(queue="low", scope="global")
def housekeeping_job(context: JobContext) -> dict[str, Any]:
    """Drop organizations, purge plugins and delete rows of jobs whose time has come; scheduled every hour."""
    dropped = drop_due_organizations()
    purging = organizations_with_purges()
    for organization in purging:
        with tenant_scope(organization), transaction.atomic():
            start_job_async_or_sync(purge_due_plugins_job)
    with public_scope():
        organizations = organization_refs(status=OrganizationStatus.ACTIVE)
    pruned = prune_jobs(None)
    for done, organization in enumerate(organizations, start=1):
        pruned += _pruned(organization)
        context.progress(done, len(organizations))
    for step in housekeeping_steps().values():
        step()
        context.check()
    return {
        "organizations_dropped": dropped,
        "organizations_with_purges": len(purging),
        "jobs_pruned": pruned,
    }


def _pruned(organization: OrganizationRef) -> int:
    """Prune one organization; one whose schema cannot be read keeps nobody else's rows."""
    try:
        return prune_jobs(organization)
    except DatabaseError:
        logger.exception("The jobs of organization %s cannot be pruned", organization.slug)
        return 0


@transaction.atomic
def ensure_housekeeping() -> None:
    """Have the housekeeping scheduled, the first time at once; called by each worker that starts."""
    known = schedule_state(housekeeping_job, key=HOUSEKEEPING)
    start_at = timezone.now() if known is None else None
    schedule_job(housekeeping_job, key=HOUSEKEEPING, every=HOUSEKEEPING_EVERY, start_at=start_at)
