"""The real WSGI application in a child process that has other plugins than this one.

As a script it locks the plugins of one site folder, serves on a free port and writes the port into a file.
"""

import http.client
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path
from socketserver import ThreadingMixIn
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from tests.support.plugin_site import REPOSITORY, environment_with, link

START_SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the server said."""

    status: int
    body: object


class PluginServer:
    """A running server; call it with an organization's slug, a path and an API key."""

    def __init__(self, folder, roots, *, database):
        url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl()
        site = folder / "site"
        self._port_file = folder / "port"
        self._log = folder / "log.txt"
        environment = environment_with(
            link(site, *roots),
            DATABASE_URL=url,
            DJANGO_SETTINGS_MODULE="platform_core.settings.test",
            TENON_DATA_DIR=str(folder / "data"),
        )
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.plugin_server", str(site), str(self._port_file)],
                cwd=REPOSITORY,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.port = self._wait()

    def _wait(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            if self._port_file.exists():
                return int(self._port_file.read_text())
            time.sleep(0.1)
        self.stop()
        raise AssertionError(f"The server did not start:\n{self.log()}")

    def call(self, method, path, *, organization, key, body=None):
        """Make one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=90)
        headers = {
            "Host": f"{organization.slug}.testserver",
            "Authorization": f"Token {key}",
            "Content-Type": "application/json",
        }
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        return Answer(status=response.status, body=json.loads(text) if text.strip() else None)

    def log(self):
        """Return all that the server printed."""
        return self._log.read_text(errors="replace")

    def stop(self):
        """End the server."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Handler(WSGIRequestHandler):
    def address_string(self):
        return self.client_address[0]


def _serve(site, port_file):
    from platform_core.plugins.discovery import discover
    from platform_core.plugins.preflight import lock_plugins

    lock_plugins(
        Path(os.environ["TENON_DATA_DIR"]),
        strict=False,
        candidates=discover(distributions(path=[site])),
        settings_module=os.environ["DJANGO_SETTINGS_MODULE"],
        timeout=25,
    )
    # Only now: settings read the lock.
    from platform_core.wsgi import application

    with make_server("127.0.0.1", 0, application, server_class=_Server, handler_class=_Handler) as server:
        temporary = Path(f"{port_file}.new")
        temporary.write_text(str(server.server_port))
        temporary.replace(port_file)
        server.serve_forever()


if __name__ == "__main__":
    _serve(*sys.argv[1:])
