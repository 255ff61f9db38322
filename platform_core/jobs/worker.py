"""The worker that finds its work in the database: without Redis it does all of it, beside Redis it is the sweeper."""

import logging
import os
import secrets
import socket
import time
from pathlib import Path
from typing import Final

import redis
from django.db import InterfaceError, OperationalError, connections

from platform_core.events.global_relay import relay_global
from platform_core.events.relay import relay_some
from platform_core.jobs import transport
from platform_core.jobs.agenda import Agenda, drop_hint
from platform_core.jobs.claims import overdue, recover_expired, seconds_until_due
from platform_core.jobs.heartbeat import StopRequest
from platform_core.jobs.listener import WorkListener
from platform_core.jobs.probe import seconds_until_work
from platform_core.jobs.registry import load_job_modules
from platform_core.jobs.runner import is_active, run_one
from platform_core.jobs.types import QUEUES, JobAddress
from tenants.scope import OrganizationRef

OVERDUE_SECONDS: Final = 3.0
ERROR_PAUSE_SECONDS: Final = 1.0
NOT_TAKEN_SECONDS: Final = 0.5
logger = logging.getLogger(__name__)


def worker_name() -> str:
    """Return a name that no other running worker has, at most 64 characters."""
    return f"{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(4)}"


class DatabaseWorker:
    """Visits organizations in turn, one step each, so that none waits for another's flood.

    Args:
        queues: which jobs it takes, most urgent first.
        sweep_seconds: time between two looks at every organization.
        beside_redis: workers on Redis run the jobs; this one hands them over and runs them only while it is away.
        stop: request to leave.
        ready_file: touched when it begins to look for work.
    """

    def __init__(
        self,
        *,
        stop: StopRequest,
        queues: tuple[str, ...] = QUEUES,
        sweep_seconds: float = 30.0,
        beside_redis: bool = False,
        ready_file: Path | None = None,
    ) -> None:
        self.name = worker_name()
        self._stop = stop
        self._queues = queues
        self._beside_redis = beside_redis
        self._ready_file = ready_file
        self._agenda = Agenda(sweep_seconds=sweep_seconds)

    def run(self, *, burst: bool = False) -> None:
        """Work until asked to leave; with `burst` until nothing is due."""
        load_job_modules()
        with WorkListener() as listener:
            if self._ready_file is not None:
                self._ready_file.touch()
            while not self._stop.requested:
                try:
                    busy = self.round()
                except Exception:
                    logger.exception("The worker cannot look for work; it tries again")
                    connections.close_all()
                    time.sleep(ERROR_PAUSE_SECONDS)
                    continue
                if not busy and burst:
                    return
                if not busy:
                    self._sleep(listener)

    def round(self) -> bool:
        """Take one step for work without an organization and for each organization that may have work.

        Returns whether anything was done.
        """
        busy = self._step_jobs(None)[0]
        busy = relay_global() > 0 or busy
        for organization, hinted_at in self._agenda.organizations().items():
            if self._stop.requested:
                break
            try:
                done, again_in = self._step(organization)
            except Exception as error:
                logger.exception("Organization %s is set aside: its work cannot be read", organization.slug)
                connections.close_all()
                self._agenda.set_aside(organization, passing=isinstance(error, OperationalError | InterfaceError))
                continue
            busy = busy or done
            self._agenda.remember(organization, 0 if done else again_in)
            if not done:
                drop_hint(organization, hinted_at)
        connections.close_all()
        return busy

    def _step(self, organization: OrganizationRef) -> tuple[bool, float | None]:
        """Return (something was done, seconds until something is due)."""
        due = seconds_until_work(organization)
        if due is None or due > 0 or not is_active(organization):
            return False, due
        relayed, event_due = relay_some(organization, should_stop=lambda: self._stop.requested)
        worked, job_due = self._step_jobs(organization)
        times = [seconds for seconds in (event_due, job_due) if seconds is not None]
        return relayed or worked, min(times, default=None)

    def _step_jobs(self, organization: OrganizationRef | None) -> tuple[bool, float | None]:
        if self._beside_redis and self._hand_over(organization):
            due = seconds_until_due(organization)
            return False, max(due, OVERDUE_SECONDS) if due is not None else None
        if run_one(organization, worker=self.name, queues=self._queues, stop=self._stop) is not None:
            return True, None
        if recover_expired(organization):
            return True, None
        due = seconds_until_due(organization)
        # What is due and was not taken is another worker's, or waits for the organization's running jobs.
        return False, max(due, NOT_TAKEN_SECONDS) if due is not None else None

    def _hand_over(self, organization: OrganizationRef | None) -> bool:
        """Bring due jobs to Redis that are not there, such as retries and what was lost; False when it is away."""
        if not transport.redis_connected():
            return False
        recover_expired(organization)
        try:
            waiting = {queue: transport.waiting_of(organization, queue) for queue in self._queues}
        except redis.RedisError:
            return False
        for job_id, queue in overdue(organization, age_seconds=OVERDUE_SECONDS):
            if str(job_id) not in waiting.get(queue, ()):
                transport.push(JobAddress(organization=organization, id=job_id), queue)
        return True

    def _sleep(self, listener: WorkListener) -> None:
        until = time.monotonic() + self._agenda.seconds_until_next()
        while not self._stop.requested:
            left = until - time.monotonic()
            if left <= 0 or listener.wait(left):
                return
