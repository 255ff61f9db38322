from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from platform_core.jobs import fair_queue, transport
from platform_core.jobs.claims import at_limit, claim
from platform_core.jobs.heartbeat import StopRequest
from platform_core.jobs.models import Job
from platform_core.jobs.queue import start_job_async_or_sync
from platform_core.jobs.types import QUEUES
from platform_core.jobs.worker import DatabaseWorker
from tenants.models import GlobalJob
from tenants.scope import public_scope, tenant_scope
from tests.support import sample_jobs

QUEUE = "default"
LIST = "rq:queue:default"


@pytest.fixture
def client(with_redis):
    return transport.client()


def _take(client):
    """Take a message as a worker does."""
    taken = client.lpop(LIST)
    fair_queue.fill(client, QUEUE)
    return taken.decode() if taken is not None else None


def _take_all(client):
    return list(iter(lambda: _take(client), None))


def test_organizations_take_turns_however_much_one_brings(client):
    for number in range(50):
        fair_queue.add(client, QUEUE, 1, f"a{number}")
    for number in range(3):
        fair_queue.add(client, QUEUE, 2, f"b{number}")

    order = _take_all(client)

    assert order[:8] == ["a0", "a1", "a2", "b0", "a3", "b1", "a4", "b2"]
    assert len(order) == 53
    assert [item for item in order if item.startswith("a")] == [f"a{number}" for number in range(50)]


def test_message_that_waits_is_not_put_in_twice(client):
    for _ in range(3):
        for message in ("x", "y", "z"):
            fair_queue.add(client, QUEUE, 1, message)

    assert fair_queue.waiting(client, QUEUE, 1) == fair_queue.waiting(client, QUEUE) == {"x", "y", "z"}
    assert _take_all(client) == ["x", "y", "z"]
    assert client.keys("tenon:*:rotation") == client.keys("tenon:*:backlog:*") == []


def test_organization_that_is_held_is_passed_over_and_goes_on_where_it_was(client):
    for message in ("a0", "a1", "a2", "a3"):
        fair_queue.add(client, QUEUE, 1, message)
    assert [_take(client), _take(client)] == ["a0", "a1"]
    fair_queue.hold(client, QUEUE, 1, "a1")
    fair_queue.add(client, QUEUE, 2, "b0")

    order = _take_all(client)
    assert order == ["a2", "a3", "b0"]  # those were in the workers' list already
    fair_queue.wake(client, QUEUE, 1)
    assert _take_all(client) == ["a1"]


def test_backlog_without_a_turn_gets_one(client):
    for message in ("a0", "a1", "a2", "a3"):
        fair_queue.add(client, QUEUE, 1, message)
    client.delete(LIST, "tenon:jobs:default:rotation")  # as if a worker had died between its two steps

    fair_queue.wake(client, QUEUE, 1)

    assert _take_all(client) == ["a2", "a3"]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 9)) | st.none(), max_size=40))
def test_no_message_is_lost_or_doubled_and_nobody_waits_for_more_than_a_turn(client, steps):
    client.flushall()
    waiting, taken = [], []
    for step in steps:
        if step is None:
            message = _take(client)
            assert (message is None) == (not waiting)
            if message is not None:
                waiting.remove(message)
                taken.append(message)
        elif f"{step[0]}-{step[1]}" not in waiting:
            waiting.append(f"{step[0]}-{step[1]}")
            fair_queue.add(client, QUEUE, step[0], waiting[-1])

    assert fair_queue.waiting(client, QUEUE) == set(waiting)
    rest = _take_all(client)
    assert sorted(rest) == sorted(waiting)
    behind = [item.split("-")[0] for item in rest[fair_queue.STAGED :]]
    for turn in set(behind):  # behind the list of the workers, between two of one organization there is one of each
        places = [index for index, item in enumerate(behind) if item == turn]
        for first, second in pairwise(places):
            others = behind[first + 1 : second]
            assert len(others) == len(set(others))


def _jobs(organization, count, **values):
    with tenant_scope(organization):
        return [start_job_async_or_sync(sample_jobs.member_emails, **values) for _ in range(count)]


def test_organization_at_its_limit_gets_no_more_of_that_queue(organizations, settings):
    settings.TENON_JOBS_PER_ORGANIZATION = 2
    alpha, beta = organizations["alpha"], organizations["beta"]
    _jobs(alpha, 3)
    _jobs(alpha, 1, queue_name="low")
    _jobs(beta, 1)

    def taken(organization):
        owned = claim(organization, worker="w", queues=QUEUES)
        return owned.queue if owned is not None else None

    assert [taken(alpha), taken(alpha)] == ["default", "default"]
    assert at_limit(alpha, "default")
    assert not at_limit(alpha, "low")
    assert [taken(alpha), taken(alpha), taken(beta)] == ["low", None, "default"]
    with tenant_scope(alpha):
        Job.objects.filter(status="running").update(status="completed")
    assert taken(alpha) == "default"
    settings.TENON_JOBS_PER_ORGANIZATION = 0
    assert not at_limit(alpha, "default")


def test_work_without_an_organization_has_no_limit(organizations, settings):
    settings.TENON_JOBS_PER_ORGANIZATION = 1
    for _ in range(2):
        start_job_async_or_sync(sample_jobs.count_organizations)

    assert [claim(None, worker="w", queues=QUEUES) is not None for _ in range(2)] == [True, True]
    with public_scope():
        assert GlobalJob.objects.filter(status="running").count() == 2


def test_worker_that_may_not_take_more_does_not_look_all_the_time(organizations, settings):
    settings.TENON_JOBS_PER_ORGANIZATION = 1
    alpha = organizations["alpha"]
    _jobs(alpha, 2)
    claim(alpha, worker="another", queues=QUEUES)
    worker = DatabaseWorker(stop=StopRequest())

    assert [worker.round() for _ in range(4)][-1] is False  # the first ones relay events
    assert worker._agenda.seconds_until_next() > 0.2


def test_sweep_brings_what_is_overdue_once(organizations, with_redis):
    alpha = organizations["alpha"]
    ids = {str(job_id) for job_id in _jobs(alpha, 5)}
    transport.client().flushall()
    with tenant_scope(alpha):
        Job.objects.update(updated_at=timezone.now() - timedelta(seconds=10))

    worker = DatabaseWorker(stop=StopRequest(), beside_redis=True)
    for _ in range(2):
        worker.round()
        assert transport.queued_ids("default") == ids
        assert transport.client().llen(LIST) == fair_queue.STAGED
