"""Database router that lets Django create tables only inside an explicit migration scope.

The router alone is not enough: Django records a refused migration as applied (reference/plugin_platforms.md, M1). The
engine therefore also restricts the plan; this is the second wall, deny by default.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_allowed_labels: ContextVar[frozenset[str]] = ContextVar("tenon_migration_labels", default=frozenset())


@contextmanager
def migration_scope(labels: frozenset[str]) -> Iterator[None]:
    """Allow operations on the models of these app labels, and of no other."""
    token = _allowed_labels.set(labels)
    try:
        yield
    finally:
        _allowed_labels.reset(token)


class ScopedMigrationRouter:
    """Allows migration operations for the labels of the current `migration_scope()` only."""

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool:  # noqa: ARG002
        """Say whether operations of `app_label` may run now."""
        return app_label in _allowed_labels.get()
