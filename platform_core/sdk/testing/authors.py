"""Fixtures for authors of plugins, in words of their own task.

`[tool.pytest.ini_options]` of the plugin's `pyproject.toml` says which plugins the fixture `enabled` enables, the
dependencies first: `tenon_plugins = ["orders"]`.
"""

import pytest

from tenants.scope import tenant_scope


def pytest_addoption(parser):
    """Make the option known."""
    parser.addini(
        "tenon_plugins", type="args", default=[], help="Plugins that the fixture `enabled` enables, in order."
    )


@pytest.fixture
def organization(alpha):
    """Return an organization (`OrganizationRef`) in which no plugin is enabled but the default ones."""
    return alpha


@pytest.fixture
def other_organization(beta):
    """Return another organization, into which nothing of the first may leak."""
    return beta


@pytest.fixture
def enable(db):
    """Return a function that enables plugins as an admin would: `enable(organization, "orders")`."""
    from platform_core.plugins.services.activation import enable_plugin

    def act(organization, *slugs):
        with tenant_scope(organization):
            for slug in slugs:
                enable_plugin(slug=slug, plan_hash=None, actor=None)
        return organization

    return act


@pytest.fixture
def enabled(organization, enable, pytestconfig):
    """Return the first organization with the plugins of the option `tenon_plugins` enabled."""
    slugs = pytestconfig.getini("tenon_plugins")
    if not slugs:
        pytest.fail('Name your plugin in pyproject.toml: [tool.pytest.ini_options] tenon_plugins = ["its slug"]')
    return enable(organization, *slugs)


@pytest.fixture
def api_client(organization, make_client):
    """Return an API client of the first organization's owner; `make_client(organization, role="AN")` makes others."""
    return make_client(organization, role="OW")


@pytest.fixture
def deliver_events(db):
    """Return a function that hands committed events to their handlers now: `deliver_events(organization)`."""
    from platform_core.events.relay import relay_some

    def deliver(organization):
        while relay_some(organization)[0]:
            pass

    return deliver
