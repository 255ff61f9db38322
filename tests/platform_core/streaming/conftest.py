"""A running process of streams, in a thread of the test, and pages that listen to it."""

import http.client
import json
import threading
import time
from urllib.parse import urlsplit

import pytest
import uvicorn
from django.db import connections

from platform_core.events import streams
from platform_core.sdk.testing.clients import client_of
from platform_core.streaming.asgi import StreamApplication
from platform_core.streaming.server import StreamServer
from tenants.models import organization_refs
from tenants.scope import tenant_scope


@pytest.fixture
def alpha(committed):
    return organization_refs(slug="alpha")[0]


@pytest.fixture
def beta(committed):
    return organization_refs(slug="beta")[0]


@pytest.fixture
def served(alpha, settings):
    """Run the server; the application's hub can be looked into."""
    application = StreamApplication(heartbeat_seconds=0.3)
    config = uvicorn.Config(
        application, host="127.0.0.1", port=0, log_level="error", lifespan="on", timeout_graceful_shutdown=2
    )
    server = StreamServer(config, application)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
        assert thread.is_alive()
    settings.TENON_EVENTS_PORT = server.servers[0].sockets[0].getsockname()[1]
    yield server
    server.should_exit = True
    thread.join(10)
    assert not thread.is_alive()


class Page:
    """An open stream: frames as (event, id, data); a comment is ("", None, text)."""

    def __init__(self, url, **headers):
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=10)
        self._connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
        self.answer = self._connection.getresponse()
        self.status = self.answer.status

    def frames(self):
        """Yield frames until the stream ends."""
        lines, deadline = [], time.monotonic() + 15
        while line := self.answer.readline():
            text = line.decode().rstrip("\n")
            if text:
                lines.append(text)
                continue
            assert time.monotonic() < deadline, "what was waited for did not come"
            yield self._frame(lines)
            lines = []

    def until(self, event):
        """Return the next frame of this kind."""
        return next(frame for frame in self.frames() if frame[0] == event)

    def _frame(self, lines):
        fields = dict(line.partition(": ")[::2] for line in lines)
        data = json.loads(fields["data"]) if "data" in fields else None
        return fields.get("event", ""), int(fields["id"]) if "id" in fields else None, data

    def close(self):
        self.answer.close()
        self._connection.close()


@pytest.fixture
def listen(served):
    """Return a function that opens the stream of a client's member."""
    pages = []

    def act(client, **headers):
        sent_on = client.get("/api/events/", headers=headers, HTTP_ACCEPT="text/event-stream")
        assert sent_on.status_code == 307, sent_on.content
        pages.append(page := Page(sent_on["Location"], **headers))
        return page

    yield act
    for page in pages:
        page.close()


@pytest.fixture
def open_url(served):
    """Return a function that opens an address of the server as it is."""
    pages = []

    def act(url, **headers):
        pages.append(page := Page(url, **headers))
        return page

    yield act
    for page in pages:
        page.close()


@pytest.fixture
def tell():
    """Return a function that publishes: `tell(organization, member, number)`."""

    def act(organization, member, *numbers):
        with tenant_scope(organization):
            for number in numbers:
                streams.publish_to_members(members=[member], type="sample", data={"number": number})
        connections.close_all()

    return act


@pytest.fixture
def owner(alpha):
    return client_of(alpha)


@pytest.fixture
def annotator(alpha):
    return client_of(alpha, role="AN")
