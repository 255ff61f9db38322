"""Redis as a faster way to a worker: messages carry two ids and nothing else. The rows are the truth."""

import functools
import logging
import time
from typing import Any, Final
from uuid import UUID

import redis
from django.conf import settings
from rq import Queue
from rq.job import Job as RqJob
from rq.serializers import JSONSerializer

from platform_core.jobs import fair_queue
from platform_core.jobs.types import QUEUES, JobAddress
from tenants.scope import OrganizationRef

CONNECT_SECONDS: Final = 0.5
ANSWER_SECONDS: Final = 2.0
BREAKER_SECONDS: Final = 5.0
RUN_JOB: Final = "platform_core.jobs.rq_worker.run_job"
MESSAGE_SECONDS: Final = 7 * 24 * 3600
logger = logging.getLogger(__name__)


class _Breaker:
    """Keeps writers from waiting for a Redis that has just been found dead."""

    def __init__(self) -> None:
        self._closed_until = 0.0

    def allows(self) -> bool:
        """Say whether a try is worth it."""
        return time.monotonic() >= self._closed_until

    def failed(self) -> None:
        """Note a failure."""
        self._closed_until = time.monotonic() + BREAKER_SECONDS

    def reset(self) -> None:
        """Forget failures."""
        self._closed_until = 0.0


breaker: Final = _Breaker()


@functools.lru_cache(maxsize=4)
def _client(url: str) -> "redis.Redis":
    # Inline: a platform without Redis does not load its client.
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return redis.Redis.from_url(
        url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=ANSWER_SECONDS, retry=Retry(NoBackoff(), 0)
    )


def client() -> "redis.Redis":
    """Return this process's client of REDIS_URL with short time-outs."""
    return _client(settings.REDIS_URL)


def new_client() -> "redis.Redis":
    """Return a client of its own for a worker, whose blocking reads need longer time-outs."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=CONNECT_SECONDS)


def redis_connected() -> bool:
    """Say whether there is a Redis and it answers."""
    if not settings.REDIS_URL or not breaker.allows():
        return False
    try:
        client().ping()
    except (redis.RedisError, OSError):
        breaker.failed()
        return False
    return True


def queue_named(name: str, *, connection: "redis.Redis | None" = None) -> Queue:
    """Return an RQ queue that speaks JSON."""
    assert name in QUEUES, name
    return Queue(name, connection=connection or client(), serializer=JSONSerializer, is_async=True)


def message_of(address: JobAddress) -> dict[str, Any]:
    """Return what a message says; `platform_core.jobs.rq_worker.address_in` reads it."""
    if address.organization is None:
        return {"scope": "global", "organization_id": None, "job_id": str(address.id)}
    return {"scope": "organization", "organization_id": address.organization.id, "job_id": str(address.id)}


def push(address: JobAddress, queue: str) -> bool:
    """Put a job into Redis; False when that was not possible, which is no error: the sweep brings it."""
    if not settings.REDIS_URL or not breaker.allows():
        return False
    try:
        _push(address, queue)
    except (redis.RedisError, OSError):
        breaker.failed()
        logger.warning("Redis is away; job %s waits for the sweep", address.id)
        return False
    return True


def _push(address: JobAddress, queue: str) -> None:
    target = queue_named(queue)
    message = RqJob.create(
        RUN_JOB,
        kwargs=message_of(address),
        id=str(address.id),
        origin=queue,
        description=f"job {address.id}",
        timeout=-1,
        result_ttl=0,
        connection=target.connection,
        serializer=JSONSerializer,
    )
    with target.connection.pipeline() as pipeline:
        message.save(pipeline=pipeline, include_result=False)
        pipeline.expire(message.key, MESSAGE_SECONDS)
        pipeline.sadd(Queue.redis_queues_keys, target.key)
        fair_queue.add(pipeline, queue, turn_of(address.organization), message.id)
        pipeline.execute()


def turn_of(organization: OrganizationRef | None) -> int:
    """Return whose turn in the queue a job takes; work without an organization has one of its own."""
    return organization.id if organization is not None else 0


def waiting_of(organization: OrganizationRef | None, queue: str) -> set[str]:
    """Return the ids of an organization's messages that wait in a queue, and see that it has its turn.

    Raises:
        redis.RedisError: Redis is away.
    """
    fair_queue.wake(client(), queue, turn_of(organization))
    return fair_queue.waiting(client(), queue, turn_of(organization))


def queued_ids(queue: str) -> set[str]:
    """Return the ids of the messages that wait in a queue.

    Raises:
        redis.RedisError: Redis is away.
    """
    return fair_queue.waiting(client(), queue)


def is_in_queue(job_id: UUID | str, queue: str) -> bool:
    """Say whether a message with this id waits in a queue; False without Redis."""
    return redis_connected() and str(job_id) in queued_ids(queue)
