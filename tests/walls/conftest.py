"""Both organizations of the run, filled."""

import pytest

from tests.walls.test_cross_organization import content_of
from tests.walls.world import build_world, forget


@pytest.fixture
def here(alpha):
    """Return the organization that is called."""
    return build_world(alpha, first_id=1000)


@pytest.fixture
def there(beta):
    """Return the organization that must not show in `here`."""
    world = build_world(beta, first_id=900_000)
    forget()
    return world


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
