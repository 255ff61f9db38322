import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from platform_core.embedded import process
from platform_core.embedded.postgres import EmbeddedPostgres
from platform_core.quickstart.health import is_ready

pytestmark = [
    pytest.mark.slow,  # starts a database and real web processes
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]


def wait_for(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.05)
    return result


def children_of(pid):
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture(scope="module")
def database_url(tmp_path_factory):
    postgres = EmbeddedPostgres(tmp_path_factory.mktemp("serve"), durable=False)
    yield postgres.start()
    postgres.destroy()


@pytest.fixture
def server(database_url, tmp_path):
    port = process.free_port()
    clean = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"} or "COVERAGE" in name}
    child = subprocess.Popen(
        [sys.executable, "-m", "platform_core.cli", "serve", "--port", str(port), "--workers", "2", "--quiet"],
        cwd=Path(__file__).parents[3],
        env={**clean, "DATABASE_URL": database_url, "TENON_DATA_DIR": str(tmp_path), "TENON_PLUGINS_CHECKED": "1"},
    )
    wait_for(lambda: is_ready(port) or child.poll() is not None)
    yield child, port
    left = children_of(child.pid) if child.poll() is None else []
    child.kill()
    child.wait()
    wait_for(lambda: not any(process.is_alive(pid) for pid in left), seconds=5)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_web_process_outlives_the_server(server, number):
    child, port = server
    workers = children_of(child.pid)
    assert len(workers) == 2

    child.send_signal(number)
    child.wait(timeout=30)

    wait_for(lambda: not any(process.is_alive(pid) for pid in workers))
    wait_for(lambda: process.port_is_free(port))


def test_web_process_that_dies_is_replaced(server):
    child, port = server
    before = set(children_of(child.pid))
    os.kill(min(before), signal.SIGKILL)

    wait_for(lambda: len(set(children_of(child.pid)) - before) == 1)

    wait_for(lambda: is_ready(port))
