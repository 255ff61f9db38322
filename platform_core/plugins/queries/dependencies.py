"""What a plugin needs, directly and through others, and who needs it."""

from dataclasses import dataclass

from platform_core.plugins.loader import PluginRegistry
from platform_core.plugins.models import Activation, ActivationState
from platform_core.plugins.queries.manifests import manifest_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """A plugin that another one needs.

    Attributes:
        state: here; `missing` where it is not installed.
        version: of the installed code; empty where it is missing.
        direct: named by the manifest itself, not only by one of its dependencies.
    """

    slug: str
    state: str
    version: str
    direct: bool


def states_here(slugs: list[str] | None = None) -> dict[str, str]:
    """Return slug -> stored state of the plugins that have been here."""
    rows = Activation.objects.all() if slugs is None else Activation.objects.filter(pk__in=slugs)
    return dict(rows.values_list("slug", "state"))


def dependency_closure(slug: str, registry: PluginRegistry) -> list[Dependency]:
    """Return everything that a plugin needs, in the order in which it has to be enabled: one query, none without."""
    ordered: list[str] = []
    _visit(slug, registry, ordered, set())
    ordered.remove(slug)
    if not ordered:
        return []
    manifest = manifest_of(slug, registry)
    direct = set(manifest.depends) if manifest is not None else set()
    states = states_here(ordered)
    found = []
    for name in ordered:
        needed = manifest_of(name, registry)
        state = states.get(name, ActivationState.AVAILABLE.value) if needed is not None else "missing"
        found.append(
            Dependency(
                slug=name,
                state="quarantined" if name in registry.quarantined else state,
                version=needed.version if needed is not None else "",
                direct=name in direct,
            )
        )
    return found


def _visit(slug: str, registry: PluginRegistry, ordered: list[str], seen: set[str]) -> None:
    """Write down what is needed before what needs it; a cycle, which the lock refuses, ends the descent."""
    if slug in seen:
        return
    seen.add(slug)
    manifest = manifest_of(slug, registry)
    for name in sorted(manifest.depends) if manifest is not None else ():
        _visit(name, registry, ordered, seen)
    ordered.append(slug)


def installed_needing(slug: str, registry: PluginRegistry) -> list[str]:
    """Return the slugs of the installed plugins whose manifests name this one."""
    found = {
        name
        for name in {*registry.plugins, *registry.quarantined}
        if (manifest := manifest_of(name, registry)) is not None and slug in manifest.depends
    }
    return sorted(found)


def needing_here(slug: str, *, states: list[str] | None = None) -> list[str]:
    """Return the slugs of the plugins that needed this one when they were enabled here.

    Args:
        states: which of them count; None means the enabled ones.
    """
    rows = Activation.objects.filter(state__in=states or [ActivationState.ENABLED]).exclude(pk=slug)
    return sorted(row.slug for row in rows.only("slug", "depends") if slug in row.depends)
