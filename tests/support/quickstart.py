"""A real quickstart as a child process, as `make run` starts it, and what is left of it afterwards."""

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from platform_core.embedded.process import port_is_free
from platform_core.quickstart.health import is_ready

REPOSITORY = Path(__file__).resolve().parents[2]
START_SECONDS = 150
STOP_SECONDS = 60
# The run of the tests brings its own database and settings; a quickstart must not see them.
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "USER", "LOGNAME", "TENON_SHARED_DATA")


def free_ports(not_port=None):
    """Return the first of two neighbouring ports that nobody uses, and that is not the named one.

    Random, because another run of the tests on this machine looks for ports as well.
    """
    for port in random.sample(range(21_000, 29_000, 2), k=100):
        if port != not_port and port_is_free(port) and port_is_free(port + 1):
            return port
    raise RuntimeError("no two free ports")


def processes():
    """Return (pid, parent) of every process of the machine."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    return [tuple(map(int, line.split())) for line in listed.splitlines()]


def descendants(pid):
    """Return a process and all that descend from it."""
    found, table = {pid}, processes()
    while more := {child for child, parent in table if parent in found} - found:
        found |= more
    return found


class QuickstartProcess:
    """One start on a data folder; `ready` is the content of the ready file when it was last read."""

    def __init__(self, folder, *arguments, not_port=None, environment=None):
        self.data_dir = folder / "data"
        self.ready_file = folder / "ready.json"
        self.log = folder / "quickstart.log"
        self.port = free_ports(not_port)
        self.seconds = None
        self.ready = None
        command = [sys.executable, "-m", "platform_core.cli", "quickstart", "--port", str(self.port), "--workers", "1"]
        command += ["--data-dir", str(self.data_dir), "--ready-file", str(self.ready_file), *arguments]
        self._log = self.log.open("ab")
        self._began = time.monotonic()
        self.process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env={name: os.environ[name] for name in KEPT if name in os.environ} | (environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            # Ctrl-C reaches the supervisor alone; that the others end is its work.
            start_new_session=True,
        )

    def wait_until_ready(self):
        """Wait for the ready file."""
        while not self.ready_file.exists():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() - self._began < START_SECONDS, self.log.read_text()
            time.sleep(0.05)
        self.seconds = time.monotonic() - self._began
        self.ready = json.loads(self.ready_file.read_text())
        return self

    def pid_of(self, part):
        """Return the process id of a part as it is now: web, events, worker or postgres; None while it is down."""
        self.ready = json.loads(self.ready_file.read_text())
        return self.ready["pids"][part]

    def stop(self):
        """Press Ctrl-C; return the exit code and the processes that did not end."""
        family = descendants(self.process.pid) | {pid for pid in (self.ready or {}).get("pids", {}).values() if pid}
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(timeout=STOP_SECONDS)
        self._log.close()
        return code, family & {pid for pid, _parent in processes()}

    def kill(self):
        """End it whatever happened."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._log.close()


@contextmanager
def server_without_plugin(running, folder, database_url, slug):
    """Serve a running quickstart's database from an installation that lacks one plugin; yield the port."""
    port = free_ports(running.port)
    lock = json.loads((running.data_dir / "plugins.lock.json").read_text())
    lock["plugins"] = [item for item in lock["plugins"] if item["manifest"]["slug"] != slug]
    (folder / "plugins.lock.json").write_text(json.dumps(lock))
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment |= {
        "DATABASE_URL": database_url,
        "TENON_DATA_DIR": str(folder),
        # The lock file says what is installed, and nobody makes another one.
        "TENON_PLUGINS_CHECKED": "1",
        "TENON_SECRET_KEY": (running.data_dir / "secret_key").read_text(),
        "TENON_PUBLIC_URL": running.ready["public_url"],
    }
    command = [sys.executable, "-m", "platform_core.cli", "serve", "--port", str(port), "--workers", "1", "--quiet"]
    server = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not is_ready(port):
            assert server.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=STOP_SECONDS)


class Organization:
    """REST of one organization, with its demo token, over plain HTTP."""

    def __init__(self, access, *, port=None):
        self.url = access["url"]
        self.token = access["api_token"]
        self.email = access["email"]
        # Another server on the same database may answer for it.
        self._address = f"127.0.0.1:{port}" if port else access["url"].removeprefix("http://")

    def call(self, method, path, body=None, *, token=None, host=None, more_headers=None):
        """Return (status, body); the body is parsed where it is JSON. Bytes are sent as they are."""
        connection = http.client.HTTPConnection(self._address, timeout=90)
        headers = {"Authorization": f"Token {token or self.token}", "Content-Type": "application/json"}
        headers |= more_headers or {}
        if host is not None:
            headers["Host"] = host
        try:
            sent = body if body is None or isinstance(body, bytes) else json.dumps(body)
            connection.request(method, path, sent, headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        is_json = "json" in response.headers.get("Content-Type", "")
        return response.status, json.loads(content) if is_json and content else content

    def get(self, path, **options):
        """Return (status, body) of a GET."""
        return self.call("GET", path, **options)

    def post(self, path, body=None, **options):
        """Return (status, body) of a POST."""
        return self.call("POST", path, {} if body is None else body, **options)
