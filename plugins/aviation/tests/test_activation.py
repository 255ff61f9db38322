import pytest
from django.db import connection

from platform_core.members.permissions import CORE_PERMISSIONS
from platform_core.plugins.models import Activation
from tenants.models import SchemaState
from tenants.scope import tenant_scope

PLUGIN = "/api/plugins/aviation/"


def plan(client):
    return client.get(f"{PLUGIN}plan/").json()


def enable(client):
    return client.post(f"{PLUGIN}enable/?wait=60", {"plan_hash": plan(client)["plan_hash"]})


def tables(organization):
    with tenant_scope(organization), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename LIKE 'aviation%'"
        )
        return sorted(row[0] for row in cursor.fetchall())


def migration_rows(organization):
    with tenant_scope(organization), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_migrations WHERE app = 'aviation'")
        return cursor.fetchone()[0]


@pytest.fixture
def enabled(alpha_client):
    answer = enable(alpha_client)
    assert answer.status_code == 200, answer.content
    return answer


def test_plan_shows_sql_permissions_and_changes_nothing(alpha_client, alpha):
    found = plan(alpha_client)

    assert any('CREATE TABLE "aviation_' in statement for statement in found["sql"])
    assert {item["codename"] for item in found["permissions"]} == {"aviation.packs.view", "aviation.packs.change"}
    assert (found["action"], found["blockers"]) == ("enable", [])
    assert tables(alpha) == []


def test_enabled_plugin_has_tables_routes_and_permissions_here_only(alpha_client, beta_client, alpha, beta, enabled):
    assert enabled.json()["state"] == "enabled"
    assert len(tables(alpha)) == 2
    assert tables(beta) == []
    packs = alpha_client.get("/api/aviation/packs/").json()["results"]
    assert {pack["key"] for pack in packs} == {"cictt", "cictt_phases"}
    assert beta_client.get("/api/aviation/packs/").status_code == 404
    assert SchemaState.objects.get(organization=alpha.id).plugins["aviation"]["state"] == "enabled"


def test_route_of_a_disabled_plugin_answers_like_an_unknown_path(beta_client):
    unknown = beta_client.get("/api/nonsense/packs/").json()
    off = beta_client.get("/api/aviation/packs/").json()

    assert {**off, "id": ""} == {**unknown, "id": ""}


def test_second_organization_replays_the_cached_script_and_gets_the_same_tables(
    alpha_client, beta_client, alpha, beta, enabled
):
    answer = enable(beta_client)

    assert answer.status_code == 200, answer.content
    assert tables(beta) == tables(alpha)
    assert migration_rows(beta) == migration_rows(alpha) > 0
    assert len(beta_client.get("/api/aviation/packs/").json()["results"]) == 2


def test_disabling_hides_the_plugin_and_keeps_its_data(alpha_client, alpha, enabled):
    before = tables(alpha)

    disabled = alpha_client.post(f"{PLUGIN}disable/?wait=60")

    assert (disabled.status_code, disabled.json()["state"]) == (200, "disabled")
    assert alpha_client.get("/api/aviation/packs/").status_code == 404
    assert tables(alpha) == before
    assert enable(alpha_client).status_code == 200
    assert alpha_client.get("/api/aviation/packs/").status_code == 200


def test_forced_purge_leaves_nothing_and_enabling_again_works(alpha_client, alpha, enabled):
    refused = alpha_client.post(f"{PLUGIN}purge/", {"confirm": "aviation", "force": True})
    assert refused.status_code == 409
    alpha_client.post(f"{PLUGIN}disable/?wait=60")

    purged = alpha_client.post(f"{PLUGIN}purge/?wait=60", {"confirm": "aviation", "force": True})

    assert (purged.status_code, purged.json()["state"]) == (200, "available")
    assert (tables(alpha), migration_rows(alpha)) == ([], 0)
    with tenant_scope(alpha):
        assert not Activation.objects.exists()
    assert SchemaState.objects.get(organization=alpha.id).plugins == {}
    assert enable(alpha_client).status_code == 200


def test_purge_without_force_starts_a_clock_that_can_be_stopped(alpha_client, alpha, enabled):
    alpha_client.post(f"{PLUGIN}disable/?wait=60")
    wrong = alpha_client.post(f"{PLUGIN}purge/", {"confirm": "aviatoin"})
    due = alpha_client.post(f"{PLUGIN}purge/", {"confirm": "aviation"})

    assert wrong.status_code == 400
    assert (due.status_code, due.json()["state"]) == (202, "purging")
    assert due.json()["purge_due_at"] is not None
    assert alpha_client.delete(f"{PLUGIN}purge/").json()["state"] == "disabled"
    assert len(tables(alpha)) == 2


def test_stale_plan_hash_and_second_enable_are_conflicts(alpha_client, enabled):
    stale = alpha_client.post(f"{PLUGIN}enable/", {"plan_hash": "0" * 64})
    again = enable(alpha_client)

    assert stale.status_code == 409
    assert again.status_code == 409
    assert "enabled already" in again.json()["detail"]


@pytest.mark.parametrize("role", ["MA", "RE", "AN"])
def test_only_administrators_manage_plugins(alpha, make_client, role):
    client = make_client(alpha, role=role)

    assert client.get(f"{PLUGIN}plan/").status_code == 403
    assert client.get("/api/plugins/").status_code == 200


def test_administrator_cannot_purge_at_once(alpha, alpha_client, make_client, enabled):
    administrator = make_client(alpha, role="AD")
    administrator.post(f"{PLUGIN}disable/?wait=60")

    assert administrator.post(f"{PLUGIN}purge/", {"confirm": "aviation", "force": True}).status_code == 403


def test_plugin_permissions_exist_only_where_it_is_enabled(alpha_client, beta_client, enabled):
    from platform_core.members.credentials import digest_of
    from platform_core.members.gate import principal_of

    with tenant_scope(alpha_client.member_organization):
        here = principal_of("api_key", digest_of(alpha_client.api_key)).permissions
    with tenant_scope(beta_client.member_organization):
        there = principal_of("api_key", digest_of(beta_client.api_key)).permissions

    assert "aviation.packs.change" in here
    assert there <= set(CORE_PERMISSIONS)


def test_lagging_plugin_is_upgraded_over_the_fleet(alpha_client, alpha, enabled):
    from platform_core.plugins.services.upgrades import upgrade_plugins

    assert upgrade_plugins() == []
    with tenant_scope(alpha):
        Activation.objects.filter(pk="aviation").update(version="0.0.9")
    row = SchemaState.objects.get(organization=alpha.id)
    row.plugins["aviation"]["version"] = "0.0.9"
    row.save(update_fields=["plugins"])

    (result,) = upgrade_plugins()

    assert (result.organization.slug, result.slug, result.error) == ("alpha", "aviation", "")
    assert alpha_client.get(PLUGIN).json()["installed_version"] == "0.1.0"
    assert upgrade_plugins() == []


def test_housekeeping_purges_what_is_due_and_comes_back(alpha_client, alpha, enabled, jobs_run_at_once):
    from datetime import timedelta

    from django.utils import timezone

    from platform_core.jobs.registry import path_of
    from platform_core.plugins.jobs import ensure_housekeeping, housekeeping_job
    from tenants.models import GlobalJob

    alpha_client.post(f"{PLUGIN}disable/?wait=60")
    alpha_client.post(f"{PLUGIN}purge/", {"confirm": "aviation"})
    ensure_housekeeping()
    assert len(tables(alpha)) == 2
    with tenant_scope(alpha):
        Activation.objects.filter(pk="aviation").update(purge_due_at=timezone.now() - timedelta(seconds=1))
    GlobalJob.objects.all().delete()

    ensure_housekeeping()

    assert tables(alpha) == []
    ensure_housekeeping()
    waiting = GlobalJob.objects.filter(function=path_of(housekeeping_job), status="queued")
    assert [job.run_after > timezone.now() + timedelta(minutes=50) for job in waiting] == [True]


def test_template_is_offered_only_where_the_plugin_is_enabled(alpha_client, beta_client, enabled):
    key = "aviation.cictt_quick_coding"
    path = f"/api/project-templates/{key}/"

    template = alpha_client.get(path).json()
    assert (template["plugin"], template["object_types"]) == ("aviation", ["Text"])
    made = alpha_client.post("/api/projects/", {"template": key})
    assert made.status_code == 201, made.content
    report = alpha_client.post(f"/api/projects/{made.json()['id']}/import", template["tasks"])
    assert report.status_code == 201, report.content

    assert beta_client.get(path).status_code == 404
    assert b"aviation" not in beta_client.get("/api/project-templates/").content
    assert beta_client.post("/api/projects/", {"template": key}).status_code == 400
