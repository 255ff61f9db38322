"""What an installed plugin says of itself, loaded or quarantined."""

from platform_core.plugins.loader import PluginRegistry, get_registry
from platform_core.plugins.manifest import Manifest


def manifest_of(slug: str, registry: PluginRegistry | None = None) -> Manifest | None:
    """Return the manifest of an installed plugin; None where it is missing or cannot be read."""
    known = registry or get_registry()
    if slug in known.plugins:
        return known.plugins[slug].manifest
    quarantined = known.quarantined.get(slug)
    return quarantined.manifest if quarantined is not None else None
