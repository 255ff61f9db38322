"""Jobs that act on plugins. Idempotent: an act that is done already is left as it is."""

import logging
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import DatabaseError, transaction
from django.utils import timezone

from platform_core.api.errors import TenonError
from platform_core.files import organization_files, organizations_with_files
from platform_core.jobs.housekeeping import housekeeping_step, housekeeping_steps
from platform_core.jobs.pruning import prune_jobs
from platform_core.jobs.queue import start_job_async_or_sync
from platform_core.jobs.registry import job
from platform_core.jobs.runner import JobContext
from platform_core.jobs.schedules import schedule_job, schedule_state
from platform_core.members.queries.acting import acting_member
from platform_core.plugins.models import Activation, ActivationState
from platform_core.plugins.queries.archives import archive_key, delete_old_archives
from platform_core.plugins.services.activation import (
    ENABLE_STEPS,
    disable_plugin,
    due_purges,
    enable_plugin,
    purge_plugin,
)
from platform_core.plugins.services.archives import tell_exported, write_archive
from platform_core.plugins.services.fleet_index import organizations_with_purges
from platform_core.plugins.services.hook_health import forget_old_statistics
from platform_core.plugins.services.restores import restore_plugin
from platform_core.tasks.export_files import DigestingFile
from tenants.models import OrganizationStatus, organization_refs
from tenants.provisioning import drop_due_organizations
from tenants.scope import OrganizationRef, public_scope, tenant_scope

MINUTES_10: Final = 600
MINUTES_60: Final = 3600
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


@job(queue="default", timeout=MINUTES_60)
def export_plugin_job(context: JobContext, slug: str, actor_id: int) -> dict[str, Any]:
    """Write a plugin's data into an archive; the progress counts tables."""
    with organization_files().create(archive_key(slug, context.job_id)) as file:
        out = DigestingFile(file)
        written = write_archive(slug=slug, out=out, progress=context.progress)
    facts = out.facts()
    tell_exported(slug=slug, digest=facts.sha256, written=written, actor=acting_member(actor_id))
    return {
        "plugin": slug,
        "version": written.version,
        "tables": written.tables,
        "rows": written.rows,
        "size": facts.size,
        "digest": facts.sha256,
    }


@job(queue="default", timeout=MINUTES_60)
def restore_plugin_job(context: JobContext, slug: str, upload: str, replace: bool, actor_id: int) -> dict[str, Any]:
    """Read a plugin's data from an uploaded archive, which is deleted then; the progress counts tables."""
    store, key = organization_files(), archive_key(slug, UUID(upload), upload=True)
    try:
        with store.open(key) as file:
            actor = acting_member(actor_id)
            counts = restore_plugin(slug=slug, file=file, replace=replace, actor=actor, progress=context.progress)
    except TenonError:
        store.delete(key)
        raise
    store.delete(key)
    return {"plugin": slug, "tables": counts, "rows": sum(counts.values())}


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


@housekeeping_step
def forget_old_hook_statistics() -> int:
    """Delete the hours of hook statistics that nobody asks for any more."""
    return forget_old_statistics()


@housekeeping_step
def forget_old_archives() -> int:
    """Delete archives of plugins that have expired, of each organization that keeps files."""
    deleted = 0
    for organization in organizations_with_files():
        with tenant_scope(organization):
            deleted += delete_old_archives()
    return deleted


@transaction.atomic
def ensure_housekeeping() -> None:
    """Have the housekeeping scheduled, the first time at once; called by each worker that starts."""
    known = schedule_state(housekeeping_job, key=HOUSEKEEPING)
    start_at = timezone.now() if known is None else None
    schedule_job(housekeeping_job, key=HOUSEKEEPING, every=HOUSEKEEPING_EVERY, start_at=start_at)
