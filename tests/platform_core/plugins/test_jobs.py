from datetime import timedelta

from django.db import connection
from django.utils import timezone

from platform_core.jobs.claims import claim
from platform_core.jobs.models import Job
from platform_core.jobs.runner import execute_in_caller
from platform_core.jobs.types import QUEUES
from platform_core.members.models import Member
from platform_core.plugins.jobs import (
    disable_plugin_job,
    enable_plugin_job,
    ensure_housekeeping,
    housekeeping_job,
    purge_plugin_job,
)
from platform_core.plugins.models import Activation
from tenants.models import GlobalJob, organization_refs
from tenants.scope import tenant_scope
from tests.support.loaded_plugins import loaded


class Steps:
    """Takes progress as a job's context does."""

    def __init__(self):
        self.seen = []

    def progress(self, done, total=None):
        self.seen.append((done, total))


def test_acts_that_are_done_already_are_left_as_they_are(in_alpha, install):
    install(loaded("kites"))
    actor_id = Member.objects.get().pk

    steps = Steps()
    assert enable_plugin_job(steps, "kites", actor_id) == {"plugin": "kites", "state": "enabled", "version": "1.0"}
    assert steps.seen == [(0, 4), (1, None), (2, None), (3, None), (4, None)]
    for _ in range(2):
        assert disable_plugin_job(None, "kites", actor_id) == {"plugin": "kites", "state": "disabled"}
    for _ in range(2):
        assert purge_plugin_job(None, "kites", actor_id) == {"plugin": "kites", "state": "available"}
    assert not Activation.objects.filter(pk="kites").exists()


def _ended(days, **values):
    ended = timezone.now() - timedelta(days=days)
    return {"function": "x.y", "run_after": ended, "finished_at": ended, "status": "completed", **values}


def test_housekeeping_deletes_rows_of_jobs_that_ended_long_ago_and_nothing_else(alpha, beta, jobs_run_at_once):
    GlobalJob.objects.create(**_ended(31))
    with tenant_scope(beta):
        Job.objects.bulk_create(Job(**_ended(40, status="failed")) for _ in range(1001))
        kept = [
            Job.objects.create(**values).pk
            for values in (
                _ended(29),
                _ended(40, status="queued", finished_at=None),
                _ended(40, status="canceled", every_seconds=60, schedule_key="x"),
            )
        ]

    ensure_housekeeping()

    with tenant_scope(beta):
        # Steps of the housekeeping may have started jobs of their own.
        assert set(Job.objects.filter(function="x.y").values_list("pk", flat=True)) == set(kept)
    row = GlobalJob.objects.get()
    assert row.function.endswith(housekeeping_job.__name__)
    assert (row.status, row.result["jobs_pruned"]) == ("queued", 1002)
    assert row.run_after > timezone.now() + timedelta(minutes=50)
    ensure_housekeeping()
    assert GlobalJob.objects.get().run_after == row.run_after


def test_organization_whose_schema_cannot_be_read_keeps_nobody_elses_rows(committed, caplog):
    alpha, beta = (organization_refs(slug=slug)[0] for slug in ("alpha", "beta"))
    for organization in (alpha, beta):
        with tenant_scope(organization):
            Job.objects.create(**_ended(40))
    with tenant_scope(alpha), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {Job._meta.db_table} RENAME TO lost")

    ensure_housekeeping()
    execute_in_caller(claim(None, worker="test", queues=QUEUES))

    with tenant_scope(beta):
        assert not Job.objects.filter(function="x.y").exists()
    row = GlobalJob.objects.get()
    assert (row.status, row.result["jobs_pruned"]) == ("queued", 1)
    assert "The jobs of organization alpha cannot be pruned" in caplog.text


def test_rows_are_kept_for_ever_when_told(alpha, jobs_run_at_once, settings):
    settings.TENON_JOBS_KEEP_DAYS = 0
    with tenant_scope(alpha):
        Job.objects.create(**_ended(4000))

    ensure_housekeeping()

    with tenant_scope(alpha):
        assert Job.objects.filter(function="x.y").count() == 1
