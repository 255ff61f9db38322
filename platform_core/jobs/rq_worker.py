"""The worker on Redis: RQ brings two ids, everything else comes from the row.

Whoever can write to Redis can at most have a due job looked at. RQ itself would import the function that a message
names, and its callbacks; so its execution, its maintenance and its remote commands are replaced here.
"""

import logging
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, NoReturn
from uuid import UUID

import redis
from rq import Queue, SimpleWorker
from rq.exceptions import DequeueTimeout, StopRequested
from rq.job import Job as RqJob
from rq.serializers import JSONSerializer
from rq.worker import WorkerStatus

from platform_core.jobs import fair_queue, transport
from platform_core.jobs.claims import at_limit
from platform_core.jobs.errors import JobRefusedError
from platform_core.jobs.heartbeat import StopRequest
from platform_core.jobs.registry import load_job_modules
from platform_core.jobs.runner import is_active, run_one
from platform_core.jobs.types import JobAddress
from platform_core.jobs.worker import worker_name
from tenants.models import OrganizationStatus, organization_refs
from tenants.scope import OrganizationRef, public_scope

WAIT_SECONDS: Final = 0.5
MESSAGE_KEYS: Final = {"scope", "organization_id", "job_id"}
logger = logging.getLogger(__name__)


def run_job(**_message: Any) -> NoReturn:
    """Name the messages; never called, because a message never says what runs."""
    raise JobRefusedError("Jobs are run by TenonRqWorker")


def address_in(message: RqJob) -> JobAddress:
    """Return whose job a message means.

    Raises:
        JobRefusedError: the message is not one of ours: another function, other keys, no organization without
            `scope="global"`, or an organization that is unknown or not served.
    """
    try:
        name, args, kwargs = message.func_name, message.args, message.kwargs
    except Exception as error:
        raise JobRefusedError("unreadable") from error
    if name != transport.RUN_JOB or args or not isinstance(kwargs, dict) or set(kwargs) != MESSAGE_KEYS:
        raise JobRefusedError(f"it names {name!r}")
    try:
        job_id = UUID(kwargs["job_id"])
    except (ValueError, TypeError, AttributeError) as error:
        raise JobRefusedError("its job id is malformed") from error
    return JobAddress(organization=_organization(kwargs["scope"], kwargs["organization_id"]), id=job_id)


def _organization(scope: object, organization_id: object) -> OrganizationRef | None:
    if scope == "global" and organization_id is None:
        return None
    if scope != "organization" or type(organization_id) is not int:
        raise JobRefusedError("it has neither an organization nor the scope global")
    with public_scope():
        found = organization_refs(pk=organization_id, status=OrganizationStatus.ACTIVE)
    if not found:
        raise JobRefusedError(f"organization {organization_id} is not served")
    return found[0]


class TenonRqWorker(SimpleWorker):
    """Takes messages of one queue and runs the rows that they mean, in this process."""

    should_run_maintenance_tasks = False

    def __init__(self, queue: str, *, stop: StopRequest) -> None:
        # RQ sets the socket's time-outs to fit its blocking reads: a client of its own.
        connection = transport.new_client()
        self.tenon_stop = stop
        self.tenon_name = worker_name()
        super().__init__(
            [transport.queue_named(queue, connection=connection)],
            name=self.tenon_name,
            connection=connection,
            serializer=JSONSerializer,
        )

    def dequeue_job_and_maintain_ttl(
        self,
        timeout: int | None,
        max_idle_time: int | None = None,  # noqa: ARG002  (rq's own signature)
    ) -> tuple[RqJob, Queue]:
        """Return the next message and its queue."""
        with _leaving_with_redis():
            while True:
                self.heartbeat()
                with suppress(DequeueTimeout):
                    found = self.queue_class.dequeue_any(
                        self.queues,
                        timeout,
                        connection=self.connection,
                        job_class=self.job_class,
                        serializer=self.serializer,
                        death_penalty_class=self.death_penalty_class,
                    )
                    assert found is not None, "without a time limit of its own it waits"
                    return found

    def check_for_suspension(self, burst: bool) -> None:
        """Do nothing: Redis does not decide whether we work."""

    def heartbeat(self, *arguments: Any, **options: Any) -> None:
        """Say in Redis that this worker is there."""
        with _leaving_with_redis():
            super().heartbeat(*arguments, **options)

    def register_death(self) -> None:
        """Say in Redis that this worker has gone, if there is one."""
        with suppress(redis.RedisError):
            super().register_death()  # type: ignore[no-untyped-call]

    def execute_job(self, job: RqJob, queue: Queue) -> None:
        """Run the row that a message means, if it is due and ours to take."""
        with _leaving_with_redis():
            self._execute(job, queue)

    def _execute(self, job: RqJob, queue: Queue) -> None:
        self.set_state(WorkerStatus.BUSY)
        fair_queue.fill(self.connection, queue.name)
        held = False
        try:
            held = self._run(address_in(job), queue.name)
        except JobRefusedError as error:
            logger.error("Message %s in Redis is refused: %s", job.id, error)  # noqa: TRY400  (no traceback needed)
        finally:
            if not held:
                self.connection.delete(job.key)
            queue.intermediate_queue.remove(job.id)
            self.set_state(WorkerStatus.IDLE)

    def _run(self, address: JobAddress, queue: str) -> bool:
        """Run a row if it is due; return whether its message must wait for other jobs of its organization."""
        organization = address.organization
        if organization is not None and not is_active(organization):
            return False
        turn = transport.turn_of(organization)
        ran = run_one(organization, worker=self.tenon_name, job_id=address.id, stop=self.tenon_stop)
        if ran is None and at_limit(organization, queue):
            fair_queue.hold(self.connection, queue, turn, str(address.id))
            return True
        fair_queue.wake(self.connection, queue, turn)
        return False

    def run_maintenance_tasks(self) -> None:
        """Do nothing: RQ's maintenance runs callbacks that Redis names. The sweeper looks after jobs."""

    def subscribe(self) -> None:
        """Do nothing: no commands by Redis."""

    def unsubscribe(self) -> None:
        """Do nothing."""

    def request_stop(self, signum: int, frame: Any) -> None:
        """Leave after the running job, which is given back at the end of the grace time."""
        self.tenon_stop.set()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def request_force_stop(self, signum: int, frame: Any) -> None:
        """Take a second signal as the first."""


def run_queue(queue: str, *, stop: StopRequest) -> None:
    """Work on one queue until asked to leave; while Redis is away, the sweeper runs its jobs from the database."""
    load_job_modules()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    on_stop = signal.getsignal(signal.SIGTERM)
    while _wait_for_redis(stop):
        try:
            _work_on(queue, stop)
        except redis.RedisError as error:
            logger.debug("Redis left while queue %s was begun: %s", queue, error)
        finally:
            # rq has put its own handlers there.
            signal.signal(signal.SIGTERM, on_stop)
        if not stop.requested:
            transport.breaker.failed()
            logger.warning("Redis is away: jobs of queue %s are run from the database until it is back", queue)


def _wait_for_redis(stop: StopRequest) -> bool:
    """Return True when Redis answers, False when asked to leave."""
    while not stop.requested:
        if transport.redis_connected():
            return True
        time.sleep(WAIT_SECONDS)
    return False


def _work_on(queue: str, stop: StopRequest) -> None:
    """Return when asked to leave, or when Redis is away."""
    worker = TenonRqWorker(queue, stop=stop)
    # Left there by workers that died; their rows are brought again by the sweeper.
    worker.connection.delete(worker.queues[0].intermediate_queue_key)
    # rq sets its own level at import; ours counts.
    worker.work(logging_level=logging.getLevelName(logging.getLogger().getEffectiveLevel()))


@contextmanager
def _leaving_with_redis() -> Iterator[None]:
    """End the work loop as a request to stop does: rq itself would print a traceback, or wait longer and longer."""
    try:
        yield
    except redis.RedisError as error:
        raise StopRequested from error
