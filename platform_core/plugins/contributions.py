"""What enabled plugins add to the core's registries, cached by registry and enabled set."""

from functools import lru_cache

from platform_core.plugins.enabled import EnabledSet
from platform_core.plugins.loader import PluginRegistry, get_registry
from platform_core.projects.label_config import CORE_TAGS, TagRegistry


def tag_registry(enabled: EnabledSet) -> TagRegistry:
    """Return the core's tags and those of the enabled plugins."""
    return _tags(get_registry(), enabled) if enabled else CORE_TAGS


@lru_cache(maxsize=64)
def _tags(registry: PluginRegistry, enabled: EnabledSet) -> TagRegistry:
    added = registry.label_tags(enabled)
    return CORE_TAGS.extended_with(added.values()) if added else CORE_TAGS
