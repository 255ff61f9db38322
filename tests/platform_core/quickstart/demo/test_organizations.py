import dataclasses

import pytest

from platform_core.accounts.models import User
from platform_core.members.credentials import digest_of
from platform_core.members.gate import principal_of
from platform_core.members.models import ApiKey
from platform_core.quickstart.demo.credentials import account_of
from platform_core.quickstart.demo.organizations import (
    ForeignOrganizationError,
    ensure_organization,
    set_loopback_ports,
)
from tenants.models import Domain, Organization
from tenants.provisioning import request_deletion
from tenants.scope import tenant_scope

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def account(tmp_path):
    return account_of(tmp_path / "demo.json", "aero")


def kept(account):
    return dataclasses.replace(account, is_new=False)


def ensure(account, slug="aero"):
    return ensure_organization(slug=slug, name=slug.title(), account=account)


def holder(made, account):
    with tenant_scope(made.ref):
        return principal_of("api_key", digest_of(account.api_token))


def test_organization_is_made_with_an_owner_a_password_and_a_key(account):
    made = ensure(account)

    assert made.is_new
    assert (holder(made, account).email, holder(made, account).role) == (account.email, "OW")
    assert User.objects.get(email=account.email).check_password(account.password)


def test_second_run_changes_nothing(account):
    first = ensure(account)
    second = ensure(kept(account))

    assert (second.ref, second.is_new) == (first.ref, False)
    assert Organization.objects.filter(slug="aero").count() == 1
    with tenant_scope(first.ref):
        assert ApiKey.objects.count() == 1


def test_second_run_keeps_a_password_that_the_owner_changed(account):
    ensure(account)
    owner = User.objects.get(email=account.email)
    owner.set_password("another-horse-2")
    owner.save()
    ensure(kept(account))

    assert User.objects.get(email=account.email).check_password("another-horse-2")


def test_lost_file_means_a_new_password_and_a_new_key(account, tmp_path):
    made = ensure(account)
    again = account_of(tmp_path / "demo.json", "aero")
    ensure(again)

    assert User.objects.get(email=account.email).check_password(again.password)
    assert holder(made, again).email == account.email


def test_revoked_key_comes_back(account):
    made = ensure(account)
    with tenant_scope(made.ref):
        ApiKey.objects.update(revoked_at="2026-01-01T00:00:00Z")
    ensure(kept(account))

    assert holder(made, account) is not None


def test_owner_who_outlived_the_organization_owns_the_new_one(account):
    User.objects.create_user(account.email, account.password)
    assert holder(ensure(kept(account)), account).email == account.email


def test_organization_of_somebody_else_is_refused(account, alpha):
    with pytest.raises(ForeignOrganizationError, match="alpha"):
        ensure(account, slug=alpha.slug)


def test_organization_that_is_being_deleted_is_refused(account):
    ensure(account)
    request_deletion(slug="aero", by_user_id=None)
    with pytest.raises(ForeignOrganizationError, match="deleted"):
        ensure(kept(account))


def domains_of(ref):
    return set(Domain.objects.filter(tenant_id=ref.id).values_list("domain", flat=True))


def test_ports_follow_the_latest_start_even_where_one_takes_the_others(alpha, beta):
    set_loopback_ports({alpha: 8000, beta: 8001})
    set_loopback_ports({alpha: 8001, beta: 8002})
    set_loopback_ports({alpha: 8001, beta: 8002})

    assert domains_of(alpha) == {"alpha.testserver", "127.0.0.1:8001"}
    assert domains_of(beta) == {"beta.testserver", "127.0.0.1:8002"}


def test_port_of_an_organization_outside_the_demo_is_refused(alpha, beta):
    set_loopback_ports({beta: 8000})
    with pytest.raises(ForeignOrganizationError, match="beta"):
        set_loopback_ports({alpha: 8000})
    assert domains_of(beta) == {"beta.testserver", "127.0.0.1:8000"}
