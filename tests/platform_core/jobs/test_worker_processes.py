"""Real worker processes against real commits: what a kill leaves, and who runs what."""

import os
import signal
import subprocess
import sys
import time

import pytest
import redis

from platform_core.embedded.redis import EmbeddedRedis, available
from platform_core.events.models import OutboxEvent
from platform_core.jobs import transport
from platform_core.jobs.models import Job
from platform_core.jobs.queue import start_job_async_or_sync
from platform_core.jobs.rq_worker import address_in
from platform_core.jobs.types import JobAddress
from platform_core.plugins.models import Activation
from tenants.models import GlobalJob, WorkHint
from tenants.scope import public_scope, tenant_scope
from tests.support import sample_jobs
from tests.support.worker_processes import children_of, environment_of, eventually, is_running, worker

# Each test starts processes that load Django, and waits for leases to end.
pytestmark = pytest.mark.slow


@pytest.fixture
def alpha(organizations):
    return organizations["alpha"]


def _start(organization, function, *args, **kwargs):
    with tenant_scope(organization):
        return start_job_async_or_sync(function, *args, **kwargs)


def _row(organization, job_id):
    with tenant_scope(organization):
        return Job.objects.get(pk=job_id)


def _ended(organization, job_id):
    row = _row(organization, job_id)
    return row if row.finished_at is not None else None


def test_burst_does_everything_in_turn_over_organizations_and_leaves(committed, organizations, tmp_path):
    path = tmp_path / "lines"
    for _ in range(6):
        _start(organizations["alpha"], sample_jobs.note, str(path), "alpha")
    _start(organizations["beta"], sample_jobs.note, str(path), "beta")
    job_id = start_job_async_or_sync(sample_jobs.count_organizations)
    _start(organizations["beta"], sample_jobs.emitting)

    subprocess.run(
        [sys.executable, "-m", "django", "tenon_worker", "--burst"],
        env=environment_of(committed),
        check=True,
        timeout=60,
    )

    words = [line.split()[0] for line in sample_jobs.lines_of(path)]
    assert sorted(words) == ["alpha"] * 6 + ["beta"]
    assert words.index("beta") <= 1
    with public_scope():
        assert GlobalJob.objects.get(pk=job_id).status == "completed"
        assert WorkHint.objects.count() == 0
    with tenant_scope(organizations["beta"]):
        assert OutboxEvent.objects.get(type="sample.done").relayed_at is not None


def test_notification_wakes_a_sleeping_worker(committed, alpha, tmp_path):
    with worker(committed, "--role", "database", "--poll-seconds", "600"):
        first = _start(alpha, sample_jobs.note, str(tmp_path / "lines"), "first")
        eventually(lambda: _ended(alpha, first))
        time.sleep(0.5)
        began = time.monotonic()
        second = _start(alpha, sample_jobs.note, str(tmp_path / "lines"), "second")
        eventually(lambda: _ended(alpha, second), seconds=3)

    assert time.monotonic() - began < 3


def test_killed_worker_leaves_no_orphan_and_its_job_runs_again_after_the_lease(committed, alpha, tmp_path):
    path = tmp_path / "lines"
    job_id = _start(alpha, sample_jobs.slow, str(path), 2.5)
    with worker(committed, "--poll-seconds", "1") as supervisor:
        _, _, child = eventually(lambda: sample_jobs.lines_of(path) and sample_jobs.lines_of(path)[0].split())
        os.kill(int(child), signal.SIGKILL)
        killed = time.monotonic()
        row = eventually(lambda: _ended(alpha, job_id), seconds=30)

        assert (row.status, row.attempts) == ("completed", 2)
        assert time.monotonic() - killed > 1
        pids = children_of(supervisor.pid)
        assert int(child) not in pids
        os.kill(supervisor.pid, signal.SIGKILL)
        supervisor.wait()
        eventually(lambda: not any(is_running(pid) for pid in pids))

    assert [line.split()[0] for line in sample_jobs.lines_of(path)] == ["begin", "begin", "end"]


def test_worker_that_holds_the_interpreter_is_ended_by_the_kernel_before_its_lease_ends(committed, alpha, tmp_path):
    path = tmp_path / "lines"
    job_id = _start(alpha, sample_jobs.holds_interpreter, str(path))
    with worker(committed, "--poll-seconds", "1"):
        row = eventually(lambda: _ended(alpha, job_id), seconds=30)
        (line,) = sample_jobs.lines_of(path)
        assert not is_running(int(line.split()[1]))

    assert (row.status, row.error) == ("failed", "The worker died during the last attempt.")


def test_stop_lets_a_short_job_finish(committed, alpha, tmp_path):
    path = tmp_path / "lines"
    job_id = _start(alpha, sample_jobs.slow, str(path), 1)
    with worker(committed) as supervisor:
        eventually(lambda: sample_jobs.lines_of(path))
        pids = children_of(supervisor.pid)
        supervisor.send_signal(signal.SIGTERM)
        assert supervisor.wait(15) == 0

    assert not any(is_running(pid) for pid in pids)
    assert _row(alpha, job_id).status == "completed"


def test_stop_gives_a_long_job_back_without_counting_the_attempt(committed, alpha, tmp_path):
    path = tmp_path / "lines"
    job_id = _start(alpha, sample_jobs.slow, str(path), 50)
    with worker(committed, "--role", "database", "--grace-seconds", "0.5") as process:
        eventually(lambda: sample_jobs.lines_of(path))
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0

    row = _row(alpha, job_id)
    assert (row.status, row.attempts, row.lease_until) == ("queued", 0, None)


def test_two_workers_share_jobs_and_run_none_twice(committed, organizations, tmp_path):
    path = tmp_path / "lines"
    ids = [_start(ref, sample_jobs.slow, str(path), 0.1) for _ in range(10) for ref in organizations.values()]
    # The processes that do the work, without a supervisor each, which others of these tests have.
    with worker(committed, "--role", "database"), worker(committed, "--role", "database"):
        for ref in organizations.values():
            eventually(lambda ref=ref: all(_ended(ref, job_id) for job_id in _ids_of(ref)), seconds=40)

    begun = [line.split()[1] for line in sample_jobs.lines_of(path) if line.startswith("begin")]
    assert sorted(begun) == sorted(str(job_id) for job_id in ids)


def _ids_of(organization):
    with tenant_scope(organization):
        return list(Job.objects.values_list("pk", flat=True))


def test_redis_workers_run_jobs_of_every_queue_and_stop_without_orphans(committed, organizations, with_redis, tmp_path):
    path = tmp_path / "lines"
    with worker(committed, "--queues", "critical,low", REDIS_URL=with_redis) as supervisor:
        pids = eventually(lambda: len(found := children_of(supervisor.pid)) == 3 and found)
        ids = {
            (ref, _start(ref, sample_jobs.note, str(path), ref.slug, queue_name=queue))
            for ref in organizations.values()
            for queue in ("critical", "low")
        }
        for ref, job_id in ids:
            row = eventually(lambda ref=ref, job_id=job_id: _ended(ref, job_id))
            assert row.result == {"schema": ref.schema, "attempt": 1}
        # A message goes a moment after its job has ended.
        assert eventually(lambda: not transport.client().keys("rq:job:*"))
        supervisor.send_signal(signal.SIGTERM)
        assert supervisor.wait(20) == 0

    assert not any(is_running(pid) for pid in pids)
    assert len(sample_jobs.lines_of(path)) == 4


def test_flood_of_one_organization_does_not_delay_the_next(committed, organizations, with_redis, tmp_path):
    path = tmp_path / "lines"
    flood = [_start(organizations["alpha"], sample_jobs.slow, str(path), 0.05) for _ in range(30)]
    few = [_start(organizations["beta"], sample_jobs.slow, str(path), 0.05) for _ in range(3)]

    with worker(committed, "--queues", "default", REDIS_URL=with_redis):
        eventually(lambda: all(_ended(organizations["alpha"], job_id) for job_id in flood), seconds=40)

    begun = [line.split()[1] for line in sample_jobs.lines_of(path) if line.startswith("begin")]
    assert sorted(begun) == sorted(map(str, flood + few))
    assert max(begun.index(str(job_id)) for job_id in few) < 10


def test_sweeper_brings_what_redis_lost_and_retries(committed, alpha, with_redis, tmp_path):
    lost = _start(alpha, sample_jobs.note, str(tmp_path / "lines"), "lost", queue_name="critical")
    retried = _start(alpha, sample_jobs.failing, queue_name="critical")
    transport.client().flushall()

    with worker(committed, "--queues", "critical", "--poll-seconds", "1", REDIS_URL=with_redis):
        assert eventually(lambda: _ended(alpha, lost), seconds=30).status == "completed"
        row = eventually(lambda: _ended(alpha, retried), seconds=30)

    assert (row.status, row.attempts) == ("failed", 2)


def test_jobs_run_from_the_database_while_redis_is_down(committed, alpha, tmp_path):
    with worker(committed, "--queues", "critical", "--poll-seconds", "1", REDIS_URL="redis://127.0.0.1:1/0"):
        job_id = _start(alpha, sample_jobs.note, str(tmp_path / "lines"), "x", queue_name="critical")
        row = eventually(lambda: _ended(alpha, job_id), seconds=30)

    assert row.status == "completed"


@pytest.mark.skipif(not available(), reason="there is no embedded Redis for this machine")
def test_worker_says_once_that_redis_is_away_and_goes_on_with_it_afterwards(committed, alpha, settings, tmp_path):
    folder, lines, log = tmp_path / "redis", tmp_path / "lines", tmp_path / "log"
    away = "Redis is away: jobs of queue critical"
    with EmbeddedRedis(folder) as server, log.open("wb") as out:
        settings.REDIS_URL = url = server.url
        transport.breaker.reset()
        with worker(committed, "--queues", "critical", "--poll-seconds", "1", log=out, REDIS_URL=url) as supervisor:
            pids = eventually(lambda: len(found := children_of(supervisor.pid)) == 2 and found)
            running = _start(alpha, sample_jobs.slow, str(lines), 1.5, queue_name="critical")
            eventually(lambda: lines.exists())
            os.kill(server.pid, signal.SIGKILL)
            job_id = _start(alpha, sample_jobs.note, str(lines), "meanwhile", queue_name="critical")
            eventually(lambda: _ended(alpha, job_id) and _ended(alpha, running), seconds=30)
            eventually(lambda: away in log.read_text())
            eventually(lambda: not server.is_running)
            assert server.start() == url
            eventually(lambda: _on_redis(url), seconds=30)
            assert children_of(supervisor.pid) == pids
    transport.breaker.reset()

    assert [row.attempts for row in (_row(alpha, running), _row(alpha, job_id))] == [1, 1]
    assert "Traceback" not in log.read_text()


def _on_redis(url):
    """Say whether a worker has said in Redis that it is there."""
    with redis.Redis.from_url(url) as client:
        return client.smembers("rq:workers")


def _message(job_id, **changes):
    """Return a message as an attacker with Redis would write it."""
    from rq.job import Job as RqJob
    from rq.serializers import JSONSerializer

    kwargs = {"scope": "organization", "organization_id": 1, "job_id": str(job_id), **changes.pop("kwargs", {})}
    kwargs = {name: value for name, value in kwargs.items() if value is not ...}
    return RqJob.create(
        changes.pop("function", transport.RUN_JOB),
        args=changes.pop("args", ()),
        kwargs=kwargs,
        id=str(job_id),
        connection=transport.client(),
        serializer=JSONSerializer,
    )


TAMPERED = {
    "another function": {"function": "os.system"},
    "arguments": {"args": ("x",)},
    "no organization": {"kwargs": {"organization_id": None}},
    "no organization key": {"kwargs": {"organization_id": ...}},
    "organization as text": {"kwargs": {"organization_id": "1"}},
    "organization true": {"kwargs": {"organization_id": True}},
    "unknown organization": {"kwargs": {"organization_id": 4711}},
    "another scope": {"kwargs": {"scope": "all"}},
    "global with organization": {"kwargs": {"scope": "global"}},
    "malformed job": {"kwargs": {"job_id": "../x"}},
    "more keys": {"kwargs": {"plugin": "x"}},
}


@pytest.mark.parametrize("change", TAMPERED.values(), ids=TAMPERED.keys())
def test_tampered_message_is_refused(db, with_redis, change):
    from uuid import uuid4

    from platform_core.jobs.errors import JobRefusedError

    with pytest.raises(JobRefusedError):
        address_in(_message(uuid4(), **change))


def test_own_messages_are_understood(organizations, with_redis):
    from uuid import uuid4

    job_id = uuid4()

    assert address_in(_message(job_id)) == JobAddress(organization=organizations["alpha"], id=job_id)
    assert address_in(_message(job_id, kwargs={"scope": "global", "organization_id": None})).organization is None


def test_tampered_messages_in_redis_run_nothing_and_stop_nobody(committed, organizations, with_redis, tmp_path):
    """A message with another function and a pickled one: refused; the next good one runs."""
    import pickle
    from uuid import uuid4

    evil = tmp_path / "evil"
    queue = transport.queue_named("critical")
    called = _message(uuid4(), function="pathlib.Path.touch", args=(str(evil),))
    called.save()
    pickled_id = str(uuid4())
    transport.client().hset(
        f"rq:job:{pickled_id}", mapping={"data": pickle.dumps(("os.mkdir", None, [str(evil)], {})), "status": "queued"}
    )
    foreign = _start(organizations["beta"], sample_jobs.note, str(tmp_path / "lines"), "x", queue_name="low")
    with tenant_scope(organizations["beta"]):
        Job.objects.filter(pk=foreign).update(queue="critical")
    mismatch = _message(foreign)  # beta's job, said to be alpha's
    mismatch.save()
    transport.client().delete("rq:queue:low")
    for message_id in (called.id, pickled_id, str(foreign)):
        queue.push_job_id(message_id)

    with worker(committed, "--role", "critical", REDIS_URL=with_redis):
        eventually(lambda: not transport.queued_ids("critical"))
        good = _start(organizations["alpha"], sample_jobs.note, str(tmp_path / "lines"), "good", queue_name="critical")
        eventually(lambda: _ended(organizations["alpha"], good))

    assert not evil.exists()
    assert _row(organizations["beta"], foreign).status == "queued"


def test_plugin_disabled_after_the_job_was_queued_cancels_it(committed, alpha, with_redis):
    with tenant_scope(alpha):
        Activation.objects.create(slug="tester", state="enabled")
        job_id = start_job_async_or_sync(sample_jobs.of_plugin, queue_name="critical")
        Activation.objects.update(state="disabled")

    with worker(committed, "--role", "critical", REDIS_URL=with_redis):
        row = eventually(lambda: _ended(alpha, job_id))

    assert (row.status, row.error) == ("canceled", 'The plugin "tester" is not enabled.')
