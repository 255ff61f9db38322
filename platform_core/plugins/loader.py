"""The plugins of this process: loaded once from the lock, each on its own, failures set aside with their reason."""

import functools
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import TypeVar

from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, URLResolver

from platform_core.plugins.backend_registrations import MLBackendSpec, NavigationItem, StorageBackendSpec
from platform_core.plugins.collection import Registrations, collect
from platform_core.plugins.discovery import ENTRY_POINT_GROUP
from platform_core.plugins.enabled import EnabledSet
from platform_core.plugins.errors import LockFileError, PluginRejectedError
from platform_core.plugins.implementations import Implementation, read_implementations
from platform_core.plugins.lock import Lock, LockedPlugin, present_plugins, read_lock
from platform_core.plugins.manifest import Manifest
from platform_core.plugins.registrations import (
    DocumentPart,
    EventTypeSpec,
    ExporterSpec,
    ImporterSpec,
    ProjectTemplateSpec,
    TaxonomySpec,
)
from platform_core.plugins.routing import mount, prefix_patterns
from platform_core.plugins.task_registrations import TaskActionSpec, TaskColumnSpec
from platform_core.plugins.types import EventHandlerSpec, TaxonomyRef
from platform_core.plugins.watchdog import process_watchdog
from platform_core.projects.label_config import TagSpec

T = TypeVar("T")
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedPlugin:
    """A plugin whose code is in this process.

    Attributes:
        slug: name of the plugin.
        package: top-level package of its code.
        manifest: what it says about itself.
        depth: dependency depth.
        label: of its Django app; None when it has none.
        tables: its tables.
        implementations: hook name to implementation.
        registrations: what its register hooks returned.
        patterns: API prefix to URL patterns relative to it.
    """

    slug: str
    package: str
    manifest: Manifest
    depth: int
    label: str | None
    tables: tuple[str, ...]
    implementations: Mapping[str, Implementation]
    registrations: Registrations
    patterns: Mapping[str, list[URLPattern]]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedPlugin:
    """A plugin that is installed and not loaded; `manifest` is None when it is missing or wrong."""

    slug: str
    reason: str
    manifest: Manifest | None


@dataclass(frozen=True, kw_only=True, eq=False)
class PluginRegistry:
    """All plugins of this process, in order of dependency depth, then slug. Never changes; hashed by identity.

    Look-ups take the set of enabled plugins, so that what is off is absent.
    """

    plugins: Mapping[str, LoadedPlugin] = field(default_factory=dict)
    quarantined: Mapping[str, QuarantinedPlugin] = field(default_factory=dict)

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """Manifests of the loaded plugins, in order."""
        return tuple(plugin.manifest for plugin in self.plugins.values())

    def enabled(self, enabled: EnabledSet) -> list[LoadedPlugin]:
        """Return the loaded plugins among the enabled ones, in order."""
        return [plugin for slug, plugin in self.plugins.items() if slug in enabled]

    def importers(self, enabled: EnabledSet) -> dict[str, ImporterSpec]:
        """Return importers by `slug.key`."""
        return _keyed((plugin.slug, plugin.registrations.importers) for plugin in self.enabled(enabled))

    def exporters(self, enabled: EnabledSet) -> dict[str, ExporterSpec]:
        """Return exporters by `slug.key`."""
        return _keyed((plugin.slug, plugin.registrations.exporters) for plugin in self.enabled(enabled))

    def project_templates(self, enabled: EnabledSet) -> dict[str, ProjectTemplateSpec]:
        """Return project templates by `slug.key`."""
        return _keyed((plugin.slug, plugin.registrations.project_templates) for plugin in self.enabled(enabled))

    def label_tags(self, enabled: EnabledSet) -> dict[str, TagSpec]:
        """Return label-config tags by element name."""
        return {tag.name: tag for plugin in self.enabled(enabled) for tag in plugin.registrations.label_tags}

    def event_types(self, enabled: EnabledSet) -> dict[str, EventTypeSpec]:
        """Return the kinds of events of plugins by `slug.key`, which is the type they are emitted as."""
        return _keyed((plugin.slug, plugin.registrations.event_types) for plugin in self.enabled(enabled))

    def document_parts(self, enabled: EnabledSet) -> list[DocumentPart]:
        """Return sections of the OpenAPI document, in order; of two with one key the first counts."""
        return [part for plugin in self.enabled(enabled) for part in plugin.registrations.document_parts]

    def event_handlers(self, enabled: EnabledSet) -> dict[str, EventHandlerSpec]:
        """Return event handlers by `slug.key`."""
        return _keyed((plugin.slug, plugin.registrations.event_handlers) for plugin in self.enabled(enabled))

    def task_columns(self, enabled: EnabledSet) -> dict[str, TaskColumnSpec]:
        """Return columns of task lists by `slug.key`."""
        return _keyed((plugin.slug, plugin.registrations.task_columns) for plugin in self.enabled(enabled))

    def task_actions(self, enabled: EnabledSet) -> dict[str, TaskActionSpec]:
        """Return actions on tasks by `slug.key`."""
        return _keyed((plugin.slug, plugin.registrations.task_actions) for plugin in self.enabled(enabled))

    def ml_backends(self, enabled: EnabledSet) -> dict[str, MLBackendSpec]:
        """Return models by `slug.key`."""
        return _keyed((plugin.slug, plugin.registrations.ml_backends) for plugin in self.enabled(enabled))

    def storage_backends(self, enabled: EnabledSet) -> dict[str, StorageBackendSpec]:
        """Return kinds of stores by `slug.key`."""
        return _keyed((plugin.slug, plugin.registrations.storage_backends) for plugin in self.enabled(enabled))

    def navigation(self, enabled: EnabledSet) -> dict[str, NavigationItem]:
        """Return entries of the menu by `slug.key`."""
        return _keyed((plugin.slug, plugin.registrations.navigation) for plugin in self.enabled(enabled))

    def taxonomies(self, enabled: EnabledSet) -> dict[TaxonomyRef, TaxonomySpec]:
        """Return taxonomies by the reference that a control tag writes."""
        return {
            TaxonomyRef(slug=plugin.slug, key=item.key, version=item.version): item
            for plugin in self.enabled(enabled)
            for item in plugin.registrations.taxonomies
        }

    def url_resolvers(self) -> list[URLResolver]:
        """Return the routes of all plugins for inclusion below `api/`, namespaced by slug for the gate."""
        return [resolver for plugin in self.plugins.values() for resolver in mount(plugin.slug, dict(plugin.patterns))]


def _keyed(groups: Iterable[tuple[str, Sequence[T]]]) -> dict[str, T]:
    return {f"{slug}.{item.key}": item for slug, items in groups for item in items}  # type: ignore[attr-defined]


def load_plugin(locked: LockedPlugin) -> LoadedPlugin:
    """Import one plugin and call its register hooks.

    Raises:
        PluginRejectedError: it breaks a rule.
        Exception: whatever its code raises.
    """
    manifest = locked.manifest
    if manifest is None:
        raise PluginRejectedError("has no manifest")
    label = _app_label(locked) if locked.has_app else None
    plugin = EntryPoint(name=locked.slug, value=locked.entry_point, group=ENTRY_POINT_GROUP).load()
    implementations = read_implementations(plugin)
    for hook in manifest.blocking:
        if hook not in implementations:
            raise PluginRejectedError(
                f"plugin.toml lists {hook!r} under 'blocking', but the plugin does not implement it"
            )
    watchdog = process_watchdog()
    registrations = collect(
        implementations,
        lambda item: watchdog.run(item.function, seconds=item.spec.limit, culprit=f"{locked.slug}.{item.spec.name}"),
    )
    _check_columns(locked, registrations)
    return LoadedPlugin(
        slug=locked.slug,
        package=locked.package,
        manifest=manifest,
        depth=locked.depth,
        label=label,
        tables=locked.tables,
        implementations=implementations,
        registrations=registrations,
        patterns=prefix_patterns(manifest, registrations.routes),
    )


def _check_columns(locked: LockedPlugin, registrations: Registrations) -> None:
    """Tables are known once the plugin is locked; at its trial only that their names begin with the slug."""
    for column in registrations.task_columns:
        is_own = column.table in locked.tables if locked.tables else column.table.startswith(f"{locked.slug}_")
        if not is_own:
            raise PluginRejectedError(f"column {column.key!r} names the table {column.table!r}, which is not its own")


def _app_label(locked: LockedPlugin) -> str:
    for config in apps.get_app_configs():
        if config.name == locked.package:
            failure = getattr(config, "ready_failure", None)
            if failure:
                raise PluginRejectedError(failure)
            return config.label
    raise PluginRejectedError(f"app {locked.package!r} is not installed in this process; restart it")


def build_registry(lock: Lock) -> PluginRegistry:
    """Load every accepted plugin of a lock. Never raises for a plugin's fault."""
    loaded: dict[str, LoadedPlugin] = {}
    quarantined: dict[str, QuarantinedPlugin] = {}

    def quarantine(item: LockedPlugin, reason: str) -> None:
        quarantined.setdefault(item.slug, QuarantinedPlugin(slug=item.slug, reason=reason, manifest=item.manifest))

    for item in lock.quarantined:
        quarantine(item, item.reason or "rejected")
    present = {item.slug for item in present_plugins(lock)}
    for item in lock.accepted:
        lost = [slug for slug in (item.manifest.depends if item.manifest else ()) if slug not in loaded]
        if item.slug not in present or lost:
            quarantine(item, f"depends on {lost[0]!r}, which is not loaded" if lost else "its package is gone")
            continue
        try:
            loaded[item.slug] = load_plugin(item)
        except (Exception, SystemExit) as error:
            reason = str(error) if isinstance(error, PluginRejectedError) else f"{type(error).__name__}: {error}"
            logger.exception("Plugin %s is quarantined in this process: %s", item.slug, reason)
            quarantine(item, reason)
    return PluginRegistry(plugins=loaded, quarantined=quarantined)


@functools.cache
def _process_registry() -> PluginRegistry:
    try:
        lock = read_lock(Path(settings.TENON_DATA_DIR))
    except LockFileError:
        logger.exception("No plugin is loaded")
        lock = Lock(environment={})
    return build_registry(lock)


_override: ContextVar[PluginRegistry | None] = ContextVar("tenon_plugin_registry", default=None)


def get_registry() -> PluginRegistry:
    """Return the plugins of this process, loaded at the first call; Django must be ready."""
    return _override.get() or _process_registry()


@contextmanager
def use_registry(registry: PluginRegistry) -> Iterator[PluginRegistry]:
    """Replace the registry in this context; for tests."""
    token = _override.set(registry)
    try:
        yield registry
    finally:
        _override.reset(token)
