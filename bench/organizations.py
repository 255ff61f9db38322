"""A new organization against the bare replay of its script and against migrating; a fleet with little to do."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import psycopg

from bench.figures import Figure, at_least, at_most, interleaved, medians
from bench.machine import Meter
from bench.plugins import without_data

WARM_UP = 25


def new_organization(database: int, url: str, repeat: int) -> list[Figure]:
    """Measure creating an organization, its owner's membership and its default plugins included."""
    from platform_core.accounts.models import User
    from tenants.scope import public_scope

    with public_scope():
        owner = User.objects.create_user("fleet@bench.example", secrets.token_urlsafe(16))
    ours, bare, names = _against_replay(database, url, repeat, owner)
    with _all_by_default(), without_data():
        every, bare_every, all_names = _against_replay(database, url, repeat, owner)
    _create_by_migrating(owner)
    migrated = medians([_timed(database, lambda: _create_by_migrating(owner)) for _ in range(repeat)])
    return [
        _of_replay(f"New organization ({_listed(names)}), of the bare replay of its scripts", ours, bare),
        _of_replay(
            f"New organization ({_listed(all_names)}, without their data), of the bare replay", every, bare_every
        ),
        Figure(
            name="New organization, faster than migrating its apps one by one",
            measured=f"{ours['wall'] * 1e3:.0f} ms",
            limit=f"{migrated['wall'] * 1e3:.0f} ms",
            foreign=migrated["foreign"],
            details={"ours": ours, "migrated": migrated},
            **at_least(migrated["wall"] / ours["wall"], 10, " x"),
        ),
    ]


def _listed(slugs: list[str]) -> str:
    return f"with {', '.join(slugs)}" if slugs else "no default plugin"


def _of_replay(name: str, ours: dict[str, float], bare: dict[str, float]) -> Figure:
    return Figure(
        name=name,
        measured=f"{ours['wall'] * 1e3:.0f} ms",
        limit=f"{bare['wall'] * 1e3:.0f} ms",
        foreign=ours["foreign"],
        details={"ours": ours, "bare": bare},
        **at_most(ours["wall"] / bare["wall"], 1.3, " x"),
    )


def _against_replay(
    database: int, url: str, repeat: int, owner: Any
) -> tuple[dict[str, float], dict[str, float], list[str]]:
    """Return medians of a creation and of the bare replay of the same scripts, and the slugs of the plugins."""
    from platform_core.members.services.organizations import create_organization_for
    from platform_core.plugins.services.defaults import default_plugins
    from tenants.scripts import core_script

    def created() -> dict[str, float]:
        slug = f"bench-{secrets.token_hex(6)}"
        return _timed(database, lambda: create_organization_for(slug=slug, name="Bench", owner=owner))

    def replayed() -> dict[str, float]:
        return _timed(database, lambda: _bare_replay(connection, script, migrations))

    created()  # leaves the scripts for those that follow
    defaults = default_plugins()
    scripts = [core_script(), *defaults.scripts.values()]
    script = "".join(item.script for item in scripts)
    migrations = [row for item in scripts for row in item.migrations]
    with psycopg.connect(url) as connection:
        # A server that just started touches each page of its shared memory for the first time: not what is measured.
        for _ in range(WARM_UP):
            created(), replayed()
        ours, bare = map(medians, interleaved(repeat, created, replayed))
    return ours, bare, [plugin.slug for plugin in defaults.plugins]


@contextmanager
def _all_by_default() -> Iterator[None]:
    """Let every installed plugin be one that new organizations have."""
    from platform_core.plugins.loader import PluginRegistry, get_registry, use_registry

    plugins = {
        slug: replace(plugin, manifest=replace(plugin.manifest, default_enabled=True))
        for slug, plugin in get_registry().plugins.items()
    }
    with use_registry(PluginRegistry(plugins=plugins)):
        yield


def _timed(database: int, work: Any) -> dict[str, float]:
    with Meter(database=[database]) as meter:
        work()
    return {"wall": meter.wall, "own_cpu": meter.own, "database_cpu": meter.database, "foreign": meter.foreign}


def _bare_replay(connection: psycopg.Connection[Any], script: str, migrations: list[list[str]]) -> None:
    schema = f"bare_{secrets.token_hex(8)}"
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {schema}; SET LOCAL search_path = {schema};\n{script}")
        with cursor.copy("COPY django_migrations (app, name, applied) FROM STDIN") as copy:
            for app, name in migrations:
                copy.write_row((app, name, "now"))


def _create_by_migrating(owner: Any) -> None:
    """Make an organization as django-tenants does: rows, an empty schema, then Django's own `migrate` for each app."""
    from django.conf import settings
    from django.core.management import call_command
    from django.core.management.commands.migrate import Command as StockMigrate
    from django.db import transaction

    from platform_core.members.services.membership import add_member
    from tenants.digests import labels_of
    from tenants.provisioning import provision_organization
    from tenants.routers import migration_scope
    from tenants.scope import tenant_scope

    with _no_replay(), transaction.atomic():
        slug = f"bench-{secrets.token_hex(6)}"
        organization = provision_organization(slug=slug, name="Bench", created_by_user_id=owner.pk)
    with tenant_scope(organization):
        for app in settings.TENANT_APPS:
            (label,) = labels_of([app])
            with migration_scope(frozenset({label})):
                call_command(StockMigrate(), label, verbosity=0, interactive=False)
        add_member(user=owner, role="OW", actor=None)


@contextmanager
def _no_replay() -> Iterator[None]:
    from tenants import provisioning

    replay = provisioning.replay
    provisioning.replay = lambda *_scripts, schema_too: replay(schema_too=schema_too)
    try:
        yield
    finally:
        provisioning.replay = replay


def fleet(database: int, url: str, repeat: int, *, size: int = 200, behind: int = 3) -> list[Figure]:
    """Measure how fast an upgrade finds the few organizations that lag."""
    from platform_core.accounts.models import User
    from platform_core.members.services.organizations import create_organization_for
    from tenants import digests
    from tenants.fleet import lagging_organizations, upgrade_fleet
    from tenants.models import SchemaState
    from tenants.scope import public_scope

    with public_scope():
        owner = User.objects.get(email="fleet@bench.example")
        missing = size - SchemaState.objects.count()
    for number in range(missing):
        create_organization_for(slug=f"fleet-{number}-{secrets.token_hex(3)}", name="Fleet", owner=owner)

    def find() -> dict[str, float]:
        with public_scope():
            rows = list(SchemaState.objects.order_by("pk").values_list("pk", flat=True)[:behind])
            SchemaState.objects.filter(pk__in=rows).update(core_digest="old")
        # The digest of the installed code is computed once a process: part of the search, so it is not kept here.
        digests.migrations_digest.cache_clear()
        with Meter(database=[database]) as meter:
            found = lagging_organizations()
        assert len(found) == behind
        began = time.perf_counter()
        results = upgrade_fleet()
        assert len(results) == behind
        assert not any(result.error for result in results)
        return {"wall": meter.wall, "foreign": meter.foreign, "upgrade": time.perf_counter() - began}

    def query() -> dict[str, float]:
        began = time.perf_counter()
        connection.execute("SELECT organization_id FROM public.tenants_schemastate WHERE core_digest <> 'x'").fetchall()
        return {"wall": time.perf_counter() - began}

    with psycopg.connect(url, autocommit=True) as connection:
        ours, bare = map(medians, interleaved(repeat, find, query))
    return [
        Figure(
            name=f"Upgrade of {size} organizations, {behind} lagging: finding them (ms)",
            measured=f"{ours['wall'] * 1e3:.1f} ms",
            limit=f"{bare['wall'] * 1e3:.1f} ms (one bare query)",
            foreign=ours["foreign"],
            details={"ours": ours, "bare": bare},
            **at_most(ours["wall"] * 1e3, 100, " ms"),
        )
    ]
