"""The demo of a quickstart on a fresh database, served over real HTTP by this process, for pages that talk to it."""

import io
import json
import os
import random
import sys
import threading
from contextlib import ExitStack, contextmanager
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.management import call_command
from django.db import connections

from tests.support.quickstart import REPOSITORY

DOCS = REPOSITORY / "docs"


class Server(ThreadingMixIn, WSGIServer):
    """Serves until it is shut down, and waits for the requests under way."""

    daemon_threads = False
    block_on_close = True

    def process_request_thread(self, request, client_address):
        """Give the thread's database connection back."""
        super().process_request_thread(request, client_address)
        connections.close_all()


class SilentHandler(WSGIRequestHandler):
    """Keeps the access log out of the tests' output."""

    def log_message(self, *_arguments):
        """Say nothing."""


@pytest.fixture(scope="session")
def docs():
    """Return the folder of the documentation."""
    return DOCS


@pytest.fixture
def tenon_on_path(tmp_path):
    """Return a folder with a `tenon` that runs this checkout and a `python3` that is this one."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "tenon").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m platform_core.cli "$@"\n')
    (folder / "tenon").chmod(0o755)
    for name in ("python", "python3"):
        (folder / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def reader(tmp_path, tenon_on_path):
    """Return (folder, environment) in which a reader follows a page."""
    folder = tmp_path / "reader"
    folder.mkdir()
    path = os.pathsep.join([str(tenon_on_path), os.environ["PATH"]])
    return folder, {"PATH": path, "PYTHONPATH": str(REPOSITORY), "TENON_DATA_DIR": os.environ["TENON_DATA_DIR"]}


@contextmanager
def bound_servers():
    """Give servers on two neighbouring ports, bound already, so that nobody else takes them meanwhile."""
    # Inline: needs Django's settings.
    from platform_core.wsgi import application

    for port in range(random.randrange(30_000, 38_000, 2), 40_000, 2):
        with ExitStack() as stack:
            try:
                servers = [
                    stack.enter_context(
                        make_server("127.0.0.1", number, application, server_class=Server, handler_class=SilentHandler)
                    )
                    for number in (port, port + 1)
                ]
            except OSError:
                continue
            yield servers
            return
    raise RuntimeError("no two free ports")


@contextmanager
def serving(servers):
    """Answer requests meanwhile."""
    threads = [threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}) for server in servers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for server in servers:
            server.shutdown()
        for thread in threads:
            thread.join()


@pytest.fixture
def demo(committed, tmp_path, settings):
    """Serve the demo organizations; return the ready file that a quickstart would have written."""
    settings.TENON_PUBLIC_DOMAIN = "localhost"
    # The extract that the plugin ships: the same on every machine.
    settings.TENON_SHARED_DATA = tmp_path / "no-shared-data"
    ready = tmp_path / "ready.json"
    with bound_servers() as servers:
        call_command("tenon_demo", port=servers[0].server_port, credentials=ready, stdout=io.StringIO())
        assert json.loads(ready.read_text())["organizations"]
        with serving(servers):
            yield ready
