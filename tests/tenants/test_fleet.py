import pytest
from django.db import connection

from tenants.digests import core_labels, migrations_digest
from tenants.fleet import lagging_organizations, organizations_without_state, upgrade_fleet
from tenants.models import SchemaState
from tenants.scope import public_scope, tenant_scope

LAST = ("events", "0002_append_only_audit")


def tables_like(pattern):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename LIKE %s", [pattern]
        )
        return [row[0] for row in cursor.fetchall()]


def turn_back(organization, *, drop):
    """Put a schema back before the last migration of an app whose operations are schema operations alone."""
    with tenant_scope(organization), connection.cursor() as cursor:
        cursor.execute(drop)
    with public_scope():
        SchemaState.objects.filter(organization_id=organization.id).update(core_digest="behind")


JOBS_BACK = "DROP TABLE jobs_job; DELETE FROM django_migrations WHERE app = 'jobs'"
# All of an app that has steps in raw SQL.
TRIGGERS_BACK = """
    DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND starts_with(tablename, 'events_')
        LOOP EXECUTE format('DROP TABLE %I CASCADE', name); END LOOP;
    END $$;
    DROP FUNCTION refuse_audit_change();
    DELETE FROM django_migrations WHERE app = 'events'"""


def test_no_organization_lags_after_creation(alpha, beta):
    assert lagging_organizations() == []


def test_lagging_schemas_are_upgraded_by_replay_with_a_result_each(alpha, beta):
    turn_back(alpha, drop=JOBS_BACK)
    turn_back(beta, drop=JOBS_BACK)
    assert [organization.slug for _digest, organization in lagging_organizations()] == ["alpha", "beta"]

    results = upgrade_fleet()

    assert [(result.organization.slug, result.error) for result in results] == [("alpha", ""), ("beta", "")]
    assert all(("jobs", "0001_initial") in result.applied for result in results)
    for organization in (alpha, beta):
        with tenant_scope(organization):
            assert tables_like("jobs_job") == ["jobs_job"]
    assert lagging_organizations() == []


def test_python_and_raw_sql_steps_run_in_each_schema(alpha):
    turn_back(alpha, drop=TRIGGERS_BACK)

    (result,) = upgrade_fleet()

    assert result.error == ""
    assert LAST in result.applied
    with tenant_scope(alpha), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger "
            "WHERE tgname LIKE 'events_auditentry%%' AND tgrelid = 'events_auditentry'::regclass"
        )
        assert cursor.fetchone()[0] == 2


def test_failing_schema_stops_nobody_else_and_is_resumed(alpha, beta):
    turn_back(alpha, drop=JOBS_BACK + "; CREATE TABLE jobs_job (id int)")
    turn_back(beta, drop=JOBS_BACK)

    first = {result.organization.slug: result.error for result in upgrade_fleet()}

    assert "jobs_job" in first["alpha"]
    assert first["beta"] == ""
    assert [organization.slug for _digest, organization in lagging_organizations()] == ["alpha"]
    with tenant_scope(alpha), connection.cursor() as cursor:
        cursor.execute("DROP TABLE jobs_job")
    assert [result.error for result in upgrade_fleet()] == [""]


def test_state_row_that_lies_does_no_harm(alpha):
    with public_scope():
        SchemaState.objects.filter(organization_id=alpha.id).update(core_digest="behind")

    (result,) = upgrade_fleet()

    assert (result.applied, result.error) == ((), "")
    with public_scope():
        assert SchemaState.objects.get(organization_id=alpha.id).core_digest == migrations_digest(core_labels())


@pytest.mark.parametrize("count", [1, 2])
def test_finding_who_lags_costs_one_query(alpha, beta, django_assert_num_queries, count):
    for organization in (alpha, beta)[:count]:
        turn_back(organization, drop="SELECT 1")

    with django_assert_num_queries(1):
        assert len(lagging_organizations()) == count


def test_schema_that_another_run_upgraded_first_is_left_as_it_is(alpha, beta):
    turn_back(alpha, drop=JOBS_BACK)
    turn_back(beta, drop="SELECT 1")
    told = []

    results = upgrade_fleet(progress=told.append)

    assert told == results
    assert [(result.organization.slug, bool(result.applied), result.error) for result in results] == [
        ("alpha", True, ""),
        ("beta", False, ""),
    ]
    assert lagging_organizations() == []


def test_organization_without_a_state_row_is_found(alpha, beta):
    with public_scope():
        SchemaState.objects.filter(organization_id=beta.id).delete()

    assert organizations_without_state() == [beta]
