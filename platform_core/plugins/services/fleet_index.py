"""The public index of who has which plugin: written in the transaction of the act, rebuilt by `tenon doctor`."""

from typing import Any

from tenants.digests import migrations_digest
from tenants.models import SchemaState
from tenants.scope import current_organization, public_scope


def index_plugin(*, slug: str, version: str, state: str, labels: frozenset[str]) -> None:
    """Note a plugin's version, state and digest of migrations for the organization in scope."""
    digest = migrations_digest(labels) if labels else ""
    _change(slug, {"version": version, "state": state, "digest": digest})


def unindex_plugin(slug: str) -> None:
    """Forget a purged plugin."""
    _change(slug, None)


def _change(slug: str, entry: dict[str, Any] | None) -> None:
    organization = current_organization()
    with public_scope():
        row = SchemaState.objects.select_for_update().get(organization_id=organization.id)
        plugins = {name: value for name, value in row.plugins.items() if name != slug}
        if entry is not None:
            plugins[slug] = entry
        row.plugins = plugins
        row.save(update_fields=["plugins", "updated_at"])
