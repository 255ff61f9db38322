"""Plugins without tables, in place of the installed ones."""

import pytest

from platform_core.plugins.loader import use_registry
from tests.support.loaded_plugins import registry_of


@pytest.fixture
def install():
    """Return a function that replaces the plugins of this process: `install(loaded("kites"), ...)`."""
    entered = []

    def replace(*plugins, **more):
        context = use_registry(registry_of(*plugins, **more))
        entered.append(context)
        return context.__enter__()

    yield replace
    for context in reversed(entered):
        context.__exit__(None, None, None)
