"""Fixtures of the core's own tests: those that plugin authors get, and nothing hidden."""

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["platform_core.sdk.testing.database"]

E2E, SLOW, QUICK = range(3)


def _pace(item):
    return E2E if item.get_closest_marker("e2e") else SLOW if item.get_closest_marker("slow") else QUICK


@pytest.hookimpl(trylast=True)  # after pytest-randomly, whose order stays among files of a kind
def pytest_collection_modifyitems(items):
    """Begin with the files that take long: the last ones to start are then short, and no core waits for another."""
    paces = {}
    for item in items:
        paces[item.path] = min(_pace(item), paces.get(item.path, QUICK))
    items.sort(key=lambda item: paces[item.path])


# A busy machine is no reason to fail: tests that mean time measure it themselves.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# For the quick look while one writes.
settings.register_profile("fast", settings.get_profile("steady"), max_examples=20)
settings.load_profile("steady")
