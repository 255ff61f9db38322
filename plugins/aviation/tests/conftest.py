"""Fixtures of the aviation tests: the shipped packs, the shipped extract and, where present, the whole shared file."""

import os
from pathlib import Path

import pytest
from django.apps import apps
from hypothesis import settings
from tenon_aviation.plugin import plugin
from tenon_aviation.taxonomy import shipped_packs

from tenants.engine import migrate_here
from tenants.scope import tenant_scope

# A busy machine must not fail a property.
settings.register_profile("tenon", deadline=None)
settings.load_profile("tenon")

PACKAGE = Path(__file__).parent.parent / "tenon_aviation"
REPOSITORY = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def packs():
    return {pack.ref: pack for pack in shipped_packs()}


@pytest.fixture(scope="session")
def extract_path():
    return PACKAGE / "data" / "asrs_extract.csv"


@pytest.fixture(scope="session")
def shared_asrs_path():
    root = Path(os.environ.get("TENON_SHARED_DATA") or REPOSITORY.parent / "shared" / "data")
    path = root / "aviation" / "asrs_new_england_conflicts_1988_2017.csv"
    if not path.exists():
        pytest.skip("the shared ASRS file is not on this machine; the extract is tested everywhere")
    return path


@pytest.fixture
def installed():
    """Skip where the run's plugin lock leaves aviation out: then its models have no app."""
    if not apps.is_installed("tenon_aviation"):
        pytest.skip("aviation is not among the plugins of this run's lock")


@pytest.fixture
def other_organization(installed, request):
    """Return the second organization; ask for it before `aviation`, outside whose scope it is looked up."""
    return request.getfixturevalue("beta")


@pytest.fixture
def aviation(installed, request):
    """Return the first organization, with the plugin's tables and packs, inside its scope."""
    organization = request.getfixturevalue("alpha")
    with tenant_scope(organization):
        migrate_here(frozenset({"aviation"}))
        plugin.after_enable()
        yield organization
