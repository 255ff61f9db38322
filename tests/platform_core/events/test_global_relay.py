import pytest
from django.db import connection, transaction

from platform_core.accounts.services.profile import change_profile
from platform_core.events.catalogue import CORE_EVENTS, payload_schema
from platform_core.events.global_relay import relay_global
from platform_core.events.models import OutboxEvent
from platform_core.jobs.heartbeat import StopRequest
from platform_core.jobs.worker import DatabaseWorker
from platform_core.members.models import Member
from tenants.models import GlobalOutboxEvent, MembershipIndex, Organization, OrganizationStatus, organization_refs
from tenants.outbox import write_global_event
from tenants.provisioning import cancel_deletion, request_deletion
from tenants.scope import public_scope, tenant_scope


@pytest.fixture
def organizations(committed):
    """Return the organizations by slug, with empty outboxes, in a database where commits are real."""
    GlobalOutboxEvent.objects.all().delete()
    refs = {ref.slug: ref for ref in organization_refs()}
    for ref in refs.values():
        with tenant_scope(ref):
            OutboxEvent.objects.all().delete()
    return refs


def events_of(organization):
    with tenant_scope(organization):
        return list(OutboxEvent.objects.order_by("id").values_list("type", "payload"))


def write(**payload):
    with transaction.atomic():
        write_global_event(type="organization.created", payload=payload)


def owner_of(organization):
    with tenant_scope(organization):
        return Member.objects.get().pk


def test_event_of_an_organization_is_told_there_once_and_nowhere_else(organizations):
    alpha, beta = organizations["alpha"], organizations["beta"]
    write(organization=alpha.id)

    assert [relay_global(), relay_global()] == [1, 0]

    assert events_of(alpha) == [("organization.created", {"organization": alpha.id})]
    assert events_of(beta) == []


def test_change_of_an_account_is_told_in_each_of_its_organizations(organizations):
    alpha, beta = organizations["alpha"], organizations["beta"]
    member = owner_of(alpha)
    change_profile(user_id=member, values={"time_zone": "Asia/Tokyo"})
    told = [("account.profile_changed", {"member": member, "fields": ["time_zone"]})]

    relay_global()
    assert (events_of(alpha), events_of(beta)) == (told, [])

    with public_scope():
        MembershipIndex.objects.create(user_id=member, organization_id=beta.id, role="AN")
    change_profile(user_id=member, values={"time_zone": "Europe/Berlin"})
    DatabaseWorker(stop=StopRequest(), queues=("low",)).round()
    assert (events_of(alpha), events_of(beta)) == (told * 2, told)


def test_organization_that_is_not_served_hears_only_that_it_is_served_again(organizations):
    alpha = organizations["alpha"]
    request_deletion(slug="alpha", by_user_id=None)
    write(organization=alpha.id)
    relay_global()
    assert events_of(alpha) == []

    cancel_deletion(slug="alpha", by_user_id=None)
    relay_global()
    assert events_of(alpha) == [("organization.deletion_canceled", {"organization": alpha.id})]
    assert not GlobalOutboxEvent.objects.filter(relayed_at=None).exists()


def test_rolled_back_change_tells_nothing(organizations):
    with transaction.atomic():
        write_global_event(type="organization.created", payload={"organization": organizations["alpha"].id})
        transaction.set_rollback(True)

    assert relay_global() == 0


def test_broken_schema_does_not_keep_the_event_from_other_organizations(organizations):
    alpha, beta = organizations["alpha"], organizations["beta"]
    member = owner_of(beta)
    with public_scope():
        MembershipIndex.objects.create(user_id=member, organization_id=alpha.id, role="AN")
    with tenant_scope(alpha), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE events_outboxevent RENAME TO gone")
    change_profile(user_id=member, values={"time_zone": "Asia/Tokyo"})

    assert relay_global() == 1

    assert [name for name, _ in events_of(beta)] == ["account.profile_changed"]


def test_old_relayed_events_are_forgotten(organizations):
    write(organization=organizations["alpha"].id)
    relay_global()
    with connection.cursor() as cursor, public_scope():
        cursor.execute("UPDATE tenants_globaloutboxevent SET relayed_at = relayed_at - interval '15 days'")
    write(organization=organizations["alpha"].id)
    relay_global()

    with public_scope():
        assert GlobalOutboxEvent.objects.count() == 1
        assert Organization.objects.filter(status=OrganizationStatus.ACTIVE).count() >= 2


@pytest.mark.parametrize("name", ["account.profile_changed", "organization.created", "organization.deletion_canceled"])
def test_catalogue_describes_what_is_relayed(name):
    assert set(payload_schema(CORE_EVENTS[name])["properties"]) <= {"member", "fields", "organization"}
