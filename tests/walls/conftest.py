"""Both organizations of the run, filled: once for all tests, each of which rolls back what it changes."""

import copy
from datetime import timedelta

import pytest
from django.test import override_settings

from platform_core.sdk.testing.database import prepared_database, using_database
from tenants.models import organization_refs
from tests.walls.test_cross_organization import content_of
from tests.walls.world import build_world, forget

FIRST_IDS = {"alpha": 1000, "beta": 900_000}


def _build_worlds():
    # The people are signed in once for the whole run, however long it takes.
    with override_settings(JWT_ACCESS_TOKEN_LIFETIME=timedelta(hours=12)):
        worlds = {
            slug: build_world(organization_refs(slug=slug)[0], first_id=first) for slug, first in FIRST_IDS.items()
        }
    forget()
    return worlds


@pytest.fixture(scope="session")
def filled(database_template, django_db_blocker):
    """Return the name of the database with the two filled organizations, and what is in them by slug."""
    with prepared_database(django_db_blocker, _build_worlds) as made:
        yield made


@pytest.fixture
def django_db_setup(django_db_setup, django_db_blocker, request):
    """Begin on the filled organizations where a test asks for one of them."""
    if not {"here", "there"}.intersection(request.fixturenames):
        yield
        return
    database, _worlds = request.getfixturevalue("filled")
    with using_database(database, django_db_blocker):
        yield


@pytest.fixture
def here(filled, db):
    """Return the organization that is called."""
    return copy.deepcopy(filled[1]["alpha"])


@pytest.fixture
def there(filled, db):
    """Return the organization that must not show in `here`."""
    return copy.deepcopy(filled[1]["beta"])


@pytest.fixture
def unchanged(here):
    """Return a function that lists the tables that a test's calls changed; its `client` calls as the owner."""
    client = here.client(here.owner)
    client.raise_request_exception = False
    client.get("/api/projects/")
    before = content_of(here.organization)

    def changes():
        after = content_of(here.organization)
        return [name for name in after if before.get(name) != after[name]]

    changes.client = client
    return changes
