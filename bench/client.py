"""A small HTTP client that leaves the processors to the server: prepared requests over kept connections.

One thread waits on all connections at once; a request costs a send, a few receives and a search for the length.
"""

import selectors
import socket
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

PIECE = 512 * 1024
LENGTH = b"content-length: "


class Connection:
    """One kept connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=300)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.head = b""
        self.missing = 0
        self.started = 0.0

    def ask(self, request: bytes) -> None:
        """Send a whole request."""
        self.head, self.missing, self.started = b"", -1, time.perf_counter()
        self.socket.sendall(request)

    def receive(self, piece: memoryview) -> bool:
        """Take what has come; True when the answer is complete."""
        size = self.socket.recv_into(piece)
        if not size:
            raise ConnectionError("the server closed the connection")
        if self.missing >= 0:
            self.missing -= size
        else:
            self.head += bytes(piece[:size])
            end = self.head.find(b"\r\n\r\n")
            if end >= 0:
                self.missing = _length(self.head[:end]) - (len(self.head) - end - 4)
        return self.missing == 0


def _length(head: bytes) -> int:
    if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")):
        raise ConnectionError(head.decode("latin-1"))
    start = head.lower().index(LENGTH) + len(LENGTH)
    end = head.find(b"\r\n", start)
    return int(head[start:] if end < 0 else head[start:end])


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a pass of load gave.

    Attributes:
        rate: answers per second.
        median: seconds of the middle answer.
        count: answers.
    """

    rate: float
    median: float
    count: int


def load(port: int, requests: list[bytes], *, concurrency: int, seconds: float) -> Load:
    """Ask in turn for `requests` over `concurrency` connections for some seconds."""
    piece = memoryview(bytearray(PIECE))
    latencies: list[float] = []
    with selectors.DefaultSelector() as selector:
        connections = [Connection(port) for _ in range(concurrency)]
        for connection in connections:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        number, began = 0, time.perf_counter()
        for connection in connections:
            connection.ask(requests[number % len(requests)])
            number += 1
        waiting, end = concurrency, began + seconds
        while waiting:
            for key, _event in selector.select():
                connection = key.data
                if not connection.receive(piece):
                    continue
                now = time.perf_counter()
                latencies.append(now - connection.started)
                if now < end:
                    connection.ask(requests[number % len(requests)])
                    number += 1
                else:
                    waiting -= 1
        wall = time.perf_counter() - began
        for connection in connections:
            connection.socket.close()
    return Load(rate=len(latencies) / wall, median=statistics.median(latencies), count=len(latencies))


def once(port: int, requests: list[bytes]) -> Load:
    """Ask for each request once, one after another."""
    piece = memoryview(bytearray(PIECE))
    connection, latencies = Connection(port), []
    for request in requests:
        connection.ask(request)
        while not connection.receive(piece):
            pass
        latencies.append(time.perf_counter() - connection.started)
    connection.socket.close()
    return Load(rate=len(latencies) / sum(latencies), median=statistics.median(latencies), count=len(latencies))


def get(path: str, *, host: str, key: str) -> bytes:
    """Return the bytes of a GET request."""
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Token {key}\r\nAccept: */*\r\n\r\n".encode()


def post(path: str, body: bytes, *, host: str, key: str) -> bytes:
    """Return the bytes of a POST request with a JSON body."""
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Token {key}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


@contextmanager
def stream(port: int, request: bytes) -> Iterator[Iterator[int]]:
    """Send a request whose answer comes in chunks; gives the sizes of what is received, to the end of the stream."""
    with socket.create_connection(("127.0.0.1", port), timeout=300) as connection:
        connection.sendall(request)
        yield _pieces(connection)


def _pieces(connection: socket.socket) -> Iterator[int]:
    tail, piece = b"", memoryview(bytearray(PIECE))
    while not tail.endswith(b"\r\n0\r\n\r\n"):
        received = connection.recv_into(piece)
        if not received:
            raise ConnectionError("the stream was cut off")
        tail = (tail + bytes(piece[max(0, received - 16) : received]))[-16:]
        yield received
