"""Two admins at once: one act on a plugin at a time, and organizations that do not wait for each other's outcome."""

import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connection

from platform_core.jobs.models import Job
from platform_core.plugins.models import Activation
from platform_core.sdk.testing.scopes import tables_of
from tenants.models import SchemaState
from tenants.scope import public_scope, tenant_scope

pytestmark = [pytest.mark.slow]

_WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND wait_event_type = 'Lock'"""


class Gate:
    """Holds back everybody who wants to change an organization's activations, until so many wait."""

    def __init__(self, *tenants):
        self.connection = psycopg.connect(**_target())
        for tenant in tenants:
            self.connection.execute(f'LOCK TABLE "{tenant.organization.schema}".plugins_activation IN EXCLUSIVE MODE')

    def open_when_waiting(self, count):
        deadline = time.monotonic() + 30
        with psycopg.connect(**_target(), autocommit=True) as watcher:
            while watcher.execute(_WAITING).fetchone()[0] < count:
                assert time.monotonic() < deadline, "nobody waits at the gate"
                time.sleep(0.02)
        self.connection.rollback()
        self.connection.close()


def _target():
    values = connection.settings_dict
    return {
        "dbname": values["NAME"], "user": values["USER"], "password": values["PASSWORD"], "host": values["HOST"],
        "port": values["PORT"] or None,
    }  # fmt: skip


def race(acts, *, gate):
    """Run all at once; each waits at the gate before it has changed anything."""
    with ThreadPoolExecutor(len(acts)) as pool:
        running = [pool.submit(act) for act in acts]
        gate.open_when_waiting(len(acts))
        return [item.result() for item in running]


def enabling(tenant, slug, **options):
    plan_hash = tenant.get(f"/api/plugins/{slug}/plan/").body["plan_hash"]
    return lambda: tenant.act(slug, "enable", plan_hash=plan_hash, **options)


def jobs_of(tenant):
    with tenant_scope(tenant.organization):
        return Job.objects.filter(function__endswith="enable_plugin_job").count()


@pytest.mark.parametrize("wait", [False, True])
def test_two_requests_at_once_make_one_job_and_one_conflict(tenant, wait):
    act = enabling(tenant, "healthy", wait=wait)
    answers = race([act, act], gate=Gate(tenant))

    assert sorted(answer.status for answer in answers) == [200 if wait else 202, 409]
    assert jobs_of(tenant) == 1
    assert tenant.state("healthy")[0] == ("enabled" if wait else "enabling")
    if not wait:
        (refused,) = [answer for answer in answers if answer.status == 409]
        assert "is being worked on by job" in refused.body["detail"]


def test_disabling_while_it_is_being_enabled_is_a_conflict(tenant):
    assert tenant.enable("healthy", wait=False).status == 202

    assert tenant.act("healthy", "disable").status == 409
    assert tenant.state("healthy")[0] == "enabling"


def test_two_organizations_enable_at_once(make_tenant):
    tenants = [make_tenant(), make_tenant()]
    acts = [enabling(tenant, "healthy") for tenant in tenants]
    answers = race(acts, gate=Gate(*tenants))

    assert [answer.status for answer in answers] == [200, 200]
    assert [tables_of(tenant.organization, "healthy") for tenant in tenants] == [["healthy_note"]] * 2
    assert [tenant.migration_rows("healthy") for tenant in tenants] == [1, 1]


def test_enabling_while_the_schema_lags_is_refused_with_nothing_written(tenant):
    with public_scope():
        SchemaState.objects.filter(organization_id=tenant.organization.id).update(core_digest="of an older version")
    plan = tenant.get("/api/plugins/healthy/plan/").body
    refused = tenant.act("healthy", "enable", plan_hash=plan["plan_hash"])

    assert refused.status == 409
    assert refused.body["data"]["blockers"] == plan["blockers"]
    assert "run tenon migrate first" in plan["blockers"][0]
    assert tables_of(tenant.organization, "healthy") == []
    with tenant_scope(tenant.organization):
        assert not Activation.objects.filter(pk="healthy").exists()
    assert jobs_of(tenant) == 0
