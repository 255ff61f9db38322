"""Stopping a running platform at a chosen moment, and killing parts of it there."""

import os
import signal
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg

from platform_core.embedded.process import is_alive
from tests.support.worker_processes import eventually

_WAITERS = "SELECT count(*) FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))"


def kill(*pids):
    """Send SIGKILL, and wait until none of them runs."""
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: not any(is_alive(pid) for pid in pids))


class Gate:
    """A lock of the test that the platform runs into; whoever does stays there, with its transaction open."""

    def __init__(self, database_url, holder):
        self._database_url = database_url
        self._holder = holder

    def wait_for_somebody(self):
        """Return when a transaction of the platform stands before the lock."""
        with psycopg.connect(self._database_url, autocommit=True) as looking:
            eventually(lambda: looking.execute(_WAITERS, [self._holder]).fetchone()[0])


@contextmanager
def closed_gate(database_url, statement, values=None):
    """Take a lock by a statement for the time of the block."""
    with psycopg.connect(database_url) as connection:
        connection.execute(statement, values)
        yield Gate(database_url, connection.info.backend_pid)
        connection.rollback()


class Receiver:
    """Takes webhooks on a loopback port; while it holds, requests wait for their answer."""

    def __init__(self):
        self.messages = []
        self.url = ""
        self._open = threading.Event()
        self._open.set()
        self._arrived = threading.Event()

    def hold(self):
        """Let requests wait from now on, until `release`."""
        self._arrived.clear()
        self._open.clear()

    def wait_for_request(self):
        """Return when a request waits here."""
        assert self._arrived.wait(40), "nothing was sent"

    def release(self):
        """Answer what waits, and all that comes, at once."""
        self._open.set()

    def take(self, message_id, body):
        """Note a message, and wait with its answer if that is wished."""
        self.messages.append((message_id, body))
        self._arrived.set()
        self._open.wait(20)


@contextmanager
def receiver():
    """Run a receiver."""
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.take(self.headers["webhook-id"], body)
            try:
                self.send_response(204)
                self.end_headers()
            except OSError:
                self.close_connection = True  # whoever asked is dead

        def log_message(self, *_arguments):
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_arguments):
            pass  # a client that was killed

    server = Server(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_address[1]}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield found
    finally:
        found.release()
        server.shutdown()
        server.server_close()
        thread.join()
