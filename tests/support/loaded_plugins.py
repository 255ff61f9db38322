"""Plugins without a distribution, an app or a lock: what they say of themselves, and their hooks."""

from platform_core.plugins.collection import collect
from platform_core.plugins.hookspecs import hookimpl
from platform_core.plugins.implementations import read_implementations
from platform_core.plugins.loader import LoadedPlugin, PluginRegistry
from platform_core.plugins.manifest import Manifest


def manifest(slug, **values):
    defaults = {
        "name": slug, "version": "1.0", "summary": "s", "author": "a", "license": "l", "hook_level": 1, "depends": (),
        "api_prefixes": (slug,), "default_enabled": False, "permissions": (), "data_classes": (),
        "settings_schema": None, "retention_days": 30, "blocking": (),
    }  # fmt: skip
    return Manifest(slug=slug, **(defaults | values))


def loaded(slug, *, depth=0, package=None, says=None, **hooks):
    """Return a plugin; `says` are fields of its manifest, `hooks` functions that take `self`."""
    plugin = type("Plugin", (), {name: hookimpl(function) for name, function in hooks.items()})()
    implementations = read_implementations(plugin)
    return LoadedPlugin(
        slug=slug,
        package=package or slug,
        manifest=manifest(slug, **(says or {})),
        depth=depth,
        label=None,
        tables=(),
        implementations=implementations,
        registrations=collect(implementations, lambda item: item.function()),
        patterns={},
    )


def registry_of(*plugins, **more):
    return PluginRegistry(plugins={plugin.slug: plugin for plugin in plugins}, **more)
