"""Fixtures for authors of plugins, in words of their own task.

`[tool.pytest.ini_options]` of the plugin's `pyproject.toml` says which plugins the fixture `enabled` enables, the
dependencies first: `tenon_plugins = ["orders"]`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from tenants.scope import tenant_scope

if TYPE_CHECKING:  # importing these needs Django's settings
    from collections.abc import Callable

    from platform_core.sdk.testing.clients import MemberClient
    from tenants.scope import OrganizationRef


class Enable(Protocol):
    """Enables plugins, in this order."""

    def __call__(self, organization: OrganizationRef, *slugs: str) -> OrganizationRef:
        """Return the organization."""
        ...


@pytest.fixture
def organization(alpha: OrganizationRef) -> OrganizationRef:
    """Return an organization in which no plugin is enabled but the default ones."""
    return alpha


@pytest.fixture
def other_organization(beta: OrganizationRef) -> OrganizationRef:
    """Return another organization, into which nothing of the first may leak."""
    return beta


@pytest.fixture
def enable(db: None) -> Enable:
    """Return a function that enables plugins as an admin would: `enable(organization, "orders")`."""
    return _enable


@pytest.fixture
def enabled(organization: OrganizationRef, enable: Enable, pytestconfig: pytest.Config) -> OrganizationRef:
    """Return the first organization with the plugins of the option `tenon_plugins` enabled."""
    return enable(organization, *_named_plugins(pytestconfig))


@pytest.fixture
def committed_organization(committed: str, pytestconfig: pytest.Config) -> OrganizationRef:
    """Return such an organization in a database of its own, where commits are real: for tests with threads."""
    # Inline: models can be imported only after Django's set-up, this plugin is loaded before.
    from tenants.models import organization_refs

    return _enable(organization_refs(slug="alpha")[0], *_named_plugins(pytestconfig))


def _named_plugins(pytestconfig: pytest.Config) -> list[str]:
    slugs: list[str] = pytestconfig.getini("tenon_plugins")
    if not slugs:
        pytest.fail('Name your plugin in pyproject.toml: [tool.pytest.ini_options] tenon_plugins = ["its slug"]')
    return slugs


def _enable(organization: OrganizationRef, *slugs: str) -> OrganizationRef:
    # Inline: as above.
    from platform_core.plugins.services.activation import enable_plugin

    with tenant_scope(organization):
        for slug in slugs:
            enable_plugin(slug=slug, plan_hash=None, actor=None)
    return organization


@pytest.fixture
def api_client(organization: OrganizationRef, make_client: Callable[..., MemberClient]) -> MemberClient:
    """Return an API client of the first organization's owner; `make_client(organization, role="AN")` makes others."""
    return make_client(organization, role="OW")


@pytest.fixture
def deliver_events(db: None) -> Callable[[OrganizationRef], None]:
    """Return a function that hands committed events to their handlers now: `deliver_events(organization)`."""
    # Inline: models can be imported only after Django's set-up, this plugin is loaded before.
    from platform_core.events.relay import relay_some

    def deliver(organization: OrganizationRef) -> None:
        while relay_some(organization)[0]:
            pass

    return deliver


@pytest.fixture
def run_jobs(db: None) -> Callable[[OrganizationRef], int]:
    """Return a function that runs the due jobs of an organization now and says how many: `run_jobs(organization)`."""
    # Inline: models can be imported only after Django's set-up, this plugin is loaded before.
    from platform_core.jobs.claims import claim
    from platform_core.jobs.runner import execute_in_caller
    from platform_core.jobs.types import QUEUES

    def run(organization: OrganizationRef) -> int:
        count = 0
        while (owned := claim(organization, worker="test", queues=QUEUES)) is not None:
            execute_in_caller(owned)
            count += 1
        return count

    return run
