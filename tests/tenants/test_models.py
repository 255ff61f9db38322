import pytest
from django.core.exceptions import ImproperlyConfigured

from tenants.models import Organization, WorkHint, organization_refs


def test_organization_refuses_to_be_a_context_that_threads_would_share():
    with pytest.raises(ImproperlyConfigured, match="tenant_scope"), Organization(schema_name="o_x"):
        pass


def test_references_of_organizations_come_in_order_of_ids(alpha, beta):
    assert organization_refs() == [alpha, beta]
    assert organization_refs(slug="beta") == [beta]


def test_work_hint_names_its_organization():
    assert str(WorkHint(organization_id=7)) == "work for organization 7"
