"""The catalogue: every installed plugin with its state here, and those that are gone but left data."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from platform_core.api.errors import NotFoundError
from platform_core.plugins.consent import asked_by, grown
from platform_core.plugins.loader import PluginRegistry, get_registry
from platform_core.plugins.manifest import Manifest
from platform_core.plugins.models import Activation, ActivationState
from platform_core.plugins.proofs import proven_tiers
from platform_core.plugins.queries.dependencies import installed_needing
from platform_core.plugins.queries.manifests import manifest_of

CONSENTED = frozenset({ActivationState.ENABLED, ActivationState.UPGRADING, ActivationState.UPGRADE_FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """One plugin as an organization's admin sees it.

    Attributes:
        state: an `ActivationState`, or the computed `quarantined` and `missing`.
        version: of the installed code; empty where it is missing.
        installed_version: whose tables are here; empty where none are.
        error: why it is quarantined, or why the last act failed.
        needed_by: installed plugins that name it, each with whether it is enabled here.
        outbound_hosts: whom it calls; `*` is anybody.
        tier: that `tenon plugin prove` computed for the installed version; None where nobody has proven it.
        consent_needed: what it asks beyond what was agreed to here; None where nothing is missing.
    """

    slug: str
    name: str
    summary: str
    author: str
    license: str
    state: str
    version: str
    installed_version: str
    hook_level: int | None
    depends: tuple[str, ...]
    needed_by: tuple[dict[str, Any], ...]
    default_enabled: bool
    permissions: tuple[dict[str, Any], ...]
    data_classes: tuple[str, ...]
    outbound_hosts: tuple[str, ...]
    tier: str | None
    consent_needed: dict[str, list[str]] | None
    retention_days: int
    error: str
    enabled_at: datetime | None
    purge_due_at: datetime | None


def catalogue() -> list[CatalogueEntry]:
    """Return all plugins, by slug."""
    registry = get_registry()
    activations = {row.slug: row for row in Activation.objects.all()}
    slugs = {*registry.plugins, *registry.quarantined, *activations}
    enabled = {row.slug for row in activations.values() if row.state == ActivationState.ENABLED}
    tiers = proven_tiers(Path(settings.TENON_DATA_DIR))
    return [_entry(slug, registry, activations.get(slug), enabled, tiers.get(slug)) for slug in sorted(slugs)]


def catalogue_entry(slug: str) -> CatalogueEntry:
    """Return one plugin.

    Raises:
        NotFoundError: it is neither installed nor has it data here.
    """
    registry = get_registry()
    names = [slug, *installed_needing(slug, registry)]
    rows = {row.slug: row for row in Activation.objects.filter(pk__in=names)}
    activation = rows.get(slug)
    if activation is None and slug not in registry.plugins and slug not in registry.quarantined:
        raise NotFoundError(f'There is no plugin "{slug[:40]}".')
    enabled = {row.slug for row in rows.values() if row.state == ActivationState.ENABLED}
    return _entry(slug, registry, activation, enabled, proven_tiers(Path(settings.TENON_DATA_DIR)).get(slug))


def failed_plugins() -> dict[str, str]:
    """Return slug -> reason of the plugins here that could not be enabled."""
    rows = Activation.objects.filter(state=ActivationState.ENABLE_FAILED).order_by("slug")
    return dict(rows.values_list("slug", "error"))


def _entry(
    slug: str, registry: PluginRegistry, activation: Activation | None, enabled: Collection[str], tier: str | None
) -> CatalogueEntry:
    manifest = manifest_of(slug, registry)
    quarantined = registry.quarantined.get(slug)
    return CatalogueEntry(
        slug=slug,
        name=manifest.name if manifest else slug,
        summary=manifest.summary if manifest else "",
        author=manifest.author if manifest else "",
        license=manifest.license if manifest else "",
        state=_state(slug, registry, activation),
        version=manifest.version if manifest else "",
        installed_version=activation.version if activation else "",
        hook_level=manifest.hook_level if manifest else None,
        depends=tuple(manifest.depends) if manifest else tuple(activation.depends if activation else ()),
        needed_by=tuple({"slug": name, "enabled": name in enabled} for name in installed_needing(slug, registry)),
        default_enabled=manifest.default_enabled if manifest else False,
        permissions=tuple(
            {"codename": item.codename, "reason": item.reason, "roles": list(item.roles)}
            for item in (manifest.permissions if manifest else ())
        ),
        data_classes=tuple(manifest.data_classes) if manifest else (),
        outbound_hosts=tuple(manifest.outbound_hosts) if manifest else (),
        tier=tier,
        consent_needed=_consent_needed(manifest, activation),
        retention_days=manifest.retention_days if manifest else 30,
        error=quarantined.reason if quarantined is not None else (activation.error if activation else ""),
        enabled_at=activation.enabled_at if activation else None,
        purge_due_at=activation.purge_due_at if activation else None,
    )


def _consent_needed(manifest: Manifest | None, activation: Activation | None) -> dict[str, list[str]] | None:
    if manifest is None or activation is None or activation.state not in CONSENTED:
        return None
    beyond = grown(activation.consent, asked_by(manifest))
    return beyond.as_json() if beyond else None


def _state(slug: str, registry: PluginRegistry, activation: Activation | None) -> str:
    if slug in registry.quarantined:
        return "quarantined"
    if slug not in registry.plugins:
        return "missing"
    return activation.state if activation is not None else ActivationState.AVAILABLE
