"""Jobs that act on plugins. Idempotent: an act that is done already is left as it is."""

from datetime import timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from platform_core.accounts.services.attempts import prune_attempts
from platform_core.jobs.queue import start_job_async_or_sync
from platform_core.jobs.registry import job, path_of
from platform_core.jobs.runner import JobContext
from platform_core.members.queries.acting import acting_member
from platform_core.plugins.models import Activation, ActivationState
from platform_core.plugins.services.activation import disable_plugin, due_purges, enable_plugin, purge_plugin
from platform_core.plugins.services.fleet_index import organizations_with_purges
from tenants.models import GlobalJob
from tenants.provisioning import drop_due_organizations
from tenants.records import JobStatus
from tenants.scope import public_scope, tenant_scope

MINUTES_10: Final = 600
HOUSEKEEPING_EVERY: Final = timedelta(hours=1)


@job(queue="high", timeout=MINUTES_10)
def enable_plugin_job(context: JobContext, slug: str, actor_id: int) -> dict[str, Any]:  # noqa: ARG001
    """Enable a plugin whose plan was agreed to."""
    actor = acting_member(actor_id)
    activation = enable_plugin(slug=slug, plan_hash=None, actor=actor)
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
    """Drop organizations, plugins' data and counts of sign-ins whose time has come; run again in an hour."""
    pruned = prune_attempts()
    dropped = drop_due_organizations()
    purging = organizations_with_purges()
    for done, organization in enumerate(purging, start=1):
        with tenant_scope(organization), transaction.atomic():
            start_job_async_or_sync(purge_due_plugins_job)
        context.progress(done, len(purging))
    start_job_async_or_sync(housekeeping_job, run_after=timezone.now() + HOUSEKEEPING_EVERY)
    return {
        "organizations_dropped": dropped,
        "organizations_with_purges": len(purging),
        "attempts_pruned": pruned,
    }


@transaction.atomic
def ensure_housekeeping() -> None:
    """Have the housekeeping run now unless it waits or runs already; called by each worker that starts."""
    with public_scope():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('housekeeping', 0))")
        live = GlobalJob.objects.filter(
            function=path_of(housekeeping_job), status__in=(JobStatus.QUEUED, JobStatus.RUNNING)
        )
        if not live.exists():
            start_job_async_or_sync(housekeeping_job)
