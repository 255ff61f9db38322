"""The supervision, with a real database, real processes and a stand-in for the web server, the worker and the steps."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from platform_core.embedded import process
from platform_core.embedded.postgres import EmbeddedPostgres

pytestmark = pytest.mark.slow  # each starts a database and four processes

STAND_IN = Path(__file__).with_name("stand_in_program.py")
SUPERVISE = """
import sys
from pathlib import Path
from rich.console import Console
from platform_core.quickstart.options import QuickstartOptions
from platform_core.quickstart.run import Quickstart

port, data_dir, ready_file, stand_in, redis = sys.argv[1:]
options = QuickstartOptions(
    port=int(port), workers=1, data_dir=Path(data_dir), ready_file=Path(ready_file), demo=True, redis=redis == "yes"
)
Quickstart(options, Console(), program=[sys.executable, stand_in]).run()
"""


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.05)
    return result


def two_free_ports():
    while True:
        port = process.free_port()
        if port < 65535 and process.port_is_free(port + 1):
            return port


class Run:  # a handle of one child, not a group of tests
    def __init__(self, tmp_path, **environment):
        self.data_dir, self.ready_file = tmp_path / "data", tmp_path / "ready.json"
        self.port = two_free_ports()
        clean = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"} or "COVERAGE" in name}
        redis = environment.pop("redis", "no")
        self.child = subprocess.Popen(
            [sys.executable, "-c", SUPERVISE, str(self.port), self.data_dir, self.ready_file, STAND_IN, redis],
            env={**clean, "TENON_PLUGINS_CHECKED": "1", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def ready(self):
        wait_for(lambda: self.ready_file.exists() or self.child.poll() is not None)
        assert self.child.poll() is None, self.child.stdout.read()
        return json.loads(self.ready_file.read_text())

    def end(self, number=signal.SIGTERM):
        if self.child.poll() is None:
            self.child.send_signal(number)
        output, _ = self.child.communicate(timeout=60)
        return output


@pytest.fixture
def runs(tmp_path):
    started = []

    def start(**environment):
        started.append(Run(tmp_path, **environment))
        return started[-1]

    yield start
    for run in started:
        run.end(signal.SIGTERM)
    EmbeddedPostgres(tmp_path / "data").destroy()


def test_ready_file_appears_when_all_answers_and_goes_with_it(runs):
    run = runs()
    ready = run.ready()

    assert set(ready) == {"public_url", "organizations", "pids"}
    assert ready["organizations"]["aero"]["api_token"] == "t"
    assert ready["pids"]["supervisor"] == run.child.pid
    assert all(process.is_alive(pid) for pid in ready["pids"].values())
    assert run.ready_file.stat().st_mode & 0o777 == 0o600
    assert not process.port_is_free(run.port)
    assert not process.port_is_free(run.port + 1)

    output = run.end(signal.SIGINT)

    assert run.child.returncode == 0
    assert "curl -s u/api/projects/" in output
    assert not run.ready_file.exists()
    assert not any(process.is_alive(pid) for pid in ready["pids"].values())
    assert process.port_is_free(run.port)
    assert process.port_is_free(run.port + 1)


def test_children_that_die_are_started_again(runs):
    run = runs(redis="yes")
    before = run.ready()["pids"]
    for name in ("worker", "web"):
        os.kill(before[name], signal.SIGKILL)
    os.kill(before["postgres"], signal.SIGQUIT)

    def renewed():
        pids = run.ready()["pids"]
        return all(pids[name] and pids[name] != before[name] for name in ("worker", "web", "postgres")) and pids

    pids = wait_for(renewed)

    assert pids["supervisor"] == before["supervisor"]
    wait_for(lambda: not process.port_is_free(run.port))
    output = run.end()
    assert "worker ended with code -9" in output
    assert "PostgreSQL died and was started again" in output


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_no_process_is_left_when_the_supervisor_is_killed(runs):
    run = runs(redis="yes")
    pids = run.ready()["pids"]

    run.end(signal.SIGKILL)

    wait_for(lambda: not any(process.is_alive(pid) for pid in pids.values()))
    wait_for(lambda: process.port_is_free(run.port) and process.port_is_free(run.port + 1))


def test_second_run_has_the_same_database_and_secret_key(runs):
    first = runs()
    first.ready()
    key = (first.data_dir / "secret_key").read_text()
    first.end()
    second = runs()
    second.ready()

    assert (second.data_dir / "secret_key").read_text() == key
    assert (second.data_dir / "secret_key").stat().st_mode & 0o777 == 0o600
    assert len(key) >= 50


def test_same_data_folder_is_not_run_twice(runs):
    first = runs()
    first.ready()

    second = runs()
    output, _ = second.child.communicate(timeout=60)

    assert f"already run by process {first.child.pid}" in output
    assert first.ready()["pids"]["supervisor"] == first.child.pid


@pytest.mark.parametrize(
    ("step", "message"), [("migrate", "Migrating failed with code 3"), ("django", "Loading the demo failed")]
)
def test_failing_step_is_named_and_everything_is_stopped(runs, step, message):
    run = runs(STAND_IN_FAILS=step)
    output, _ = run.child.communicate(timeout=60)

    assert run.child.returncode == 1
    assert f"{step}: this is why" in output
    assert message in output
    assert not run.ready_file.exists()
    EmbeddedPostgres(run.data_dir).destroy()  # raises if it still ran


def test_child_that_keeps_dying_is_started_again_with_growing_pauses(runs):
    run = runs(STAND_IN_FAILS="worker")
    run.ready()
    time.sleep(4)

    output = run.end()

    assert "starting it again in 1 s" in output
    assert "starting it again in 2 s" in output


def test_worker_that_never_comes_up_ends_the_start(runs):
    run = runs(STAND_IN_FAILS="worker-at-once")

    output, _ = run.child.communicate(timeout=60)

    assert "worker does not stay up" in output
    assert run.child.returncode != 0
    assert not run.ready_file.exists()


def test_taken_port_is_said_before_anything_starts(runs, tmp_path):
    port = two_free_ports()
    with socket.create_server(("127.0.0.1", port + 1)):
        done = subprocess.run(
            [sys.executable, "-c", SUPERVISE, str(port), tmp_path / "data", tmp_path / "r", STAND_IN, "no"],
            capture_output=True,
            text=True,
            check=False,
        )

    assert f"Port {port + 1} is in use" in done.stderr
    assert f'make run ARGS="--port {port + 1000}"' in done.stderr
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["quickstart.lock", "tenon-data-folder"]


def test_database_of_the_environment_is_used_and_left_running(runs, tmp_path):
    with EmbeddedPostgres(tmp_path / "own", durable=False) as postgres:
        run = runs(DATABASE_URL=postgres.url)

        assert run.ready()["pids"]["postgres"] is None
        run.end()
        with psycopg.connect(postgres.url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    postgres.destroy()
