"""A receiver on the loopback, and webhooks that call it."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from platform_core.sdk.testing.scopes import tenant_scope

CONFIG = (
    '<View><Text name="text" value="$text"/>'
    '<Choices name="tone" toName="text"><Choice value="calm"/><Choice value="loud"/></Choices></View>'
)
RESULT = [{"from_name": "tone", "to_name": "text", "type": "choices", "value": {"choices": ["calm"]}}]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.receiver.calls.append((self.path, dict(self.headers), body.decode()))
        status, headers = self.server.receiver.answer
        self.send_response(status)
        for name, value in {"Content-Length": "2", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"ok")


class Receiver:
    """What was received; `answer` is what comes back."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}/hook"
        self.calls = []
        self.answer = (200, {})

    @property
    def bodies(self):
        return [json.loads(body) for _, _, body in self.calls]


@pytest.fixture
def closed_receiver():
    """Run a receiver that outbound calls may not reach."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.receiver = Receiver(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server.receiver
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def receiver(closed_receiver, settings):
    """Run a receiver that may be called."""
    settings.TENON_OUTBOUND_ALLOW = ["127.0.0.1"]
    return closed_receiver


@pytest.fixture
def here(organization, enable):
    """Return the first organization with the plugin enabled."""
    if not _is_enabled(organization):
        enable(organization, "webhooks")
    return organization


@pytest.fixture
def there(other_organization, enable):
    """Return the second organization with the plugin enabled."""
    if not _is_enabled(other_organization):
        enable(other_organization, "webhooks")
    return other_organization


def _is_enabled(organization):
    # Inline: models can be imported only after Django's set-up.
    from platform_core.plugins.models import Activation

    with tenant_scope(organization):
        return Activation.objects.filter(slug="webhooks", state="enabled").exists()


@pytest.fixture
def client(here, api_client):
    return api_client


@pytest.fixture
def project(client):
    made = client.post("/api/projects/", {"title": "Reports", "label_config": CONFIG})
    assert made.status_code == 201, made.content
    return made.json()["id"]


@pytest.fixture
def make_webhook(client, receiver):
    """Return a function that makes a webhook: `make_webhook(actions=[...])`."""

    def make(**values):
        made = client.post("/api/webhooks/", {"url": receiver.url, **values})
        assert made.status_code == 201, made.content
        return made.json()

    return make


@pytest.fixture
def settle(here, deliver_events, run_jobs):
    """Return a function that hands events over and sends what is due; it forgets what happened before it is made."""

    def act():
        deliver_events(here)
        return run_jobs(here)

    act()
    return act


@pytest.fixture
def import_tasks(client, project):
    def act(*texts):
        rows = [{"text": text} for text in texts]
        made = client.post(f"/api/projects/{project}/import?return_task_ids=1", rows)
        assert made.status_code == 201, made.content
        return made.json()["task_ids"]

    return act


@pytest.fixture
def annotate(client):
    def act(task):
        made = client.post(f"/api/tasks/{task}/annotations/", {"result": RESULT})
        assert made.status_code == 201, made.content
        return made.json()

    return act


@pytest.fixture
def deliveries(here):
    """Return a function that counts what was ever kept for the handlers of a plugin."""
    # Inline: models can be imported only after Django's set-up.
    from platform_core.events.models import EventDelivery

    def count(slug):
        with tenant_scope(here):
            return EventDelivery.objects.filter(plugin=slug).count()

    return count
