"""Jobs that act on plugins. Idempotent: an act that is done already is left as it is."""

from typing import Any

from platform_core.jobs.registry import job
from platform_core.jobs.runner import JobContext
from platform_core.members.queries.acting import acting_member
from platform_core.plugins.models import Activation, ActivationState
from platform_core.plugins.services.activation import disable_plugin, due_purges, enable_plugin, purge_plugin

MINUTES_10 = 600


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
