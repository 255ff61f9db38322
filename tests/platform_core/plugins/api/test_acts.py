import pytest

from platform_core.jobs.models import Job
from platform_core.plugins.models import Activation
from platform_core.sdk.testing.clients import client_of
from tenants.models import organization_refs
from tenants.scope import tenant_scope
from tests.support.loaded_plugins import loaded


@pytest.fixture
def act(alpha_client, install):
    """Return a function that acts on the plugin `kites` and waits for the job."""
    install(loaded("kites"))

    def post(verb, wait="60", **body):
        return alpha_client.post(f"/api/plugins/kites/{verb}/?wait={wait}", body, format="json")

    return post


def _plan_hash(client):
    return client.get("/api/plugins/kites/plan/").json()["plan_hash"]


def test_plugin_is_enabled_disabled_and_purged_by_jobs(alpha_client, act):
    enabled = act("enable", plan_hash=_plan_hash(alpha_client))
    disabled = act("disable")
    purged = act("purge", confirm="kites", force=True)

    assert [(answer.status_code, answer.json()["state"]) for answer in (enabled, disabled, purged)] == [
        (200, "enabled"),
        (200, "disabled"),
        (200, "available"),
    ]


def test_stale_plan_and_wrong_state_are_conflicts_and_start_no_job(alpha, alpha_client, act):
    stale = act("enable", plan_hash="of yesterday")
    never = act("disable")
    enabled = act("enable", plan_hash=_plan_hash(alpha_client))
    again = act("enable", plan_hash=_plan_hash(alpha_client))

    assert [answer.status_code for answer in (stale, never, enabled, again)] == [409, 409, 200, 409]
    assert "is available, not enabled" in never.json()["detail"]
    assert "enabled already" in again.json()["detail"]
    with tenant_scope(alpha):
        assert Job.objects.count() == 1


def test_upgrade_keeps_the_plugin_enabled_until_its_job_ran(alpha, alpha_client, act, install):
    act("enable", plan_hash=_plan_hash(alpha_client))
    install(loaded("kites", says={"version": "1.1"}))

    accepted = act("enable", wait="0", plan_hash=_plan_hash(alpha_client))

    assert (accepted.status_code, accepted.json()["state"], accepted.json()["status"]) == (202, "enabled", "queued")
    concurrent = act("disable")
    assert (concurrent.status_code, concurrent.json()["data"]["job"]) == (409, accepted.json()["job"])


def test_failed_act_is_a_conflict_with_its_reason_and_job(alpha, alpha_client, act, install, caplog):
    def after_enable(self):
        raise RuntimeError("torn")

    install(loaded("kites", after_enable=after_enable))

    failed = act("enable", plan_hash=_plan_hash(alpha_client))

    assert (failed.status_code, failed.json()["code"]) == (409, "activation_failed")
    assert failed.json()["data"]["plugin"] == "kites"
    with tenant_scope(alpha):
        assert Activation.objects.get(pk="kites").state == "enable_failed"
        assert str(Job.objects.get().pk) == failed.json()["data"]["job"]


def test_who_waits_for_a_worker_sees_the_new_state_in_every_process(committed, install, settings, monkeypatch):
    slept = []
    monkeypatch.setattr("time.sleep", slept.append)
    settings.TENON_JOBS_SYNC = True
    settings.TENON_JOBS_INLINE_WAIT = False
    install(loaded("kites"))
    client = client_of(organization_refs(slug="alpha")[0])

    enabled = client.post("/api/plugins/kites/enable/?wait=60", {"plan_hash": _plan_hash(client)}, format="json")

    assert enabled.json()["state"] == "enabled"
    assert slept == [0.5]


@pytest.mark.parametrize("wait", ["-1", "1.5", "soon", "99999", "\u0661"])
def test_wait_is_a_number_of_seconds(alpha_client, act, wait):
    refused = act("enable", wait=wait, plan_hash=_plan_hash(alpha_client))

    assert (refused.status_code, list(refused.json()["validation_errors"])) == (400, ["wait"])
