import threading

import pytest

from tenants.routers import ScopedMigrationRouter, migration_scope
from tenants.scope import (
    NoOrganizationScopeError,
    OrganizationRef,
    current_organization,
    current_organization_or_none,
    current_schema,
    public_scope,
    tenant_scope,
)

KITES = OrganizationRef(id=1, slug="kites", schema="o_kites")
BOATS = OrganizationRef(id=2, slug="boats", schema="o_boats")


def test_without_a_scope_there_is_no_organization_and_the_schema_is_public():
    assert (current_organization_or_none(), current_schema()) == (None, "public")
    with pytest.raises(NoOrganizationScopeError, match="enter tenant_scope"):
        current_organization()


def test_scopes_nest_and_give_back_what_was_before():
    with tenant_scope(KITES) as entered:
        assert current_organization() is entered is KITES
        with public_scope():
            assert current_schema() == "public"
            with tenant_scope(BOATS):
                assert current_schema() == "o_boats"
        assert current_schema() == "o_kites"
    assert current_schema() == "public"


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, GeneratorExit])
def test_scope_is_left_whatever_is_raised(error):
    with pytest.raises(error), tenant_scope(KITES):
        raise error

    assert current_organization_or_none() is None


def test_another_thread_does_not_inherit_the_scope():
    seen = []
    with tenant_scope(KITES):
        thread = threading.Thread(target=lambda: seen.append(current_schema()))
        thread.start()
        thread.join()

    assert seen == ["public"]


def test_router_allows_only_the_labels_of_the_migration_scope():
    router = ScopedMigrationRouter()

    assert not router.allow_migrate("default", "tasks")
    with migration_scope(frozenset({"tasks"})):
        assert router.allow_migrate("default", "tasks", model_name="task")
        assert not router.allow_migrate("default", "projects")
    assert not router.allow_migrate("default", "tasks")
