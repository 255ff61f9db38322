"""The ASGI application of the process that streams events: one path, one method, one credential."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qs

from platform_core.streaming import reading, wire
from platform_core.streaming.hub import Hub, Subscriber

PATH: Final = "/api/events/stream/"
HEARTBEAT_SECONDS: Final = 15.0
SEND_SECONDS: Final = 30.0
HIGHEST_ID: Final = 2**63 - 1

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
    # The ticket is the credential, and browsers send none of their own: pages of any port of the host may read.
    (b"access-control-allow-origin", b"*"),
]
_REFUSALS: Final = {
    401: "The ticket is unknown, used or too old; GET /api/events/ gives another.",
    404: "Not found.",
    405: "Only GET.",
    429: "Too many streams are open.",
}


class StreamApplication:
    """Serves streams until its server stops.

    Args:
        heartbeat_seconds: longest silence; a comment breaks it, so that proxies and pages know the line is alive.
    """

    def __init__(self, *, heartbeat_seconds: float = HEARTBEAT_SECONDS) -> None:
        self.hub = Hub()
        self._heartbeat_seconds = heartbeat_seconds

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one connection, or the life of the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        tasks: list[asyncio.Task[None]] = []
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                tasks = [asyncio.create_task(self.hub.listen()), asyncio.create_task(self.hub.watch())]
                await send({"type": "lifespan.startup.complete"})
            else:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["path"] in ("/health/live", "/health/ready"):
            await _plain(send, 200, {"status": "ok"})
            return
        if scope["path"] != PATH or scope["method"] != "GET":
            await _refuse(send, 404 if scope["path"] != PATH else 405)
            return
        given = parse_qs(scope["query_string"].decode("latin-1"))
        ticketed = await asyncio.to_thread(reading.admit, given.get("ticket", [""])[0])
        if ticketed is None:
            await _refuse(send, 401)
            return
        subscriber = Subscriber(ticketed.organization, ticketed.right)
        if not self.hub.join(subscriber):
            await _refuse(send, 429)
            return
        gone = asyncio.create_task(_disconnected(receive, subscriber))
        try:
            await self._stream(subscriber, _last_id(scope, ticketed.right.last_event_id), send)
        except (OSError, TimeoutError):
            pass  # The page is gone, or does not read: it comes back and says where it was.
        finally:
            gone.cancel()
            self.hub.leave(subscriber)

    async def _stream(self, subscriber: Subscriber, last: int | None, send: Send) -> None:
        organization, right = subscriber.organization, subscriber.right
        if last is None:
            last = await asyncio.to_thread(reading.latest_message_id, organization, right.member_id)
        # From here on nothing is missed: whoever sees the status may count on it.
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await _write(send, wire.RETRY)
        await self._send_jobs(subscriber, None, send)
        while not subscriber.ended:
            subscriber.news.clear()
            messages = await asyncio.to_thread(reading.messages_after, organization, right.member_id, last)
            for last, name, data in messages:
                await _write(send, wire.frame(event=name, data=data, id=last))
            moved = subscriber.take_jobs()
            if moved:
                await self._send_jobs(subscriber, moved, send)
            if not messages:
                await self._wait(subscriber, send)
        with contextlib.suppress(OSError, TimeoutError):
            await _write(send, wire.END)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_jobs(self, subscriber: Subscriber, ids: list[Any] | None, send: Send) -> None:
        jobs = await asyncio.to_thread(reading.jobs_shown, subscriber.organization, subscriber.right, ids)
        for job in jobs:
            await _write(send, wire.frame(event="job", data=job))

    async def _wait(self, subscriber: Subscriber, send: Send) -> None:
        try:
            await asyncio.wait_for(subscriber.news.wait(), self._heartbeat_seconds)
        except TimeoutError:
            await _write(send, wire.HEARTBEAT)


async def _write(send: Send, body: bytes) -> None:
    """Send some bytes; a page that does not take them in time loses its stream, never the process its memory."""
    async with asyncio.timeout(SEND_SECONDS):
        await send({"type": "http.response.body", "body": body, "more_body": True})


async def _disconnected(receive: Receive, subscriber: Subscriber) -> None:
    while True:
        if (await receive())["type"] == "http.disconnect":
            subscriber.end()
            return


def _last_id(scope: Message, of_ticket: int | None) -> int | None:
    """Return after which message to begin: as the page says now, else as it said when it got its ticket."""
    text = dict(scope["headers"]).get(b"last-event-id", b"")[:20]
    return min(int(text), HIGHEST_ID) if text.isdigit() else of_ticket


async def _refuse(send: Send, status: int) -> None:
    await _plain(send, status, {"status_code": status, "detail": _REFUSALS[status]})


async def _plain(send: Send, status: int, body: dict[str, Any]) -> None:
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
