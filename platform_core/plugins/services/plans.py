"""The dry run of enabling: what would happen, what stands in the way, and a hash that enabling wants back."""

import hashlib
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import orjson

from platform_core.members.principal import Principal
from platform_core.plugins.consent import asked_by, grown, shrunk
from platform_core.plugins.facade import HookFacade
from platform_core.plugins.loader import LoadedPlugin, get_registry
from platform_core.plugins.models import Activation, ActivationState
from platform_core.plugins.queries.dependencies import Dependency, dependency_closure
from platform_core.plugins.queries.impact import projects_using
from platform_core.plugins.queries.touched import TouchedTable, python_steps, touched_tables
from platform_core.plugins.services.consents import consent_token
from platform_core.plugins.services.installed import installed_labels, labels_of_plugin, loaded_plugin
from platform_core.plugins.services.rehearsals import Rehearsal, rehearse
from tenants.activation import pending_sql, refuse_lagging_schema
from tenants.errors import MigrationEngineError
from tenants.scope import current_organization

# A failed upgrade is tried again as an upgrade: the plugin's data are still of the old version.
LEADS_TO_ENABLED = frozenset({ActivationState.ENABLED, ActivationState.UPGRADING, ActivationState.UPGRADE_FAILED})
# These may change meanwhile without changing what is agreed to.
_NOT_AGREED_TO: Final = frozenset({"projects", "touched"})


@dataclass(frozen=True, slots=True, kw_only=True)
class EnablePlan:
    """What enabling or upgrading a plugin would do here.

    Attributes:
        action: enable, upgrade, or consent where nothing but an agreement is missing.
        depends: plugins it names, each with its state here.
        closure: everything it needs, directly or not, in the order in which it has to be enabled.
        permissions: codenames with reason and suggested roles.
        added: what it asks beyond what was agreed to here before; of a plugin that was never here everything.
        removed: what was agreed to and is no longer asked.
        sql: statements of the pending migrations, in order.
        python_steps: operations among them that are Python, whose effect no statement shows.
        touched: tables of the statements, with the rows that are in them; for a shown plan only.
        notes: what the plugin says; a `block` note forbids.
        projects: ids of projects whose label config names a taxonomy of the plugin.
        blockers: why it cannot be enabled now; empty when it can.
        plan_hash: to be sent with `enable/`; another one means that something changed since.
        consent: signed text for the member who asked; names the hash, this organization and the member.
        rehearsal: how the migrations went in an empty copy, where it was asked for.
    """

    slug: str
    action: str
    from_version: str | None
    to_version: str
    depends: tuple[dict[str, str], ...]
    closure: tuple[Dependency, ...]
    permissions: tuple[dict[str, Any], ...]
    data_classes: tuple[str, ...]
    outbound_hosts: tuple[str, ...]
    added: dict[str, list[str]]
    removed: dict[str, list[str]]
    sql: tuple[str, ...]
    python_steps: int
    touched: tuple[TouchedTable, ...]
    notes: tuple[dict[str, str], ...]
    projects: tuple[int, ...]
    blockers: tuple[str, ...]
    plan_hash: str
    consent: str = ""
    rehearsal: Rehearsal | None = None


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
    closure = dependency_closure(slug, get_registry())
    sql, engine_problem = _pending_sql(plugin)
    notes = HookFacade().plan_enable(
        slug, current_organization(), from_version=from_version, to_version=plugin.manifest.version
    )
    action = _action(plugin, activation, sql)
    blockers = _missing(closure)
    # Without a dependency's tables the engine cannot plan either; its complaint would only hide the reason.
    blockers += [engine_problem] if engine_problem and not blockers else []
    blockers += [note.message for note in notes if note.level == "block"]
    blockers += ["It is enabled already."] if action == "nothing" else []
    asked, agreed = asked_by(plugin.manifest), _agreed(activation)
    facts: dict[str, Any] = {
        "slug": slug,
        "action": "upgrade" if action == "nothing" else action,
        "from_version": from_version,
        "to_version": plugin.manifest.version,
        "depends": tuple({"slug": item.slug, "state": item.state} for item in closure if item.direct),
        "closure": tuple(closure),
        "permissions": tuple(asdict(item) for item in plugin.manifest.permissions),
        "data_classes": tuple(plugin.manifest.data_classes),
        "outbound_hosts": tuple(plugin.manifest.outbound_hosts),
        "added": grown(agreed, asked).as_json(),
        "removed": shrunk(agreed, asked).as_json(),
        "sql": tuple(sql),
        "python_steps": python_steps(sql),
        "touched": (),
        "notes": tuple({"level": note.level, "message": note.message} for note in notes),
        "projects": tuple(projects_using(slug)),
        "blockers": tuple(blockers),
    }
    return EnablePlan(**facts, plan_hash=_hash(facts))


def shown_plan(slug: str, *, actor: Principal | None, with_rehearsal: bool) -> EnablePlan:
    """Return a plan as it is shown to somebody who may agree to it, with what costs time; raises as `plan_enable`.

    Args:
        actor: who gets a consent; None for the operator, who needs none.
        with_rehearsal: try the migrations in an empty copy of the schema; not where something blocks already.
    """
    plan = plan_enable(slug)
    rehearsal = rehearse(loaded_plugin(slug)) if with_rehearsal and not plan.blockers else None
    consent = consent_token(slug=slug, plan_hash=plan.plan_hash, actor=actor) if actor is not None else ""
    return replace(plan, touched=tuple(touched_tables(plan.sql)), consent=consent, rehearsal=rehearsal)


def _agreed(activation: Activation | None) -> dict[str, Any] | None:
    """Return what was agreed to here: nothing where the plugin never was, None where it was before that was kept."""
    if activation is None or not activation.version:
        return {}
    agreed: dict[str, Any] | None = activation.consent
    return agreed


def _action(plugin: LoadedPlugin, activation: Activation | None, sql: list[str]) -> str:
    if activation is None or activation.state not in LEADS_TO_ENABLED:
        return "enable"
    is_current = activation.state == ActivationState.ENABLED and activation.version == plugin.manifest.version
    if not is_current or sql:
        return "upgrade"
    return "consent" if grown(activation.consent, asked_by(plugin.manifest)) else "nothing"


def _missing(closure: list[Dependency]) -> list[str]:
    """Return what is not enabled: of the plugins it names itself, and of those that these need in turn."""
    return [
        f'It needs plugin "{item.slug}", which is {item.state} here.' for item in closure if item.state != "enabled"
    ]


def _pending_sql(plugin: LoadedPlugin) -> tuple[list[str], str | None]:
    try:
        refuse_lagging_schema()
        return pending_sql(labels_of_plugin(plugin), installed=installed_labels(plugin)), None
    except MigrationEngineError as error:
        return [], str(error)


def _hash(facts: dict[str, Any]) -> str:
    """Hash what consent depends on."""
    consent = {key: value for key, value in facts.items() if key not in _NOT_AGREED_TO}
    return hashlib.sha256(orjson.dumps(consent, option=orjson.OPT_SORT_KEYS)).hexdigest()
