"""A server on the loopback that behaves as badly as its path says."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def _answer(self, status=200, body=b"", **headers):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.server.seen.append((self.command, self.path, dict(self.headers)))
        path, _, query = self.path.partition("?")
        getattr(self, path.strip("/") or "plain")(query)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.command, self.path, dict(self.headers)))
        self._answer(body=body.upper())

    def plain(self, _):
        self._answer(body=b"hello", X_Kind="plain")

    def broken(self, _):
        self._answer(status=500, body=b"oops")

    def redirect(self, target):
        self._answer(status=302, Location=target or "/redirect")

    def announced(self, _):
        self._answer(body=b"x" * 2000)

    def announced_beyond_numbers(self, _):
        self._answer(body=b"x" * 2000, Content_Length="9" * 5000)

    def chunked(self, size):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for _ in range(int(size)):
            self.wfile.write(b"3e8\r\n" + b"x" * 1000 + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def drip(self, _):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self._slowly(b"x")

    def drip_headers(self, _):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        self._slowly(b"x")

    def _slowly(self, byte):
        while not self.server.closing.wait(0.05):
            try:
                self.wfile.write(byte)
                self.wfile.flush()
            except OSError:
                return

    def short(self, _):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"only this")
        self.close_connection = True

    def packed(self, _):
        self._answer(body=b"\x1f\x8b", Content_Encoding="gzip")

    def nonsense(self, _):
        self.wfile.write(b"this is no HTTP\r\n\r\n")
        self.close_connection = True


class Neighbour:
    """The server, its address, and what it was asked."""

    def __init__(self, server):
        self.port = server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.seen = server.seen


@pytest.fixture
def neighbour():
    """Run the server for one test."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.seen, server.closing = [], threading.Event()
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield Neighbour(server)
    server.closing.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def opened(settings, neighbour):
    """Let the loopback be called."""
    settings.TENON_OUTBOUND_ALLOW = ["127.0.0.1"]
    return neighbour


@pytest.fixture
def stopwatch():
    """Return a function that tells the seconds since the test began."""
    began = time.monotonic()
    return lambda: time.monotonic() - began
