import threading
import time
import uuid
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from platform_core.events.models import OutboxEvent
from platform_core.jobs.agenda import PASSING_SECONDS
from platform_core.jobs.claims import Outcome, claim, recover_expired, renew, settle
from platform_core.jobs.errors import LeaseLost
from platform_core.jobs.heartbeat import StopRequest
from platform_core.jobs.models import Job
from platform_core.jobs.probe import seconds_until_work
from platform_core.jobs.queue import start_job_async_or_sync
from platform_core.jobs.runner import execute, run_one
from platform_core.jobs.types import QUEUES
from platform_core.jobs.waiting import wait_for_job
from platform_core.jobs.worker import DatabaseWorker
from platform_core.members.models import Member
from platform_core.plugins.models import Activation
from tenants.models import GlobalJob, Organization
from tenants.scope import current_schema, public_scope, tenant_scope
from tests.support import sample_jobs
from tests.support.worker_processes import eventually

pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
def alpha(organizations):
    return organizations["alpha"]


def _start(organization, function, *args, **kwargs):
    with tenant_scope(organization):
        return start_job_async_or_sync(function, *args, **kwargs)


def _row(organization, job_id):
    with tenant_scope(organization):
        return Job.objects.get(pk=job_id)


def test_job_runs_in_its_organization_and_scope_is_reset(organizations):
    ids = {slug: _start(ref, sample_jobs.member_emails) for slug, ref in organizations.items()}

    for ref in organizations.values():
        assert run_one(ref, worker="w") is not None
        assert run_one(ref, worker="w") is None

    assert current_schema() == "public"
    for slug, ref in organizations.items():
        row = _row(ref, ids[slug])
        assert (row.status, row.result, row.lease_until) == ("completed", [f"owner@{slug}.example"], None)


def test_job_of_alpha_is_not_found_in_beta(organizations):
    job_id = _start(organizations["alpha"], sample_jobs.member_emails)

    assert run_one(organizations["beta"], worker="w", job_id=job_id) is None
    assert _row(organizations["alpha"], job_id).status == "queued"


def test_failing_job_is_tried_again_then_fails_without_telling_internals(alpha):
    job_id = _start(alpha, sample_jobs.failing)

    run_one(alpha, worker="w")
    first = _row(alpha, job_id)
    run_one(alpha, worker="w")
    last = _row(alpha, job_id)

    assert (first.status, first.attempts) == ("queued", 1)
    assert (last.status, last.attempts) == ("failed", 2)
    assert "hunter2" not in last.error
    assert "RuntimeError" not in last.error


def test_retry_waits_longer_each_time(alpha, settings):
    settings.TENON_JOBS_RETRY_SECONDS = 100
    job_id = _start(alpha, sample_jobs.failing)

    run_one(alpha, worker="w")

    assert 90 < (_row(alpha, job_id).run_after - timezone.now()).total_seconds() <= 100
    assert run_one(alpha, worker="w") is None


def test_users_error_fails_at_once_with_its_fields(alpha):
    job_id = _start(alpha, sample_jobs.refusing)

    run_one(alpha, worker="w")

    row = _row(alpha, job_id)
    assert (row.status, row.attempts) == ("failed", 1)
    assert row.result["error"]["validation_errors"] == {"title": ["Too long."]}


def test_failed_job_leaves_no_half_of_its_transaction(alpha):
    _start(alpha, sample_jobs.break_connection)

    run_one(alpha, worker="w")

    with tenant_scope(alpha):
        assert not Member.objects.filter(first_name="half done").exists()


def test_job_whose_function_is_unknown_fails_and_nothing_is_imported(alpha):
    with tenant_scope(alpha):
        row = Job.objects.create(function="os.getcwd", run_after=timezone.now())

    run_one(alpha, worker="w")

    assert _row(alpha, row.pk).error == "This job is unknown to the installed version."


def test_global_function_does_not_run_inside_an_organization(alpha):
    with tenant_scope(alpha):
        row = Job.objects.create(function="tests.support.sample_jobs.count_organizations", run_after=timezone.now())

    run_one(alpha, worker="w")

    assert _row(alpha, row.pk).status == "failed"


def test_global_job_runs_in_public(committed):
    job_id = start_job_async_or_sync(sample_jobs.count_organizations)

    run_one(None, worker="w")

    with public_scope():
        assert GlobalJob.objects.get(pk=job_id).result == {"organizations": 2, "schema": "public"}


def test_plugins_job_runs_only_where_the_plugin_is_enabled(organizations):
    ids = {slug: _start(ref, sample_jobs.of_plugin) for slug, ref in organizations.items()}
    with tenant_scope(organizations["beta"]):
        Activation.objects.create(slug="tester", state="enabled")

    for ref in organizations.values():
        run_one(ref, worker="w")

    assert _row(organizations["alpha"], ids["alpha"]).status == "canceled"
    assert _row(organizations["beta"], ids["beta"]).result == "ran"


def test_two_workers_never_run_one_job_twice(alpha, tmp_path):
    path = tmp_path / "lines"
    for number in range(30):
        _start(alpha, sample_jobs.note, str(path), str(number))

    def work():
        try:
            while run_one(alpha, worker=uuid.uuid4().hex) is not None:
                pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(int(line.split()[0]) for line in sample_jobs.lines_of(path)) == list(range(30))


def test_priority_decides_then_time(alpha):
    ids = [
        _start(alpha, sample_jobs.member_emails, queue_name=name) for name in ("low", "default", "critical", "default")
    ]

    taken = [claim(alpha, worker="w", queues=QUEUES).address.id for _ in ids]

    assert taken == [ids[2], ids[1], ids[3], ids[0]]


def test_worker_takes_only_its_queues(alpha):
    _start(alpha, sample_jobs.member_emails, queue_name="low")

    assert run_one(alpha, worker="w", queues=("critical",)) is None


def test_expired_lease_gives_the_job_back_and_fences_the_old_worker(alpha, settings):
    job_id = _start(alpha, sample_jobs.member_emails)
    settings.TENON_JOBS_LEASE_SECONDS = 0
    old = claim(alpha, worker="old", queues=QUEUES)
    settings.TENON_JOBS_LEASE_SECONDS = 60

    assert recover_expired(alpha) == 1
    new = claim(alpha, worker="new", queues=QUEUES)

    assert (new.address.id, new.attempt) == (job_id, 2)
    with pytest.raises(LeaseLost):
        renew(old, done=1, total=None)
    with pytest.raises(LeaseLost):
        settle(old, Outcome(status="completed", result="void"))
    assert _row(alpha, job_id).worker == "new"
    assert recover_expired(alpha) == 0


def test_job_that_kills_its_worker_each_time_fails_at_last(alpha, settings):
    settings.TENON_JOBS_LEASE_SECONDS = 0
    job_id = _start(alpha, sample_jobs.member_emails)

    for _ in range(3):
        assert claim(alpha, worker="w", queues=QUEUES) is not None
        recover_expired(alpha)

    assert claim(alpha, worker="w", queues=QUEUES) is None
    row = _row(alpha, job_id)
    assert (row.status, row.error) == ("failed", "The worker died during the last attempt.")


def test_lost_lease_voids_the_outcome(alpha, tmp_path):
    job_id = _start(alpha, sample_jobs.slow, str(tmp_path / "lines"), 0.3)
    owned = claim(alpha, worker="old", queues=QUEUES)
    with tenant_scope(alpha):
        Job.objects.filter(pk=job_id).update(worker="new", attempts=2)

    execute(owned, stop=None)

    assert _row(alpha, job_id).status == "running"


def test_time_limit_ends_a_job_that_swallows_exceptions(alpha, tmp_path):
    job_id = _start(alpha, sample_jobs.endless, str(tmp_path / "lines"))

    began = time.monotonic()
    run_one(alpha, worker="w")

    assert time.monotonic() - began < 25
    row = _row(alpha, job_id)
    assert (row.status, row.error) == ("failed", "It took longer than 1 s.")


def test_time_limit_ends_a_statement(alpha):
    job_id = _start(alpha, sample_jobs.endless_statement)

    began = time.monotonic()
    run_one(alpha, worker="w")

    assert time.monotonic() - began < 25
    assert _row(alpha, job_id).error == "It took longer than 1 s."


def test_progress_is_seen_while_the_job_runs_and_cancel_ends_it(alpha, tmp_path):
    job_id = _start(alpha, sample_jobs.counted, str(tmp_path / "lines"), 400)

    def work():
        run_one(alpha, worker="w")
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    seen = eventually(lambda: (row := _row(alpha, job_id)).progress_done > 3 and row)
    assert (seen.status, seen.progress_total) == ("running", 400)
    with tenant_scope(alpha):
        Job.objects.filter(pk=job_id).update(cancel_requested=True)
    thread.join()

    assert _row(alpha, job_id).status == "canceled"
    assert len(sample_jobs.lines_of(tmp_path / "lines")) < 200


def test_heartbeat_keeps_a_long_job(alpha, tmp_path):
    job_id = _start(alpha, sample_jobs.slow, str(tmp_path / "lines"), 3.5)
    found = []

    def watch():
        deadline = time.monotonic() + 3.2
        while time.monotonic() < deadline:
            found.append(recover_expired(alpha))
            time.sleep(0.1)
        connections.close_all()

    thread = threading.Thread(target=watch)
    thread.start()
    run_one(alpha, worker="w")
    thread.join()

    assert sum(found) == 0
    assert _row(alpha, job_id).status == "completed"


def test_wait_for_job_runs_it_inline_only_where_settings_say_so(in_alpha_rolled_back, settings):
    settings.TENON_JOBS_INLINE_WAIT = True
    job_id = start_job_async_or_sync(sample_jobs.member_emails)

    assert wait_for_job(job_id, 5).status == "completed"


@pytest.fixture
def in_alpha_rolled_back(db):
    from tenants.models import organization_refs

    with tenant_scope(organization_refs(slug="alpha")[0]) as ref:
        yield ref


def test_wait_for_job_returns_the_state_when_time_is_over(alpha):
    with tenant_scope(alpha):
        job_id = start_job_async_or_sync(sample_jobs.member_emails)
        began = time.monotonic()
        assert wait_for_job(job_id, 0.3).status == "queued"
        assert 0.25 < time.monotonic() - began < 25
        assert wait_for_job(uuid.uuid4(), 5) is None


def test_claim_of_an_uncommitted_job_finds_nothing(alpha):
    found = []

    def look():
        found.append(claim(alpha, worker="w", queues=QUEUES))
        connections.close_all()

    with tenant_scope(alpha), transaction.atomic():
        start_job_async_or_sync(sample_jobs.member_emails)
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()

    assert found == [None]


def test_organization_that_is_being_deleted_keeps_its_jobs(alpha):
    job_id = _start(alpha, sample_jobs.member_emails)
    with public_scope():
        Organization.objects.filter(pk=alpha.id).update(status="deleting")
    DatabaseWorker(stop=StopRequest()).run(burst=True)
    assert _row(alpha, job_id).status == "queued"

    with public_scope():
        Organization.objects.filter(pk=alpha.id).update(status="active")
    DatabaseWorker(stop=StopRequest()).run(burst=True)
    assert _row(alpha, job_id).status == "completed"


def test_quiet_organization_costs_a_sweep_one_statement(alpha):
    with tenant_scope(alpha):
        Job.objects.all().delete()
        OutboxEvent.objects.update(relayed_at=timezone.now())
    assert seconds_until_work(alpha) is None

    worker = DatabaseWorker(stop=StopRequest())
    with CaptureQueriesContext(connection) as statements:
        assert worker._step(alpha) == (False, None)

    assert len([found for found in statements if "SELECT" in found["sql"]]) == 1


def test_probe_sees_events_jobs_retries_and_leases(alpha, settings):
    with tenant_scope(alpha):
        OutboxEvent.objects.update(relayed_at=None)
        assert seconds_until_work(alpha) == 0
        OutboxEvent.objects.update(relayed_at=timezone.now())
        job_id = start_job_async_or_sync(sample_jobs.member_emails, run_after=timezone.now() + timedelta(seconds=50))
        assert 45 < seconds_until_work(alpha) <= 50
        Job.objects.filter(pk=job_id).update(run_after=timezone.now())
        assert seconds_until_work(alpha) == 0
        settings.TENON_JOBS_LEASE_SECONDS = 30
        claim(alpha, worker="w", queues=QUEUES)
        assert 25 < seconds_until_work(alpha) <= 30


def test_organization_whose_schema_is_broken_does_not_stop_the_others(organizations):
    ids = {slug: _start(ref, sample_jobs.member_emails) for slug, ref in organizations.items()}
    with tenant_scope(organizations["alpha"]), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE jobs_job RENAME TO jobs_hidden")

    DatabaseWorker(stop=StopRequest()).run(burst=True)

    assert _row(organizations["beta"], ids["beta"]).status == "completed"


def test_fault_of_the_database_sets_an_organization_aside_for_a_moment_only(organizations):
    alpha, beta = organizations["alpha"], organizations["beta"]
    worker, locked, leave = DatabaseWorker(stop=StopRequest()), threading.Event(), threading.Event()

    def lock_table():
        with tenant_scope(alpha), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE jobs_job")
            locked.set()
            leave.wait(20)
        connections.close_all()

    holder = threading.Thread(target=lock_table)
    holder.start()
    locked.wait(20)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
    worker.round()
    leave.set()
    holder.join()

    assert set(worker._agenda._aside) == {alpha.id}
    assert worker._agenda._aside[alpha.id] <= time.monotonic() + PASSING_SECONDS
    assert beta.id in {ref.id for ref in worker._agenda._due}
