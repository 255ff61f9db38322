"""Digests of migrations: what a schema has to be at, in one comparable text."""

import hashlib
import inspect
from functools import lru_cache
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader


def labels_of(app_modules: list[str]) -> frozenset[str]:
    """Return the Django labels of installed app modules."""
    wanted = set(app_modules)
    return frozenset(
        config.label for config in apps.get_app_configs() if config.name in wanted or _path(config) in wanted
    )


def _path(config: object) -> str:
    return f"{type(config).__module__}.{type(config).__qualname__}"


def core_labels() -> frozenset[str]:
    """Return the labels of the tenant apps of the core."""
    return labels_of(settings.TENANT_APPS)


def shared_labels() -> frozenset[str]:
    """Return the labels of the shared apps."""
    return labels_of(settings.SHARED_APPS)


@lru_cache(maxsize=64)
def migrations_digest(labels: frozenset[str]) -> str:
    """Return the SHA-256 of names and source of all migrations of these labels."""
    loader = MigrationLoader(None)
    lines = [
        f"{app}.{name}:{hashlib.sha256(Path(inspect.getfile(type(migration))).read_bytes()).hexdigest()}"
        for (app, name), migration in loader.disk_migrations.items()
        if app in labels
    ]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
