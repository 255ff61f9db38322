"""The plugins that a new organization has from the start (`default_enabled` in their manifests).

Their tables are replayed together with the core's, in one round trip; their rows are written in bulk. One that cannot
be enabled is left out, without tables, and named: its activation says why. Organizations that exist already never get
a plugin this way.
"""

import logging
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from django.db import DatabaseError, transaction
from django.utils import timezone

from platform_core.api.errors import ConflictError
from platform_core.events.services import emit_events, record_audits
from platform_core.plugins.consent import asked_by
from platform_core.plugins.facade import HookFacade
from platform_core.plugins.loader import LoadedPlugin, get_registry
from platform_core.plugins.models import Activation, ActivationState
from platform_core.plugins.services.activation import forget_activations, shown_to_admins
from platform_core.plugins.services.fleet_index import index_entry, unindex_plugin
from platform_core.plugins.services.installed import installed_labels, labels_of_plugin
from tenants.activation import drop_tables, make_tables
from tenants.models import DdlScript
from tenants.provisioning import provision_organization
from tenants.scope import OrganizationRef, current_organization
from tenants.scripts import find_scripts, plugin_key

HOOKS_AT_CREATION = frozenset({"plan_enable", "after_enable"})
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultPlugins:
    """What the next new organization gets.

    Attributes:
        plugins: in order of dependency.
        scripts: slug -> script of its tables. A plugin with tables that has none here is migrated, which makes the
            script for the organizations after it.
    """

    plugins: tuple[LoadedPlugin, ...]
    scripts: Mapping[str, DdlScript]


NO_PLUGINS: Final = DefaultPlugins(plugins=(), scripts={})


def default_plugins() -> DefaultPlugins:
    """Return the default plugins of this process with their cached scripts: one query, none without tables."""
    plugins = tuple(plugin for plugin in get_registry().plugins.values() if plugin.manifest.default_enabled)
    keys = {plugin_key(plugin.slug, labels_of_plugin(plugin)): plugin.slug for plugin in plugins if plugin.label}
    scripts = {keys[key]: script for key, script in find_scripts(keys).items()} if keys else {}
    return DefaultPlugins(plugins=plugins, scripts=scripts)


def provision_with_defaults(
    *,
    slug: str,
    name: str,
    created_by_user_id: int | None,
    defaults: DefaultPlugins,
    domains: tuple[str, ...] = (),
) -> tuple[OrganizationRef, DefaultPlugins]:
    """Make an organization with its tables and those of the default plugins. Must be inside a transaction.

    A default plugin whose script cannot be replayed does not prevent the organization: it is made with the core's
    tables alone, and each plugin is then tried on its own.

    Returns:
        The organization, and what is left to be done by `enable_default_plugins` in its scope.
    """
    index = {
        plugin.slug: index_entry(plugin.manifest.version, ActivationState.ENABLED, labels_of_plugin(plugin))
        for plugin in defaults.plugins
    }
    provision = partial(
        provision_organization,
        slug=slug,
        name=name,
        created_by_user_id=created_by_user_id,
        domains=domains,
        plugins=index,
    )
    in_order = [defaults.scripts[plugin.slug] for plugin in defaults.plugins if plugin.slug in defaults.scripts]
    try:
        with transaction.atomic():
            return provision(more_scripts=in_order), defaults
    except DatabaseError:
        if not in_order:
            raise
        logger.exception("Organization %s: the scripts of the default plugins cannot be replayed", slug)
    return provision(), replace(defaults, scripts={})


def enable_default_plugins(defaults: DefaultPlugins) -> dict[str, str]:
    """Enable the default plugins in the new organization in scope; returns slug -> reason of those that failed.

    Must be in the transaction that makes the organization.
    """
    failed = _quarantined_defaults()
    rows = {plugin.slug: _row(plugin, defaults.scripts.get(plugin.slug)) for plugin in defaults.plugins}
    Activation.objects.bulk_create([*rows.values(), *(Activation(slug=slug) for slug in failed)])
    for plugin in defaults.plugins:
        reason = _failure_of(plugin, rows[plugin.slug], defaults.scripts.get(plugin.slug), failed)
        if reason is not None:
            failed[plugin.slug] = reason
    for slug, reason in failed.items():
        logger.error("Organization %s: default plugin %s is off: %s", current_organization().slug, slug, reason)
        Activation.objects.filter(pk=slug).update(
            state=ActivationState.ENABLE_FAILED, error=reason, version="", app_labels=[], tables=[], enabled_at=None
        )
        unindex_plugin(slug)
    _tell([plugin for plugin in defaults.plugins if plugin.slug not in failed], failed)
    return failed


def _quarantined_defaults() -> dict[str, str]:
    return {
        plugin.slug: f"It was quarantined when the organization was made: {plugin.reason}"
        for plugin in get_registry().quarantined.values()
        if plugin.manifest is not None and plugin.manifest.default_enabled
    }


def _row(plugin: LoadedPlugin, script: DdlScript | None) -> Activation:
    return Activation(
        slug=plugin.slug,
        state=ActivationState.ENABLED,
        version=plugin.manifest.version,
        depends=list(plugin.manifest.depends),
        app_labels=sorted(labels_of_plugin(plugin)),
        tables=list(script.tables) if script is not None else [],
        enabled_at=timezone.now(),
        consent={**asked_by(plugin.manifest).as_json(), "version": plugin.manifest.version, "by": None, "at": None},
    )


def _failure_of(
    plugin: LoadedPlugin, row: Activation, script: DdlScript | None, failed: Mapping[str, str]
) -> str | None:
    """Do what is left for one plugin; return why it cannot be enabled, after taking its tables away, or None."""
    touches_database = HOOKS_AT_CREATION & plugin.implementations.keys() or (plugin.label and script is None)
    try:
        with transaction.atomic() if touches_database else nullcontext():
            _finish(plugin, row, script, failed)
    except (Exception, SystemExit) as error:  # noqa: BLE001  (a plugin's migration or hook may raise anything)
        if script is not None:
            drop_tables(labels=row.app_labels, tables=row.tables)
        return shown_to_admins(error)
    return None


def _finish(plugin: LoadedPlugin, row: Activation, script: DdlScript | None, failed: Mapping[str, str]) -> None:
    organization, facade = current_organization(), HookFacade()
    there = get_registry().plugins
    for slug in plugin.manifest.depends:
        if slug in failed or slug not in there or not there[slug].manifest.default_enabled:
            raise ConflictError(f'It needs plugin "{slug}", which is not enabled here.')
    notes = facade.plan_enable(plugin.slug, organization, from_version=None, to_version=plugin.manifest.version)
    blocks = [note.message for note in notes if note.level == "block"]
    if blocks:
        raise ConflictError(" ".join(blocks))
    if plugin.label and script is None:
        made = make_tables(slug=plugin.slug, labels=labels_of_plugin(plugin), installed=installed_labels(plugin))
        row.tables = list(made.tables)
        row.save(update_fields=["tables", "updated_at"])
    facade.after_enable(plugin.slug, organization)


def _tell(enabled: list[LoadedPlugin], failed: Mapping[str, str]) -> None:
    facts = {plugin.slug: {"version": plugin.manifest.version, "default": True} for plugin in enabled}
    entries = [("plugin.enabled", slug, value) for slug, value in facts.items()]
    record_audits(
        actor=None,
        target_type="plugin",
        entries=[*entries, *(("plugin.enable_failed", slug, {"error": text}) for slug, text in failed.items())],
    )
    unchanged: dict[str, Any] = {"from_version": None, "migrations": []}
    emit_events([("plugin.enabled", {"plugin": slug, **value, **unchanged}) for slug, value in facts.items()])
    forget_activations()
    transaction.on_commit(forget_activations, robust=True)
