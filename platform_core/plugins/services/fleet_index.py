"""The public index of who has which plugin: written in the transaction of the act, rebuilt by `tenon doctor`."""

from typing import Any

from django.db.models import F, Func, JSONField, Value
from django.utils import timezone

from tenants.digests import migrations_digest
from tenants.models import SchemaState
from tenants.scope import OrganizationRef, current_organization, public_scope

_JOINED: dict[str, Any] = {"template": "(%(expressions)s)", "arg_joiner": " || ", "output_field": JSONField()}
_WITHOUT: dict[str, Any] = {**_JOINED, "arg_joiner": " - "}


def index_plugin(*, slug: str, version: str, state: str, labels: frozenset[str]) -> None:
    """Note a plugin's version, state and digest of migrations for the organization in scope."""
    _change(Func(F("plugins"), Value({slug: index_entry(version, state, labels)}, JSONField()), **_JOINED))


def index_entry(version: str, state: str, labels: frozenset[str]) -> dict[str, Any]:
    """Return what the index keeps of a plugin."""
    return {"version": version, "state": state, "digest": migrations_digest(labels) if labels else ""}


def unindex_plugin(slug: str) -> None:
    """Forget a purged plugin."""
    _change(Func(F("plugins"), Value(slug), **_WITHOUT))


def _change(plugins: Func) -> None:
    """One UPDATE: two acts at once on one organization change the entry of their own plugin each."""
    organization = current_organization()
    with public_scope():
        SchemaState.objects.filter(organization_id=organization.id).update(plugins=plugins, updated_at=timezone.now())


def organizations_with_purges() -> list[OrganizationRef]:
    """Return the organizations that have a plugin on its way to being purged: one query of the index."""
    with public_scope():
        rows = SchemaState.objects.extra(  # (a constant; JSONField has no look-up over the values of all keys)
            where=["jsonb_path_exists(plugins, '$.* ? (@.state == \"purging\")')"]
        ).values_list("organization__pk", "organization__slug", "organization__schema_name")
        return [OrganizationRef(id=pk, slug=slug, schema=schema) for pk, slug, schema in rows.order_by("pk")]


def organizations_with_old_plugins(current: dict[str, tuple[str, str]]) -> list[tuple[OrganizationRef, str]]:
    """Return (organization, slug) of every enabled plugin whose version or migrations are not the installed ones.

    Args:
        current: slug -> (version, digest of migrations) of the installed plugins.
    """
    found = []
    with public_scope():
        rows = SchemaState.objects.exclude(plugins={}).order_by("pk")
        for row in rows.values("plugins", "organization__pk", "organization__slug", "organization__schema_name"):
            reference = OrganizationRef(
                id=row["organization__pk"], slug=row["organization__slug"], schema=row["organization__schema_name"]
            )
            found += [(reference, slug) for slug, entry in row["plugins"].items() if _is_old(entry, current.get(slug))]
    return found


def _is_old(entry: dict[str, Any], installed: tuple[str, str] | None) -> bool:
    return installed is not None and entry["state"] == "enabled" and (entry["version"], entry["digest"]) != installed
