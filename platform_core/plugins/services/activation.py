"""Enabling, disabling and purging a plugin in the organization in scope: the acts themselves, in one transaction each.

`requests` turns a click into one of these acts in a job; the command line calls them directly.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, transaction
from django.utils import timezone

from platform_core.api.errors import ConflictError, NotFoundError, TenonError, ValidationFailedError
from platform_core.events.services import emit_event, record_audit
from platform_core.jobs.schedules import unschedule_all
from platform_core.members.gate import memory
from platform_core.members.models import ApiKey, Team
from platform_core.members.principal import Principal
from platform_core.plugins.facade import HookFacade
from platform_core.plugins.models import Activation, ActivationState, PluginSettings
from platform_core.plugins.queries.dependencies import needing_here
from platform_core.plugins.queries.enabled import forget_enabled_plugins
from platform_core.plugins.queries.manifests import manifest_of
from platform_core.plugins.services.consents import keep_consent
from platform_core.plugins.services.fleet_index import index_plugin, unindex_plugin
from platform_core.plugins.services.hook_health import close_breakers
from platform_core.plugins.services.installed import installed_labels, labels_of_plugin, loaded_plugin
from platform_core.plugins.services.plans import plan_enable
from tenants.activation import PluginTables, drop_tables, make_tables
from tenants.scope import current_organization

DEFAULT_RETENTION_DAYS = 30
FAILED = frozenset({ActivationState.ENABLE_FAILED, ActivationState.UPGRADE_FAILED, ActivationState.PURGE_FAILED})
logger = logging.getLogger(__name__)


class ActivationFailedError(ConflictError):
    """An act on a plugin failed and was rolled back; `data` names the plugin and the act."""

    code = "activation_failed"


ENABLE_STEPS = 4
"""What `progress` of `enable_plugin` counts up to: planned, tables made, data loaded, written down."""


def enable_plugin(
    *,
    slug: str,
    plan_hash: str | None,
    actor: Principal | None,
    agreed: bool = True,
    progress: Callable[[int], None] | None = None,
) -> Activation:
    """Make the plugin's tables, let it load its data, and enable it: all in one transaction, or nothing.

    Enabling an enabled plugin of an older version upgrades it.

    Args:
        plan_hash: of the plan that was agreed to; None where the caller shows the plan and enables at once.
        agreed: somebody agrees to what the plugin asks. Without, as in an upgrade of the fleet, what it asks beyond
            what was agreed to before is withheld until an admin agrees.
        progress: told after each of `ENABLE_STEPS`.

    Raises:
        NotFoundError, ConflictError: it cannot be enabled: not installed, quarantined, blocked, or the plan is stale.
        ActivationFailedError: a migration or the plugin's own hook failed; the state says so, and no table is left.
    """
    plan = plan_enable(slug)
    if plan_hash is not None and plan_hash != plan.plan_hash:
        raise ConflictError(
            "The plan is stale: something changed since it was made. Look at the new plan.", data={"plugin": slug}
        )
    if plan.blockers:
        raise ConflictError(" ".join(plan.blockers), data={"plugin": slug, "blockers": list(plan.blockers)})
    step = progress or _nothing
    step(1)
    if plan.action == "consent":
        return _agree(slug, actor=actor) if agreed else Activation.objects.get(pk=slug)
    upgrade = plan.action == "upgrade"
    failed = ActivationState.UPGRADE_FAILED if upgrade else ActivationState.ENABLE_FAILED
    with _failure_is_kept(slug, failed, actor), transaction.atomic():
        return _enable(slug, upgrade=upgrade, actor=actor, agreed=agreed, step=step)


def _nothing(_step: int) -> None:
    """Nobody wants to know."""


@transaction.atomic
def _agree(slug: str, *, actor: Principal | None) -> Activation:
    """Keep the consent to what an upgrade of the fleet had asked for; the rest is as it was."""
    activation, plugin = _locked(slug), loaded_plugin(slug)
    granted = activation.withheld or []
    keep_consent(activation, plugin, actor=actor, agreed=True)
    activation.save(update_fields=["consent", "withheld", "updated_at"])
    _tell("consented", slug, actor, {"version": activation.version, "granted": granted})
    return activation


def _enable(
    slug: str, *, upgrade: bool, actor: Principal | None, agreed: bool, step: Callable[[int], None]
) -> Activation:
    plugin, organization = loaded_plugin(slug), current_organization()
    Activation.objects.bulk_create([Activation(slug=slug)], ignore_conflicts=True)
    activation = Activation.objects.select_for_update().get(pk=slug)
    before = activation.version
    labels = labels_of_plugin(plugin)
    tables: PluginTables = make_tables(
        slug=slug, labels=labels, installed=installed_labels(plugin), known=activation.tables
    )
    step(2)
    facade = HookFacade()
    if upgrade and before != plugin.manifest.version:
        facade.after_upgrade(slug, organization, from_version=before, to_version=plugin.manifest.version)
    else:
        facade.after_enable(slug, organization)
    step(3)
    withheld = keep_consent(activation, plugin, actor=actor, agreed=agreed)
    activation.state = ActivationState.ENABLED
    activation.version = plugin.manifest.version
    activation.depends = list(plugin.manifest.depends)
    activation.app_labels = sorted(labels)
    activation.tables = list(tables.tables)
    activation.error = ""
    activation.purge_due_at = None
    activation.enabled_at = timezone.now()
    activation.enabled_by_id = actor.id if actor is not None else None
    activation.save()
    index_plugin(slug=slug, version=activation.version, state=activation.state, labels=labels)
    facts: dict[str, Any] = {
        "version": activation.version,
        "from_version": before or None,
        "migrations": len(tables.migrations),
    }
    if withheld:
        facts["withheld"] = withheld.as_json()
    _tell("upgraded" if upgrade else "enabled", slug, actor, facts)
    if before:
        close_breakers(slug)
    step(ENABLE_STEPS)
    return activation


def disable_plugin(*, slug: str, actor: Principal | None) -> Activation:
    """Hide a plugin; its data stay.

    Raises:
        NotFoundError: it has never been here.
        ConflictError: it is not enabled, or another enabled plugin needs it.
    """
    with transaction.atomic():
        activation = _locked(slug)
        if activation.state not in {ActivationState.ENABLED, ActivationState.DISABLING, *FAILED}:
            raise ConflictError(
                f'Plugin "{slug}" is {activation.state}, not enabled.', data={"plugin": slug, "state": activation.state}
            )
        refuse_needed(slug)
        activation.state = ActivationState.DISABLED
        activation.error = ""
        activation.save(update_fields=["state", "error", "updated_at"])
        _index(activation)
        _tell("disabled", slug, actor, {"version": activation.version})
    forget_activations()
    return activation


@transaction.atomic
def request_purge(*, slug: str, confirm: str, actor: Principal | None) -> Activation:
    """Start the retention clock; the data stay until it ends, and `cancel_purge` takes it back.

    Raises:
        ValidationFailedError: `confirm` is not the slug.
        NotFoundError: it has never been here.
        ConflictError: it is not disabled.
    """
    activation = locked_for_purge(slug, confirm)
    manifest = manifest_of(slug)
    days = manifest.retention_days if manifest is not None else DEFAULT_RETENTION_DAYS
    activation.state = ActivationState.PURGING
    activation.purge_due_at = timezone.now() + timedelta(days=days)
    activation.save(update_fields=["state", "purge_due_at", "updated_at"])
    _index(activation)
    _tell("purge_requested", slug, actor, {"due_at": activation.purge_due_at.isoformat()})
    return activation


@transaction.atomic
def cancel_purge(*, slug: str, actor: Principal | None) -> Activation:
    """Stop the retention clock; the plugin is disabled again, with all its data.

    Raises:
        NotFoundError: it has never been here.
        ConflictError: no purge is due.
    """
    activation = _locked(slug)
    if activation.state != ActivationState.PURGING:
        raise ConflictError(f'No purge of plugin "{slug}" is due.', data={"plugin": slug, "state": activation.state})
    activation.state = ActivationState.DISABLED
    activation.purge_due_at = None
    activation.save(update_fields=["state", "purge_due_at", "updated_at"])
    _index(activation)
    _tell("purge_canceled", slug, actor, {})
    return activation


def purge_plugin(*, slug: str, confirm: str, actor: Principal | None) -> None:
    """Remove everything the plugin has here now: tables, migration rows, settings, permissions. Needs no plugin code.

    Raises:
        ValidationFailedError, NotFoundError, ConflictError: as `request_purge`.
        ActivationFailedError: a DROP failed; nothing is removed.
    """
    with _failure_is_kept(slug, ActivationState.PURGE_FAILED, actor), transaction.atomic():
        activation = locked_for_purge(slug, confirm)
        drop_tables(labels=activation.app_labels, tables=activation.tables)
        PluginSettings.objects.filter(slug=slug).delete()
        unschedule_all(plugin=slug)
        _remove_permissions(slug)
        activation.delete()
        unindex_plugin(slug)
        _tell("purged", slug, actor, {})


def _index(activation: Activation) -> None:
    labels = frozenset(activation.app_labels)
    index_plugin(slug=activation.slug, version=activation.version, state=activation.state, labels=labels)


def due_purges() -> list[str]:
    """Return slugs whose retention time has ended in the organization in scope."""
    due = Activation.objects.filter(state=ActivationState.PURGING, purge_due_at__lte=timezone.now())
    return list(due.order_by("slug").values_list("slug", flat=True))


def locked_for_purge(slug: str, confirm: str) -> Activation:
    """Lock a plugin's row that may be purged; raises as `request_purge`."""
    if confirm != slug:
        raise ValidationFailedError(validation_errors={"confirm": [f'Send "confirm": "{slug}" to purge this plugin.']})
    activation = _locked(slug)
    if activation.state not in {ActivationState.DISABLED, ActivationState.PURGING, *FAILED}:
        raise ConflictError(
            f'Plugin "{slug}" is {activation.state}: disable it before purging it.',
            data={"plugin": slug, "state": activation.state},
        )
    refuse_needed(slug, states=[state for state in ActivationState.values if state != ActivationState.AVAILABLE])
    return activation


def _remove_permissions(slug: str) -> None:
    prefix = f"{slug}."
    Team.objects.filter(permission__startswith=prefix).update(permission="", updated_at=timezone.now())
    for key in ApiKey.objects.filter(scopes__isnull=False).only("pk", "scopes"):
        kept = [codename for codename in key.scopes or () if not codename.startswith(prefix)]
        if kept != key.scopes:
            ApiKey.objects.filter(pk=key.pk).update(scopes=kept, updated_at=timezone.now())


def _locked(slug: str) -> Activation:
    activation = Activation.objects.select_for_update().filter(pk=slug).first()
    if activation is None:
        raise NotFoundError(f'Plugin "{slug[:40]}" has never been enabled here.')
    return activation


def refuse_needed(slug: str, *, states: list[str] | None = None) -> None:
    """Refuse to take a plugin away that others here need.

    Raises:
        ConflictError: `data["needed_by"]` names them.
    """
    dependents = needing_here(slug, states=states)
    if dependents:
        names = ", ".join(dependents)
        raise ConflictError(
            f'Plugin "{slug}" is needed by {names}: disable them first.', data={"plugin": slug, "needed_by": dependents}
        )


@contextmanager
def _failure_is_kept(slug: str, state: str, actor: Principal | None) -> Iterator[None]:
    """Write a failed act into the activation after its rollback, and answer it as a typed error."""
    try:
        yield
    except (NotFoundError, ValidationFailedError, ConflictError):
        raise
    except (Exception, SystemExit) as error:  # a plugin's migration or hook may raise anything
        detail = shown_to_admins(error)
        logger.exception("Plugin %s: %s", slug, state)
        with transaction.atomic():
            Activation.objects.update_or_create(slug=slug, defaults={"state": state, "error": detail})
            record_audit(
                actor=actor, action=f"plugin.{state}", target_type="plugin", target_id=slug, data={"error": detail}
            )
        raise ActivationFailedError(f'Plugin "{slug}": {detail}', data={"plugin": slug, "state": state}) from error
    finally:
        forget_activations()


def shown_to_admins(error: BaseException) -> str:
    """Return what an admin may read: of the database the first line, which names the fault; others may be internal."""
    if isinstance(error, TenonError):
        return error.detail
    if isinstance(error, DatabaseError):
        return f"the database refused it: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
    return f"{type(error).__name__}: {str(error)[:500]}"


def forget_activations() -> None:
    """Forget what this process remembers of who has which plugin."""
    forget_enabled_plugins()
    memory.clear()


def _tell(what: str, slug: str, actor: Principal | None, facts: dict[str, Any]) -> None:
    record_audit(actor=actor, action=f"plugin.{what}", target_type="plugin", target_id=slug, data=facts)
    emit_event(type=f"plugin.{what}", payload={"plugin": slug, **facts})
    after: Callable[[], None] = forget_activations
    transaction.on_commit(after, robust=True)
