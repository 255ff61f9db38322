"""Who is connected to this process, and who is woken by what."""

import asyncio
import logging
from collections import defaultdict
from typing import Any, Final
from uuid import UUID

import psycopg
from django.db import connection
from psycopg import sql

from platform_core.events.channel import CHANNEL, JOB, MEMBER
from platform_core.events.streams import StreamRight
from platform_core.streaming import reading
from tenants.scope import OrganizationRef

STREAMS_A_MEMBER: Final = 8
CHECK_SECONDS: Final = 1.0
RECONNECT_SECONDS: Final = 1.0
# A page that cannot keep up is told of the jobs that changed last; the list of jobs has the rest.
JOBS_WAITING: Final = 200
logger = logging.getLogger(__name__)


class Subscriber:
    """One open stream."""

    def __init__(self, organization: OrganizationRef, right: StreamRight) -> None:
        self.organization = organization
        self.right = right
        self.news = asyncio.Event()
        self.ended = False
        self._jobs: dict[UUID, None] = {}

    def wake(self, job: UUID | None = None) -> None:
        """Say that there are news, of a job or of anything."""
        if job is not None:
            self._jobs.pop(job, None)
            self._jobs[job] = None
            while len(self._jobs) > JOBS_WAITING:
                self._jobs.pop(next(iter(self._jobs)))
        self.news.set()

    def end(self) -> None:
        """Have the stream end soon."""
        self.ended = True
        self.news.set()

    def take_jobs(self) -> list[UUID]:
        """Return the jobs that moved since the last call."""
        jobs, self._jobs = list(self._jobs), {}
        return jobs


class Hub:
    """The streams of this process. Everything in it happens in the event loop's thread."""

    def __init__(self) -> None:
        self._by_organization: dict[int, set[Subscriber]] = defaultdict(set)

    def join(self, subscriber: Subscriber) -> bool:
        """Take a stream in; False when its member has too many open."""
        those = self._by_organization[subscriber.organization.id]
        of_member = sum(1 for other in those if other.right.member_id == subscriber.right.member_id)
        if of_member >= STREAMS_A_MEMBER:
            return False
        those.add(subscriber)
        return True

    def leave(self, subscriber: Subscriber) -> None:
        """Forget a stream."""
        those = self._by_organization[subscriber.organization.id]
        those.discard(subscriber)
        if not those:
            del self._by_organization[subscriber.organization.id]

    def end_all(self) -> None:
        """Have every stream end."""
        for those in self._by_organization.values():
            for subscriber in those:
                subscriber.end()

    def hear(self, payload: str) -> None:
        """Wake those whom a notification concerns; one that says nothing known is ignored."""
        id_, _, rest = payload.partition(":")
        what, _, which = rest.partition(":")
        for subscriber in self._by_organization.get(int(id_) if id_.isdigit() else 0, ()):
            if what == MEMBER and which == str(subscriber.right.member_id):
                subscriber.wake()
            elif what == JOB:
                subscriber.wake(UUID(which))

    def wake_all(self) -> None:
        """Have every stream look for news, after notifications may have been missed."""
        for those in self._by_organization.values():
            for subscriber in those:
                subscriber.wake()

    async def listen(self) -> None:
        """Hear notifications for ever, on one connection; a lost one is made anew."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(**_parameters(), autocommit=True) as listening:
                    await listening.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
                    self.wake_all()
                    async for notification in listening.notifies():
                        self.hear(notification.payload)
            except (psycopg.Error, OSError):
                logger.warning("The connection that listens for news was lost")
            await asyncio.sleep(RECONNECT_SECONDS)

    async def watch(self) -> None:
        """End, about once a second and for ever, the streams of those who may not listen any more."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            for those in [list(those) for those in self._by_organization.values()]:
                await self._check(those)

    async def _check(self, those: list[Subscriber]) -> None:
        try:
            rights = [subscriber.right for subscriber in those]
            holding = await asyncio.to_thread(reading.still_right, those[0].organization, rights)
        except Exception:
            # Nobody listens on without having been checked.
            logger.exception("Streams of organization %s cannot be checked; they end", those[0].organization.slug)
            holding = set()
        for number, subscriber in enumerate(those):
            if number not in holding:
                subscriber.end()


def _parameters() -> dict[str, Any]:
    parameters: dict[str, Any] = connection.get_connection_params()
    for own in ("pool", "cursor_factory", "context"):
        parameters.pop(own, None)
    return parameters
