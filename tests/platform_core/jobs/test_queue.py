import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from platform_core.jobs import transport
from platform_core.jobs.errors import JobRefusedError
from platform_core.jobs.models import Job
from platform_core.jobs.queue import is_job_in_queue, is_job_on_worker, redis_connected, start_job_async_or_sync
from platform_core.jobs.registry import check_arguments, job
from tenants.models import GlobalJob, WorkHint
from tenants.scope import NoOrganizationScopeError, public_scope, tenant_scope
from tests.support import sample_jobs


def _hints():
    with public_scope():
        return list(WorkHint.objects.values_list("organization__slug", flat=True))


def test_rolled_back_transaction_leaves_no_job_no_hint_and_no_message(organizations, with_redis):
    with tenant_scope(organizations["alpha"]):
        with transaction.atomic():
            start_job_async_or_sync(sample_jobs.member_emails)
            transaction.set_rollback(True)
        assert Job.objects.count() == 0
    assert _hints() == []
    assert transport.client().keys() == []


def test_commit_leaves_row_hint_and_message_and_nothing_before(organizations, with_redis):
    with tenant_scope(organizations["alpha"]):
        with transaction.atomic():
            job_id = start_job_async_or_sync(sample_jobs.note, "/nowhere", text="x", queue_name="high", job_timeout=7)
            assert _hints() == []
            assert not transport.is_in_queue(job_id, "high")
        row = Job.objects.get(pk=job_id)
        assert (row.status, row.queue, row.timeout_seconds, row.args, row.kwargs) == (
            "queued",
            "high",
            7,
            ["/nowhere"],
            {"text": "x"},
        )
        assert is_job_in_queue(job_id)
        assert not is_job_on_worker(job_id)
    assert _hints() == ["alpha"]
    assert transport.is_in_queue(job_id, "high")
    message = transport.client().hgetall(f"rq:job:{job_id}")
    assert b"/nowhere" not in b"".join(message.values())
    with tenant_scope(organizations["beta"]):
        assert Job.objects.count() == 0
        assert not is_job_in_queue(job_id)


def test_redis_down_is_no_error_for_the_writer_and_is_not_asked_again_at_once(organizations, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    transport.breaker.reset()

    with tenant_scope(organizations["alpha"]), transaction.atomic():
        start_job_async_or_sync(sample_jobs.member_emails)

    assert not transport.breaker.allows()
    assert not redis_connected()
    assert _hints() == ["alpha"]
    transport.breaker.reset()


def test_many_jobs_of_one_transaction_wake_workers_once(organizations):
    with (
        tenant_scope(organizations["alpha"]),
        CaptureQueriesContext(connection) as statements,
        transaction.atomic(),
    ):
        for _ in range(4):
            start_job_async_or_sync(sample_jobs.member_emails)

    written = [found["sql"] for found in statements if "INSERT INTO" in found["sql"]]
    assert [("jobs_job" in sql, "tenants_workhint" in sql) for sql in written] == [(True, False)] * 4 + [(False, True)]


@pytest.mark.parametrize("function", [sample_jobs.unregistered, print, lambda context: None])
def test_unregistered_function_is_refused(in_alpha, function):
    with pytest.raises(JobRefusedError):
        start_job_async_or_sync(function)

    assert Job.objects.count() == 0


@pytest.mark.parametrize("argument", [object(), b"x", (1,), {1: 2}, float("nan"), "a\x00b", {"a": {1}}, ["x"] * 20_000])
def test_argument_that_is_no_small_json_is_refused(in_alpha, argument):
    with pytest.raises(JobRefusedError):
        start_job_async_or_sync(sample_jobs.note, "/nowhere", argument)

    assert Job.objects.count() == 0


@pytest.mark.slow  # a hundred nested values, built one by one
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(st.characters(exclude_characters="\x00"))
        | st.floats(allow_nan=False, allow_infinity=False),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_characters="\x00")), inner),
    )
)
def test_json_arguments_are_accepted(value):
    check_arguments(value)


def test_unknown_queue_is_refused(in_alpha):
    with pytest.raises(JobRefusedError, match="critical"):
        start_job_async_or_sync(sample_jobs.member_emails, queue_name="urgent")


def test_nested_function_cannot_be_registered(registered):
    with pytest.raises(JobRefusedError, match="not a function of a module"):

        @job()
        def inner(context):
            pass


def test_tenant_job_without_organization_is_refused(db):
    with pytest.raises(NoOrganizationScopeError):
        start_job_async_or_sync(sample_jobs.member_emails)


def test_global_job_lies_in_public_even_when_started_inside_an_organization(in_alpha):
    job_id = start_job_async_or_sync(sample_jobs.count_organizations)

    assert Job.objects.count() == 0
    with public_scope():
        assert GlobalJob.objects.get().pk == job_id


def test_sync_mode_runs_the_job_inside_the_caller(in_alpha, jobs_run_at_once):
    job_id = start_job_async_or_sync(sample_jobs.member_emails)

    row = Job.objects.get(pk=job_id)
    assert (row.status, row.result) == ("completed", ["owner@alpha.example"])
