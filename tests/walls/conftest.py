"""Both organizations of the run, filled."""

import pytest

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
