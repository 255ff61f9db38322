import http.server
import threading
from contextlib import contextmanager

import pytest

from platform_core.embedded.process import free_port
from platform_core.quickstart.health import is_ready


@contextmanager
def answering(status):
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status if self.path == "/health/ready" else 404)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("status", "ready"), [(200, True), (503, False), (404, False), (302, False)])
def test_only_200_is_ready(status, ready):
    with answering(status) as port:
        assert is_ready(port) is ready


def test_nobody_listening_is_not_ready():
    assert is_ready(free_port()) is False
