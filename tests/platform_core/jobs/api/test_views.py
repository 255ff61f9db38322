import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from platform_core.events.models import AuditEntry
from platform_core.jobs.models import Job
from tenants.scope import tenant_scope

OURS = "tests.support.sample_jobs.note"


def _job(organization, **values):
    with tenant_scope(organization):
        return Job.objects.create(**{"function": OURS, "run_after": timezone.now(), "args": ["secret"], **values})


@pytest.fixture
def annotator(alpha, make_client):
    return make_client(alpha, role="AN")


def test_list_shows_newest_first_without_arguments_or_code(alpha, alpha_client):
    first, second = _job(alpha), _job(alpha, status="completed", result={"n": 1})

    body = alpha_client.get("/api/jobs/").json()

    assert [row["id"] for row in body["results"]] == [str(second.pk), str(first.pk)]
    assert body["count"] == 2
    assert body["results"][0]["name"] == "note"
    assert "secret" not in str(body)
    assert "sample_jobs" not in str(body)


def test_list_filters_by_status_and_refuses_unknown_ones(alpha, alpha_client):
    _job(alpha)
    _job(alpha, status="failed")

    assert alpha_client.get("/api/jobs/?status=failed").json()["count"] == 1
    assert alpha_client.get("/api/jobs/?status=nope").status_code == 400


def test_list_filters_by_queue_name_plugin_schedule_and_member(alpha, alpha_client):
    member = alpha_client.member.pk
    _job(alpha, queue="low")
    _job(alpha, function="tests.support.sample_jobs.slow", plugin="kites", created_by_id=member)
    _job(alpha, schedule_key="x", every_seconds=60, function="tests.support.sample_jobs.footnote")

    def count(query):
        return alpha_client.get(f"/api/jobs/?{query}").json()["count"]

    assert [count("queue=low"), count("queue=high")] == [1, 0]
    assert [count("name=note"), count("name=slow"), count("name=tests")] == [1, 1, 0]
    assert [count("plugin=kites"), count("plugin="), count("plugin=kites&name=note")] == [1, 2, 0]
    assert [count("scheduled=true"), count("scheduled=false")] == [1, 2]
    assert [count(f"created_by={member}"), count("created_by=99")] == [1, 0]
    for wrong in ("queue=x", "name=a.b", "created_by=x", "scheduled=maybe", "cursor=1", "plugin=a%00"):
        assert alpha_client.get(f"/api/jobs/?{wrong}").status_code == 400, wrong


def test_cursor_goes_on_where_the_page_ended_although_jobs_come_in(alpha, alpha_client, annotator):
    jobs = [str(_job(alpha).pk) for _ in range(5)]
    page = alpha_client.get("/api/jobs/?page_size=2").json()
    seen = [row["id"] for row in page["results"]]
    _job(alpha)
    while page["next_cursor"]:
        page = alpha_client.get(f"/api/jobs/?page_size=2&cursor={page['next_cursor']}").json()
        seen += [row["id"] for row in page["results"]]

    assert seen == jobs[::-1]
    assert annotator.get(f"/api/jobs/?cursor={jobs[0]}").status_code == 400


@pytest.mark.parametrize("rows", [1, 25])
def test_list_takes_the_same_queries_for_any_number_of_rows(steady_gate, alpha, alpha_client, rows):
    for _ in range(rows):
        _job(alpha)
    alpha_client.get("/api/jobs/")

    with CaptureQueriesContext(connection) as statements:
        assert len(alpha_client.get("/api/jobs/").json()["results"]) == rows

    data = [found["sql"] for found in statements if 'FROM "jobs_job"' in found["sql"]]
    assert len(data) == 2


def test_member_sees_own_jobs_and_managers_all(alpha, annotator, alpha_client):
    own = _job(alpha, created_by_id=annotator.member.pk)
    other = _job(alpha, created_by_id=alpha_client.member.pk)

    assert [row["id"] for row in annotator.get("/api/jobs/").json()["results"]] == [str(own.pk)]
    assert annotator.get(f"/api/jobs/{other.pk}/").status_code == 404
    assert annotator.post(f"/api/jobs/{other.pk}/cancel/").status_code == 404
    assert annotator.post(f"/api/jobs/{other.pk}/retry/").status_code == 404
    assert alpha_client.get(f"/api/jobs/{own.pk}/").json()["created_by"] == annotator.member.pk


def test_job_of_another_organization_is_not_found(alpha, beta_client):
    job = _job(alpha)

    assert beta_client.get(f"/api/jobs/{job.pk}/").status_code == 404
    assert beta_client.post(f"/api/jobs/{job.pk}/cancel/").status_code == 404
    assert beta_client.get("/api/jobs/").json()["count"] == 0
    assert beta_client.get(f"/api/jobs/{uuid.uuid4()}/").status_code == 404


def test_cancel_ends_a_waiting_job_and_asks_a_running_one(alpha, alpha_client):
    waiting, running, ended = _job(alpha), _job(alpha, status="running"), _job(alpha, status="completed")

    answer = alpha_client.post(f"/api/jobs/{waiting.pk}/cancel/").json()
    assert (answer["status"], answer["finished_at"] is not None) == ("canceled", True)
    answer = alpha_client.post(f"/api/jobs/{running.pk}/cancel/").json()
    assert (answer["status"], answer["cancel_requested"]) == ("running", True)
    refused = alpha_client.post(f"/api/jobs/{ended.pk}/cancel/")
    assert (refused.status_code, refused.json()["data"]) == (409, {"status": "completed"})

    with tenant_scope(alpha):
        entries = AuditEntry.objects.filter(action="job.canceled").values_list("target_id", flat=True)
        assert set(entries) == {str(waiting.pk), str(running.pk)}


def test_retry_queues_a_failed_job_with_all_its_attempts(alpha, alpha_client):
    failed = _job(alpha, status="failed", attempts=3, error="x", cancel_requested=True, finished_at=timezone.now())

    answer = alpha_client.post(f"/api/jobs/{failed.pk}/retry/").json()

    assert (answer["status"], answer["attempts"], answer["error"]) == ("queued", 0, "")
    assert (answer["cancel_requested"], answer["finished_at"]) == (False, None)
    assert alpha_client.post(f"/api/jobs/{failed.pk}/retry/").status_code == 409


def test_nobody_is_refused(alpha, alpha_client):
    alpha_client.credentials()
    alpha_client.defaults.pop("HTTP_AUTHORIZATION")

    assert alpha_client.get("/api/jobs/").status_code == 401
