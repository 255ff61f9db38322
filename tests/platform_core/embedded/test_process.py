import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from platform_core.embedded import process

IGNORE_TERM = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
)
WITH_CHILD = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""
PARENT = """
import os, signal, sys
from pathlib import Path
from platform_core.embedded import process

argv = [sys.executable, "-c", "import time; time.sleep(60)"]
child = process.spawn(argv, env=os.environ, cwd=Path.cwd(), death_signal=signal.SIGTERM)
print(child.pid, flush=True)
input()
"""


def start(code, tmp_path):
    with (tmp_path / "out").open("wb") as out:
        child = process.spawn(
            [sys.executable, "-c", code], env=os.environ, cwd=tmp_path, death_signal=signal.SIGTERM, output=out
        )
    deadline = time.monotonic() + 10
    while not (tmp_path / "out").read_text().endswith("\n"):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return child, (tmp_path / "out").read_text().strip()


def gone(pid):
    deadline = time.monotonic() + 10
    while process.is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not process.is_alive(pid)


def test_stop_goes_on_to_the_next_signal(tmp_path):
    child, _ = start(IGNORE_TERM, tmp_path)

    process.stop(child, ((signal.SIGTERM, 0.2), (signal.SIGKILL, 5.0)))

    assert child.returncode == -signal.SIGKILL


def test_stop_ends_the_children_of_the_child(tmp_path):
    child, grandchild = start(WITH_CHILD, tmp_path)

    process.stop(child, ((signal.SIGTERM, 5.0),))

    assert child.returncode == -signal.SIGTERM
    assert gone(int(grandchild))


def test_child_has_a_session_of_its_own(tmp_path):
    child, session = start("import os; print(os.getsid(0), flush=True)", tmp_path)
    child.wait()

    assert int(session) == child.pid != os.getsid(0)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_child_ends_when_its_parent_is_killed():
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    assert process.is_alive(child)

    parent.kill()
    parent.communicate()

    assert gone(child)


def test_port_is_free_only_while_nobody_listens():
    port = process.free_port()

    assert process.port_is_free(port)
    with socket.create_server(("127.0.0.1", port)):
        assert not process.port_is_free(port)
    assert process.port_is_free(port)


def test_is_alive_knows_the_living_the_dead_and_those_nobody_has_reaped():
    dead, unreaped = (subprocess.Popen([sys.executable, "-c", ""]) for _ in range(2))
    dead.wait()
    os.waitid(os.P_PID, unreaped.pid, os.WEXITED | os.WNOWAIT)

    alive = [process.is_alive(pid) for pid in (os.getpid(), 1, unreaped.pid, dead.pid)]
    unreaped.wait()

    assert alive == [True, True, False, False]
