"""What enabled plugins add to the core's registries: label tags, importers, exporters, taxonomies, templates."""

from functools import lru_cache

from platform_core.projects.label_config import CORE_TAGS, TagRegistry


@lru_cache(maxsize=64)
def tag_registry(enabled: frozenset[str]) -> TagRegistry:
    """Return the core's tags and those of the enabled plugins."""
    return CORE_TAGS
