import pytest
from django.core.cache import cache

from platform_core.sdk.cache import OrganizationCache
from tenants.scope import OrganizationRef, tenant_scope

ALPHA, BETA = (
    OrganizationRef(id=number, slug=slug, schema=f"o_{slug}") for number, slug in enumerate(("alpha", "beta"))
)


@pytest.fixture(autouse=True)
def _empty():
    cache.clear()
    yield
    cache.clear()


def test_nothing_of_one_organization_or_plugin_is_found_in_another():
    with tenant_scope(ALPHA):
        OrganizationCache("orders").put("best", {"name": "Feeder"}, seconds=60)
        assert OrganizationCache("orders").get("best") == {"name": "Feeder"}
        assert OrganizationCache("quality").get("best", "none") == "none"
    with tenant_scope(BETA):
        assert OrganizationCache("orders").get("best") is None


def test_value_is_made_once_until_it_is_forgotten():
    made = []

    def make():
        made.append(1)
        return len(made)

    with tenant_scope(ALPHA):
        own = OrganizationCache("orders")
        assert [own.get_or_make("n", make, seconds=60) for _ in range(3)] == [1, 1, 1]
        own.forget("n")
        assert own.get_or_make("n", make, seconds=60) == 2


@pytest.mark.parametrize(
    ("value", "seconds", "error"), [(1, 0, ValueError), (1, 86_401, ValueError), ({1, 2}, 5, TypeError)]
)
def test_what_cannot_be_remembered_is_refused(value, seconds, error):
    with tenant_scope(ALPHA), pytest.raises(error):
        OrganizationCache("orders").put("key", value, seconds=seconds)


def test_cache_is_not_used_outside_an_organization():
    with pytest.raises(Exception, match=r"organization|scope"):
        OrganizationCache("orders").get("key")
