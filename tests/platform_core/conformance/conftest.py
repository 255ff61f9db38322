"""One workshop for all proofs of a worker, on the run's own server."""

import pytest

from platform_core.conformance.proving import prove
from platform_core.conformance.workshop import workshop


@pytest.fixture(scope="session")
def shop():
    """Return the workshop; the template stays on the server, which the run throws away."""
    with workshop(keep_template=True) as place:
        yield place


@pytest.fixture
def proof(shop):
    """Return a function that proves the plugin in a folder: `proof(path, only=["TP6"])`."""

    def run(path, **options):
        return prove(path, workshop=shop, **options)

    return run


@pytest.fixture
def static_proof():
    """Return a function that tries the static rules alone."""

    def run(path, **options):
        return prove(path, workshop=None, **options)

    return run
