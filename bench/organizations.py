"""A new organization against the bare replay of its script and against migrating; a fleet with little to do."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from bench.figures import Figure, at_least, at_most, interleaved, medians
from bench.machine import Meter

WARM_UP = 10


def new_organization(database: int, url: str, repeat: int) -> list[Figure]:
    """Measure creating an organization, its owner's membership included."""
    from platform_core.accounts.models import User
    from platform_core.members.services.organizations import create_organization_for
    from tenants.scope import public_scope
    from tenants.scripts import core_script

    script = core_script()
    with public_scope():
        owner = User.objects.create_user("fleet@bench.example", secrets.token_urlsafe(16))

    def created() -> dict[str, float]:
        slug = f"bench-{secrets.token_hex(6)}"
        return _timed(database, lambda: create_organization_for(slug=slug, name="Bench", owner=owner))

    def replayed() -> dict[str, float]:
        return _timed(database, lambda: _bare_replay(connection, script.script, script.migrations))

    def migrate() -> dict[str, float]:
        return _timed(database, lambda: _create_by_migrating(owner))

    with psycopg.connect(url) as connection:
        # A server that just started touches each page of its shared memory for the first time: not what is measured.
        for _ in range(WARM_UP):
            created(), replayed()
        migrate()
        ours, bare, migrated = map(medians, interleaved(repeat, created, replayed, migrate))
    return [
        Figure(
            name="New organization, of the bare replay of its script",
            measured=f"{ours['wall'] * 1e3:.0f} ms",
            limit=f"{bare['wall'] * 1e3:.0f} ms",
            foreign=ours["foreign"],
            details={"ours": ours, "bare": bare},
            **at_most(ours["wall"] / bare["wall"], 1.3, " x"),
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
    provisioning.replay = lambda _script: None
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
