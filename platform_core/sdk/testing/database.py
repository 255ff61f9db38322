"""Databases of the run: a template with two organizations, cloned once per worker, and anew for tests that commit.

It has the scripts of every plugin's tables, as a platform has on which some organization enabled them before: a test
that enables a plugin does not migrate.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, LiteralString, TypeVar

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from psycopg import sql

from tenants.scope import tenant_scope

if TYPE_CHECKING:  # importing these would need Django's settings, or costs time, before any test asks for them
    from collections.abc import Callable, Iterator

    from pytest_django import DjangoDbBlocker, Settings
    from rest_framework.test import APIClient

    from platform_core.plugins.loader import LoadedPlugin
    from tenants.scope import OrganizationRef

T = TypeVar("T")

_USING_DATABASE = frozenset({"db", "transactional_db", "django_db_setup", "committed"})
ORGANIZATIONS = ("alpha", "beta")


def _admin() -> psycopg.Connection:
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)


def _execute(statement: LiteralString, *names: str) -> None:
    with _admin() as admin:
        admin.execute(sql.SQL(statement).format(*[sql.Identifier(name) for name in names]))


def _exists(name: str) -> bool:
    with _admin() as admin:
        return admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _use(name: str) -> None:
    connection.close()
    for source in (connection.settings_dict, settings.DATABASES["default"]):
        source["NAME"] = name


def _core_template() -> str:
    """Name the template by what it is made of, so that runs that share a server share it and none takes an old one."""
    # Inline: models can be imported only after Django's set-up, this plugin is loaded before.
    from tenants.digests import core_labels, migrations_digest, shared_labels

    return f"tenon_template_{migrations_digest(core_labels() | shared_labels())[:16]}"


def _template() -> str:
    """Name the template with the scripts of the plugins there are: runs with other plugins share only the core's."""
    # Inline: as above.
    from platform_core.plugins.loader import get_registry
    from platform_core.plugins.services.installed import labels_of_plugin
    from tenants.scripts import plugin_key

    keys = [plugin_key(slug, labels_of_plugin(plugin)) for slug, plugin in get_registry().plugins.items()]
    return f"{_core_template()}_{hashlib.sha256(repr(keys).encode()).hexdigest()[:16]}"


def _clone(name: str, template: str) -> None:
    _execute("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)


def _drop(name: str) -> None:
    _execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _build_template(name: str) -> None:
    # Inline: models can be imported only after Django's set-up, this plugin is loaded before.
    from platform_core.members.services.organizations import create_organization
    from tenants.fleet import migrate_public

    _execute("CREATE DATABASE {}", name)
    _use(name)
    migrate_public()
    for slug in ORGANIZATIONS:
        create_organization(
            slug=slug,
            name=slug.title(),
            owner_email=f"owner@{slug}.example",
            owner_password="correct-horse-1",
            domains=(),
            # A test enables the plugins it is about: what else is installed makes no difference to it.
            with_plugins=False,
        )
    connections.close_all()


def _store_scripts(name: str) -> None:
    """Make the tables of every plugin once, keep the scripts, and take the tables back."""
    # Inline: as above.
    from platform_core.plugins.loader import get_registry
    from tenants.models import DdlScript

    _use(name)
    known = set(DdlScript.objects.values_list("pk", flat=True))
    with transaction.atomic():
        for plugin in get_registry().plugins.values():
            _make_tables(plugin)
        made = list(DdlScript.objects.exclude(pk__in=known))
        transaction.set_rollback(True)
    DdlScript.objects.bulk_create(made)
    connections.close_all()


def _make_tables(plugin: LoadedPlugin) -> None:
    # Inline: as above.
    from platform_core.plugins.services.installed import installed_labels, labels_of_plugin
    from tenants.activation import make_tables

    try:
        with transaction.atomic(), tenant_scope(_organization(ORGANIZATIONS[0])):
            make_tables(slug=plugin.slug, labels=labels_of_plugin(plugin), installed=installed_labels(plugin))
    except Exception as error:  # noqa: BLE001  (its own tests shall fail for it, and no others)
        sys.stderr.write(f"No script of plugin {plugin.slug}: {error}\n")


@pytest.fixture(scope="session")
def database_template(django_db_blocker: DjangoDbBlocker) -> None:
    """Make the template, or find that another worker has made it."""
    core, template = _core_template(), _template()
    with django_db_blocker.unblock(), _admin() as admin:
        admin.execute("SELECT pg_advisory_lock(1)")
        if not _exists(core):
            _build_template(core)
        if not _exists(template):
            _clone(template, core)
            _store_scripts(template)


@pytest.fixture(scope="session")
def django_db_setup(database_template: None, django_db_blocker: DjangoDbBlocker, worker_id: str) -> Iterator[None]:
    """Give this worker a database of its own."""
    name = f"tenon_{worker_id}_{secrets.token_hex(4)}"
    with django_db_blocker.unblock():
        _clone(name, _template())
        _use(name)
        yield
        connections.close_all()
        _drop(name)


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known that `pytest_collection_modifyitems` sets."""
    config.addinivalue_line("markers", "database: works on PostgreSQL; set by itself")


@pytest.hookimpl(tryfirst=True)  # before `-m` looks at the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that work on the database, so that a fast layer can leave them out."""
    for item in items:
        if not _USING_DATABASE.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker("database")


@contextmanager
def cloned_database() -> Iterator[str]:
    """Give the name of a fresh copy of the template, which is dropped after the block."""
    name = f"tenon_{secrets.token_hex(6)}"
    _clone(name, _template())
    try:
        yield name
    finally:
        _drop(name)


@contextmanager
def using_database(name: str, blocker: DjangoDbBlocker) -> Iterator[None]:
    """Work on this database inside the block, where commits are real."""
    # Inline: as above.
    from platform_core.members.gate import memory
    from platform_core.members.host import forget_hosts

    before = connection.settings_dict["NAME"]
    with blocker.unblock():
        _use(name)
        memory.clear()
        forget_hosts()
        try:
            yield
        finally:
            connections.close_all()
            _use(before)


@contextmanager
def prepared_database(blocker: DjangoDbBlocker, prepare: Callable[[], T]) -> Iterator[tuple[str, T]]:
    """Give the name of a copy of the template in which `prepare` has written, and what it returned.

    For rows that take long to make and that many tests only start from: a fixture of the session makes them once, and
    `using_database` in an override of `django_db_setup` has each test begin there and roll back to it.
    """
    with cloned_database() as name:
        with using_database(name, blocker), transaction.atomic():
            result = prepare()
        yield name, result


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Run the test on a fresh copy of the template, where commits are real; the copy is dropped afterwards."""
    with cloned_database() as name, using_database(name, django_db_blocker):
        yield name


@pytest.fixture(autouse=True)
def _forget_between_tests() -> None:
    """Half a second of memory must not reach from one test into the next."""
    # Inline: as above.
    from platform_core.members.gate import memory
    from platform_core.members.host import forget_hosts
    from platform_core.plugins.queries.enabled import forget_enabled_plugins
    from platform_core.plugins.statistics import process_meter
    from platform_core.tasks.queries.found_tasks import found_tasks
    from platform_core.tasks.queries.zoned import found_zones

    memory.clear()
    forget_hosts()
    forget_enabled_plugins()
    found_tasks.clear()
    found_zones.clear()
    # Nor must hooks that fail on purpose be switched off for the next test.
    process_meter().forget()


def _organization(slug: str) -> OrganizationRef:
    # Inline: as above.
    from tenants.models import organization_refs

    return organization_refs(slug=slug)[0]


@pytest.fixture
def alpha(db: None) -> OrganizationRef:
    """Return the first organization."""
    return _organization("alpha")


@pytest.fixture
def beta(db: None) -> OrganizationRef:
    """Return the second organization, whose rows could leak into the first."""
    return _organization("beta")


@pytest.fixture
def in_alpha(alpha: OrganizationRef) -> Iterator[OrganizationRef]:
    """Run the test inside the first organization's scope."""
    with tenant_scope(alpha):
        yield alpha


@pytest.fixture
def make_client(db: None) -> Callable[..., APIClient]:
    """Return a function that makes an API client of a member: `make_client(organization, role="OW")`."""
    # Inline: as above.
    from platform_core.sdk.testing.clients import client_of

    return client_of


@pytest.fixture
def alpha_client(alpha: OrganizationRef, make_client: Callable[..., APIClient]) -> APIClient:
    """Return a client of alpha's owner."""
    return make_client(alpha, role="OW")


@pytest.fixture
def beta_client(beta: OrganizationRef, make_client: Callable[..., APIClient]) -> APIClient:
    """Return a client of beta's owner."""
    return make_client(beta, role="OW")


@pytest.fixture
def jobs_run_at_once(settings: Settings) -> None:
    """Run every job inside the caller that starts it, before the call returns."""
    settings.TENON_JOBS_SYNC = True


@pytest.fixture
def steady_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the process remember for the whole test, so that a busy machine does not change query counts."""
    # Inline: as above.
    from tenants.short_memory import ShortMemory

    monkeypatch.setattr(ShortMemory, "seconds", 600)
