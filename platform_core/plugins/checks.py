"""Rules that hold between the core's apps and the plugins', as functions and as Django system checks."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core import checks
from django.db import models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from platform_core.plugins.appconfig import PluginAppConfig
from platform_core.plugins.fields import CoreForeignKey, CoreForeignKeyConstraint, OnCoreDelete


def shared_labels() -> frozenset[str]:
    """Return the labels of the apps whose tables lie in `public`."""
    return _labels(settings.SHARED_APPS)


def _labels(names: Iterable[str]) -> frozenset[str]:
    """Return the labels of entries of INSTALLED_APPS: packages or dotted paths of an AppConfig."""
    wanted = frozenset(names)
    return frozenset(
        config.label
        for config in apps.get_app_configs()
        if config.name in wanted or f"{type(config).__module__}.{type(config).__qualname__}" in wanted
    )


def plugin_app_problems(config: AppConfig, slug: str, friends: frozenset[str]) -> list[str]:
    """Return every rule that one plugin app breaks.

    Args:
        config: the plugin's Django app.
        slug: of the plugin.
        friends: labels of the plugin's own app and of its dependencies; ordinary references to them are fine.
    """
    problems = []
    if config.label != slug and not config.label.startswith(f"{slug}_"):
        problems.append(f"app label {config.label!r} must be {slug!r} or begin with {slug + '_'!r}")
    if not isinstance(config, PluginAppConfig):
        problems.append(f"{type(config).__qualname__} must derive from platform_core.sdk.apps.PluginAppConfig")
    elif type(config).ready is not PluginAppConfig.ready:
        problems.append(f"{type(config).__qualname__} overrides ready(); override plugin_ready() instead")
    for model in config.get_models(include_auto_created=True):
        problems.extend(_model_problems(model, config.label, friends))
    return problems


def _model_problems(model: type[models.Model], label: str, friends: frozenset[str]) -> Iterator[str]:
    table = model._meta.db_table
    if table != label and not table.startswith(f"{label}_"):
        yield f"table {table!r} of {model.__name__} must begin with {label + '_'!r}"
    constrained = {item.field for item in model._meta.constraints if isinstance(item, CoreForeignKeyConstraint)}
    for field in model._meta.get_fields(include_hidden=True):
        target = _target_of(field)
        if target is None:
            continue
        if target._meta.app_label not in friends:
            yield from _reference_problems(model, field, target, constrained)
        elif _goes_with_core(target) and not isinstance(field, models.ManyToManyField):
            yield from _fall_problems(model, field, target, constrained)


def _goes_with_core(target: type[models.Model]) -> bool:
    """Say whether the database deletes rows of a plugin's model because a row of the core goes, at once or in steps."""
    return any(
        isinstance(item, CoreForeignKeyConstraint) and item.on_delete is OnCoreDelete.CASCADE
        for item in target._meta.constraints
    )


def _fall_problems(
    model: type[models.Model], field: Any, target: type[models.Model], constrained: set[str]
) -> Iterator[str]:
    """Django does not see such a deletion, so an ordinary reference would make the core's own delete fail."""
    place = f"{model.__name__}.{field.name}"
    if not isinstance(field, CoreForeignKey):
        yield (
            f"{place} refers to {target._meta.label}, whose rows go with rows of the core, by {type(field).__name__}; "
            "use CoreForeignKey"
        )
    elif field.name not in constrained:
        yield _unconstrained(place, field)


def _target_of(field: Any) -> type[models.Model] | None:
    """Return the model that a forward relation points to; None for anything else."""
    if field.auto_created and not field.concrete:
        return None
    target = getattr(field, "related_model", None)
    return target if isinstance(target, type) else None


def _reference_problems(
    model: type[models.Model], field: Any, target: type[models.Model], constrained: set[str]
) -> Iterator[str]:
    place = f"{model.__name__}.{field.name}"
    if target._meta.app_label in shared_labels():
        yield f"{place} refers to {target._meta.label} in the public schema; nothing may refer to it"
    elif isinstance(field, models.ManyToManyField):
        yield f"{place} is a many-to-many field to {target._meta.label} of the core; write a link model"
    elif not isinstance(field, CoreForeignKey):
        yield f"{place} refers to {target._meta.label} of the core by {type(field).__name__}; use CoreForeignKey"
    elif field.name not in constrained:
        yield _unconstrained(place, field)


def _unconstrained(place: str, field: Any) -> str:
    return f"{place} needs CoreForeignKeyConstraint(field={field.name!r}, name=...) in Meta.constraints"


def migration_problems(label: str, loader: MigrationLoader) -> list[str]:
    """Return every rule that the migrations of one plugin app break."""
    if _changes_without_migration(label, loader):
        return [f"models of app {label!r} differ from its migrations; run makemigrations {label}"]
    problems = []
    for (app, name), migration in loader.disk_migrations.items():
        if app == label and migration.run_before:
            problems.append(f"migration {name} uses run_before, which would change the migrations of other apps")
    return problems + _shared_dependencies([label], loader)


def _changes_without_migration(label: str, loader: MigrationLoader) -> bool:
    if label in loader.unmigrated_apps:
        return any(True for _ in apps.get_app_config(label).get_models())
    detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
    return label in detector.changes(graph=loader.graph, trim_to_apps={label})


def _shared_dependencies(labels: Iterable[str], loader: MigrationLoader) -> list[str]:
    shared, wanted = shared_labels(), frozenset(labels)
    return [
        f"migration {app}.{name} depends on {dependency[0]!r}, whose tables lie in the public schema"
        for (app, name), migration in sorted(loader.disk_migrations.items())
        if app in wanted
        for dependency in migration.dependencies
        if dependency[0] in shared
    ]


def check_app_scopes(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[checks.CheckMessage]:  # noqa: ARG001 Django's signature
    """An app is shared or tenant, never both (tenon.E001)."""
    tenant = [*settings.TENANT_APPS, *getattr(settings, "PLUGIN_APPS", [])]
    both = sorted(_labels(settings.SHARED_APPS) & _labels(tenant))
    return [
        checks.Error(f"App {label!r} is both shared and tenant.", hint="Name it in one list.", id="tenon.E001")
        for label in both
    ]


def check_tenant_migrations(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[checks.CheckMessage]:  # noqa: ARG001 Django's signature
    """No tenant app's migration depends on a shared app's (tenon.E002)."""
    tenant = _labels([*settings.TENANT_APPS, *getattr(settings, "PLUGIN_APPS", [])])
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return [checks.Error(f"{problem}.", id="tenon.E002") for problem in _shared_dependencies(tenant, loader)]


def check_plugin_apps(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[checks.CheckMessage]:  # noqa: ARG001 Django's signature
    """Labels, tables and references of the installed plugin apps (tenon.E010).

    The label stands for the slug here: the preflight has compared them when the lock was made.
    """
    plugin_labels = _labels(getattr(settings, "PLUGIN_APPS", []))
    return [
        checks.Error(f"Plugin app {label!r}: {problem}.", id="tenon.E010")
        for label in sorted(plugin_labels)
        for problem in plugin_app_problems(apps.get_app_config(label), label, plugin_labels)
    ]


def register_checks() -> None:
    """Add the checks to Django's registry; called once, when the app is ready."""
    for check in (check_app_scopes, check_tenant_migrations, check_plugin_apps):
        checks.register(check, checks.Tags.models)
