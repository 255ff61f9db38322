"""The catalogue: every installed plugin with its state here, and those that are gone but left data."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from platform_core.api.errors import NotFoundError
from platform_core.plugins.loader import PluginRegistry, get_registry
from platform_core.plugins.manifest import Manifest
from platform_core.plugins.models import Activation, ActivationState


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """One plugin as an organization's admin sees it.

    Attributes:
        state: an `ActivationState`, or the computed `quarantined` and `missing`.
        version: of the installed code; empty where it is missing.
        installed_version: whose tables are here; empty where none are.
        error: why it is quarantined, or why the last act failed.
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
    default_enabled: bool
    permissions: tuple[dict[str, Any], ...]
    data_classes: tuple[str, ...]
    retention_days: int
    error: str
    enabled_at: datetime | None
    purge_due_at: datetime | None


def catalogue() -> list[CatalogueEntry]:
    """Return all plugins, by slug."""
    registry = get_registry()
    activations = {row.slug: row for row in Activation.objects.all()}
    slugs = {*registry.plugins, *registry.quarantined, *activations}
    return [_entry(slug, registry, activations.get(slug)) for slug in sorted(slugs)]


def catalogue_entry(slug: str) -> CatalogueEntry:
    """Return one plugin.

    Raises:
        NotFoundError: it is neither installed nor has it data here.
    """
    registry = get_registry()
    activation = Activation.objects.filter(pk=slug).first()
    if activation is None and slug not in registry.plugins and slug not in registry.quarantined:
        raise NotFoundError(f'There is no plugin "{slug[:40]}".')
    return _entry(slug, registry, activation)


def manifest_of(slug: str, registry: PluginRegistry | None = None) -> Manifest | None:
    """Return the manifest of an installed plugin, loaded or quarantined."""
    known = registry or get_registry()
    if slug in known.plugins:
        return known.plugins[slug].manifest
    quarantined = known.quarantined.get(slug)
    return quarantined.manifest if quarantined is not None else None


def failed_plugins() -> dict[str, str]:
    """Return slug -> reason of the plugins here that could not be enabled."""
    rows = Activation.objects.filter(state=ActivationState.ENABLE_FAILED).order_by("slug")
    return dict(rows.values_list("slug", "error"))


def _entry(slug: str, registry: PluginRegistry, activation: Activation | None) -> CatalogueEntry:
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
        default_enabled=manifest.default_enabled if manifest else False,
        permissions=tuple(
            {"codename": item.codename, "reason": item.reason, "roles": list(item.roles)}
            for item in (manifest.permissions if manifest else ())
        ),
        data_classes=tuple(manifest.data_classes) if manifest else (),
        retention_days=manifest.retention_days if manifest else 30,
        error=quarantined.reason if quarantined is not None else (activation.error if activation else ""),
        enabled_at=activation.enabled_at if activation else None,
        purge_due_at=activation.purge_due_at if activation else None,
    )


def _state(slug: str, registry: PluginRegistry, activation: Activation | None) -> str:
    if slug in registry.quarantined:
        return "quarantined"
    if slug not in registry.plugins:
        return "missing"
    return activation.state if activation is not None else ActivationState.AVAILABLE
