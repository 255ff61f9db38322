from datetime import timedelta

import pytest
from django.utils import timezone

from platform_core.jobs.claims import claim, recover_expired, seconds_until_due
from platform_core.jobs.errors import JobRefusedError
from platform_core.jobs.models import Job
from platform_core.jobs.queue import start_job_async_or_sync
from platform_core.jobs.runner import execute, run_one
from platform_core.jobs.schedules import schedule_job, schedule_state, unschedule_all, unschedule_job
from platform_core.jobs.services import cancel_job, retry_job
from platform_core.members.models import Member
from platform_core.members.queries.acting import acting_member
from platform_core.plugins.models import Activation
from tenants.models import GlobalJob
from tenants.scope import public_scope, tenant_scope
from tests.support import sample_jobs

pytestmark = pytest.mark.usefixtures("quick")
EVERY = timedelta(minutes=10)


@pytest.fixture
def alpha(organizations):
    with tenant_scope(organizations["alpha"]):
        yield organizations["alpha"]


@pytest.fixture
def owner(alpha):
    return acting_member(Member.objects.get().pk)


def _now(function=sample_jobs.note, *args, key="nightly", every=EVERY):
    return schedule_job(function, *args, key=key, every=every, start_at=timezone.now())


def _run(organization):
    return run_one(organization, worker="w")


def _soon(row, seconds=600):
    return abs((row.run_after - timezone.now()).total_seconds() - seconds) < 5


def test_scheduled_job_runs_and_waits_in_the_same_row_for_the_next_time(alpha, tmp_path):
    job_id = _now(sample_jobs.note, str(tmp_path / "lines"), "x")

    assert _run(alpha).address.id == job_id
    assert _run(alpha) is None

    row = Job.objects.get()
    assert (row.pk, row.status, row.attempts, row.worker, row.error) == (job_id, "queued", 0, "", "")
    assert row.result == {"schema": alpha.schema, "attempt": 1}
    assert _soon(row)
    assert 590 < seconds_until_due(alpha) <= 600
    Job.objects.update(run_after=timezone.now())
    assert _run(alpha).attempt == 1
    assert len(sample_jobs.lines_of(tmp_path / "lines")) == 2


def test_first_run_is_after_one_interval_unless_told(alpha):
    schedule_job(sample_jobs.member_emails, key="a", every=EVERY)
    assert _soon(Job.objects.get())
    assert _run(alpha) is None


def test_failing_run_is_tried_again_and_then_waits_for_the_next_time(alpha):
    _now(sample_jobs.failing)

    _run(alpha)
    assert Job.objects.get().attempts == 1
    _run(alpha)

    row = Job.objects.get()
    assert (row.status, row.attempts) == ("queued", 0)
    assert "failed unexpectedly" in row.error
    assert _soon(row)


def test_worker_that_dies_again_and_again_does_not_end_the_schedule(alpha):
    _now(sample_jobs.failing)
    for _ in range(2):
        assert claim(alpha, worker="w", queues=("default",)) is not None
        Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        assert recover_expired(alpha) == 1

    row = Job.objects.get()
    assert (row.status, row.attempts, row.error) == ("queued", 0, "The worker died during the last attempt.")
    assert _soon(row)


def test_same_key_changes_the_schedule_and_keeps_a_sooner_time(alpha):
    first = _now(sample_jobs.note, "/nowhere", "x")
    again = schedule_job(sample_jobs.member_emails, key="nightly", every=timedelta(hours=1), queue_name="low")

    row = Job.objects.get()
    assert first == again == row.pk
    assert (row.every_seconds, row.queue, row.args) == (3600, "low", [])
    assert row.function.endswith("member_emails")
    assert row.run_after <= timezone.now()


def test_schedule_changed_during_its_run_counts_for_the_next_one(alpha):
    _now(sample_jobs.member_emails)
    owned = claim(alpha, worker="w", queues=("default",))
    schedule_job(sample_jobs.member_emails, key="nightly", every=timedelta(hours=1))

    assert Job.objects.get().status == "running"
    execute(owned, stop=None)
    assert _soon(Job.objects.get(), 3600)


def test_unscheduled_job_does_not_come_back(alpha):
    _now(sample_jobs.member_emails)
    assert schedule_state(sample_jobs.member_emails, key="nightly").status == "queued"

    assert unschedule_job(sample_jobs.member_emails, key="nightly")

    assert Job.objects.get().status == "canceled"
    assert not unschedule_job(sample_jobs.member_emails, key="nightly")
    assert schedule_state(sample_jobs.member_emails, key="nightly") is None
    _now(sample_jobs.member_emails)
    assert Job.objects.count() == 2


def test_run_that_has_begun_ends_as_usual_when_its_schedule_ends(alpha):
    _now(sample_jobs.member_emails)
    owned = claim(alpha, worker="w", queues=("default",))
    unschedule_job(sample_jobs.member_emails, key="nightly")
    execute(owned, stop=None)

    assert (Job.objects.get().status, Job.objects.get().result) == ("completed", ["owner@alpha.example"])


def test_canceled_schedule_rests_until_it_is_retried(alpha, owner):
    job_id = _now(sample_jobs.member_emails)
    cancel_job(job_id=job_id, actor=owner)
    assert _run(alpha) is None
    retry_job(job_id=job_id, actor=owner)
    assert _run(alpha) is not None
    assert Job.objects.get().status == "queued"


def test_schedule_of_a_disabled_plugin_waits_and_goes_with_its_purge(alpha):
    Activation.objects.create(slug="tester", state="disabled")
    _now(sample_jobs.of_plugin)

    _run(alpha)
    row = Job.objects.get()
    assert (row.status, row.attempts, row.plugin) == ("queued", 0, "tester")
    assert _soon(row)
    Activation.objects.update(state="enabled")
    Job.objects.update(run_after=timezone.now())
    _run(alpha)
    assert Job.objects.get().result == "ran"

    assert unschedule_all(plugin="tester") == 1
    assert Job.objects.get().status == "canceled"


def test_schedules_of_organizations_and_the_global_ones_do_not_meet(organizations):
    for ref in organizations.values():
        with tenant_scope(ref):
            schedule_job(sample_jobs.member_emails, key="nightly", every=EVERY)
            schedule_job(sample_jobs.count_organizations, key="nightly", every=EVERY)

    for ref in organizations.values():
        with tenant_scope(ref):
            assert Job.objects.count() == 1
    with public_scope():
        assert GlobalJob.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": ""},
        {"key": "x" * 101},
        {"key": "a\x00"},
        {"every": timedelta(seconds=1)},
        {"every": timedelta(days=400)},
        {"queue_name": "urgent"},
    ],
)
def test_schedule_out_of_bounds_is_refused(alpha, wrong):
    with pytest.raises(JobRefusedError):
        schedule_job(sample_jobs.member_emails, **({"key": "nightly", "every": EVERY} | wrong))

    assert not Job.objects.exists()


def test_one_off_jobs_have_no_key_to_clash(alpha):
    for _ in range(3):
        start_job_async_or_sync(sample_jobs.member_emails)

    assert Job.objects.filter(schedule_key="", every_seconds=None).count() == 3
