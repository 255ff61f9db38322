"""The dry run of enabling: what would happen, what stands in the way, and a hash that enabling wants back."""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from platform_core.api.errors import ConflictError, NotFoundError
from platform_core.plugins.facade import HookFacade
from platform_core.plugins.loader import LoadedPlugin, get_registry
from platform_core.plugins.models import Activation, ActivationState
from platform_core.projects.models import Project
from tenants.activation import pending_sql, refuse_lagging_schema
from tenants.digests import core_labels
from tenants.errors import MigrationEngineError
from tenants.scope import current_organization

# A failed upgrade is tried again as an upgrade: the plugin's data are still of the old version.
LEADS_TO_ENABLED = frozenset({ActivationState.ENABLED, ActivationState.UPGRADING, ActivationState.UPGRADE_FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class EnablePlan:
    """What enabling or upgrading a plugin would do here.

    Attributes:
        action: enable or upgrade.
        depends: plugins it needs, each with its state here.
        permissions: codenames with reason and suggested roles.
        sql: statements of the pending migrations, in order.
        notes: what the plugin says; a `block` note forbids.
        projects: ids of projects whose label config names a taxonomy of the plugin.
        blockers: why it cannot be enabled now; empty when it can.
        plan_hash: to be sent with `enable/`; another one means that something changed since.
    """

    slug: str
    action: str
    from_version: str | None
    to_version: str
    depends: tuple[dict[str, str], ...]
    permissions: tuple[dict[str, Any], ...]
    data_classes: tuple[str, ...]
    sql: tuple[str, ...]
    notes: tuple[dict[str, str], ...]
    projects: tuple[int, ...]
    blockers: tuple[str, ...]
    plan_hash: str


def loaded_plugin(slug: str) -> LoadedPlugin:
    """Return a plugin whose code runs in this process.

    Raises:
        NotFoundError: it is not installed.
        ConflictError: it is quarantined; the message has the reason.
    """
    registry = get_registry()
    if slug in registry.quarantined:
        raise ConflictError(
            f'Plugin "{slug}" is quarantined: {registry.quarantined[slug].reason}', data={"plugin": slug}
        )
    if slug not in registry.plugins:
        raise NotFoundError(f'There is no plugin "{slug[:40]}".')
    return registry.plugins[slug]


def labels_of_plugin(plugin: LoadedPlugin) -> frozenset[str]:
    """Return the app labels whose tables belong to a plugin."""
    return frozenset({plugin.label}) if plugin.label else frozenset()


def installed_labels(plugin: LoadedPlugin) -> frozenset[str]:
    """Return the labels that are at head before a plugin is enabled: the core's and those of its dependencies."""
    registry = get_registry()
    needed = [registry.plugins[slug] for slug in plugin.manifest.depends if slug in registry.plugins]
    return core_labels().union(*(labels_of_plugin(item) | installed_labels(item) for item in needed))


def plan_enable(slug: str) -> EnablePlan:
    """Plan enabling or upgrading a plugin; changes nothing.

    Raises:
        NotFoundError: it is not installed.
        ConflictError: it is quarantined.
        PluginLifecycleError: its own `plan_enable` failed.
    """
    plugin = loaded_plugin(slug)
    activation = Activation.objects.filter(pk=slug).first()
    from_version = activation.version or None if activation is not None else None
    depends = _dependencies(plugin)
    sql, engine_problem = _pending_sql(plugin)
    notes = HookFacade().plan_enable(
        slug, current_organization(), from_version=from_version, to_version=plugin.manifest.version
    )
    blockers = [
        f'It needs plugin "{item["slug"]}", which is {item["state"]} here.'
        for item in depends
        if item["state"] != "enabled"
    ]
    # Without a dependency's tables the engine cannot plan either; its complaint would only hide the reason.
    blockers += [engine_problem] if engine_problem and not blockers else []
    blockers += [note.message for note in notes if note.level == "block"]
    is_enabled = activation is not None and activation.state == ActivationState.ENABLED
    if is_enabled and from_version == plugin.manifest.version and not sql:
        blockers.append("It is enabled already.")
    facts: dict[str, Any] = {
        "slug": slug,
        "action": "upgrade" if activation is not None and activation.state in LEADS_TO_ENABLED else "enable",
        "from_version": from_version,
        "to_version": plugin.manifest.version,
        "depends": tuple(depends),
        "permissions": tuple(asdict(item) for item in plugin.manifest.permissions),
        "data_classes": tuple(plugin.manifest.data_classes),
        "sql": tuple(sql),
        "notes": tuple({"level": note.level, "message": note.message} for note in notes),
        "projects": tuple(projects_using(slug)),
        "blockers": tuple(blockers),
    }
    return EnablePlan(**facts, plan_hash=_hash(facts))


def projects_using(slug: str) -> list[int]:
    """Return ids of projects whose label config names a taxonomy of the plugin; at most 1,000."""
    return list(
        Project.objects.filter(label_config__contains=f'taxonomy="{slug}:')
        .order_by("pk")
        .values_list("pk", flat=True)[:1000]
    )


def _dependencies(plugin: LoadedPlugin) -> list[dict[str, str]]:
    states = dict(Activation.objects.filter(pk__in=plugin.manifest.depends).values_list("slug", "state"))
    return [
        {"slug": slug, "state": states.get(slug, ActivationState.AVAILABLE)} for slug in sorted(plugin.manifest.depends)
    ]


def _pending_sql(plugin: LoadedPlugin) -> tuple[list[str], str | None]:
    try:
        refuse_lagging_schema()
        return pending_sql(labels_of_plugin(plugin), installed=installed_labels(plugin)), None
    except MigrationEngineError as error:
        return [], str(error)


def _hash(facts: dict[str, Any]) -> str:
    """Hash what consent depends on; `projects` may grow meanwhile without changing what is agreed to."""
    consent = {key: value for key, value in facts.items() if key != "projects"}
    return hashlib.sha256(orjson.dumps(consent, option=orjson.OPT_SORT_KEYS)).hexdigest()
