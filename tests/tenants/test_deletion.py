from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from platform_core.api.errors import NotFoundError, ValidationFailedError
from tenants.models import Domain, GlobalAuditEntry, Organization, OrganizationStatus, SchemaState
from tenants.provisioning import (
    DELETION_GRACE,
    _drop,
    cancel_deletion,
    drop_due_organizations,
    provision_organization,
    request_deletion,
)

PAST = timedelta(seconds=-1)


def _has_schema(organization):
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s) IS NOT NULL", [organization.schema])
        return cursor.fetchone()[0]


def _actions(organization):
    rows = GlobalAuditEntry.objects.filter(target_type="organization", target_id=str(organization.id))
    return list(rows.order_by("pk").values_list("action", "actor_user_id"))


def test_requested_deletion_waits_for_the_grace_time_and_keeps_everything(alpha):
    organization = request_deletion(slug="alpha", by_user_id=7)

    assert organization.status == OrganizationStatus.DELETING
    assert abs(organization.delete_after - timezone.now() - DELETION_GRACE) < timedelta(minutes=1)
    assert drop_due_organizations() == []
    assert _has_schema(alpha)
    assert _actions(alpha)[-1] == ("organization.deletion_requested", 7)


def test_canceled_deletion_never_happens(alpha):
    request_deletion(slug="alpha", by_user_id=7, grace=PAST)

    organization = cancel_deletion(slug="alpha", by_user_id=8)

    assert (organization.status, organization.delete_after) == (OrganizationStatus.ACTIVE, None)
    assert drop_due_organizations() == []
    assert _has_schema(alpha)
    assert _actions(alpha)[-1] == ("organization.deletion_canceled", 8)


def test_due_organization_goes_with_schema_and_rows_but_its_audit_stays_and_so_do_others(alpha, beta):
    request_deletion(slug="alpha", by_user_id=7, grace=PAST)

    assert drop_due_organizations() == ["alpha"]

    assert not _has_schema(alpha)
    assert _has_schema(beta)
    assert list(Organization.objects.values_list("slug", flat=True)) == ["beta"]
    assert not Domain.objects.filter(tenant_id=alpha.id).exists()
    assert not SchemaState.objects.filter(organization_id=alpha.id).exists()
    assert _actions(alpha)[-1] == ("organization.deleted", None)
    assert drop_due_organizations() == []


def test_slug_is_taken_until_the_organization_is_dropped_and_free_afterwards(alpha):
    request_deletion(slug="alpha", by_user_id=None, grace=PAST)
    with pytest.raises(ValidationFailedError):
        provision_organization(slug="alpha", name="Alpha again", created_by_user_id=None)

    drop_due_organizations()
    again = provision_organization(slug="alpha", name="Alpha again", created_by_user_id=None)

    assert again.schema != alpha.schema
    assert _has_schema(again)


def test_organization_that_was_canceled_at_the_last_moment_is_not_dropped(alpha):
    assert _drop(alpha.id) is None
    assert _has_schema(alpha)


@pytest.mark.parametrize("act", [request_deletion, cancel_deletion])
def test_unknown_organization_is_not_found(db, act):
    with pytest.raises(NotFoundError, match="nobody"):
        act(slug="nobody", by_user_id=None)


def test_organization_that_is_not_being_deleted_cannot_be_canceled(alpha):
    with pytest.raises(NotFoundError, match="waits for its deletion"):
        cancel_deletion(slug="alpha", by_user_id=None)


def test_domain_of_another_organization_is_refused_and_nothing_is_made(alpha):
    provision_organization(slug="kites", name="Kites", created_by_user_id=None, domains=("kites.example",))

    with pytest.raises(ValidationFailedError) as refused:
        provision_organization(
            slug="boats", name="Boats", created_by_user_id=None, domains=("boats.example", "kites.example")
        )

    assert refused.value.validation_errors == {"domains": ["Taken by another organization: kites.example"]}
    assert not Organization.objects.filter(slug="boats").exists()
    assert not Domain.objects.filter(domain="boats.example").exists()
