import os
import subprocess
import sys

import pytest

from platform_core.embedded.errors import EmbeddedServiceInUseError
from platform_core.embedded.lock import FileLock

TAKE_AND_DIE = """
import os, signal, sys
from pathlib import Path
from platform_core.embedded.lock import FileLock

FileLock(Path(sys.argv[1])).acquire(what="it")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_lock_is_exclusive_and_names_its_holder(tmp_path):
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    first.acquire(what="the thing")

    with pytest.raises(EmbeddedServiceInUseError, match=f"the thing is already run by process {os.getpid()}"):
        second.acquire(what="the thing")

    first.release()
    second.acquire(what="the thing")
    second.release()


def test_lock_of_a_dead_process_is_free(tmp_path):
    subprocess.run([sys.executable, "-c", TAKE_AND_DIE, str(tmp_path / "lock")], check=False)
    lock = FileLock(tmp_path / "lock")

    lock.acquire(what="it")

    assert (tmp_path / "lock").read_text() == str(os.getpid())
    lock.release()


def test_lock_is_not_inherited_by_children(tmp_path):
    lock = FileLock(tmp_path / "lock")
    lock.acquire(what="it")
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        lock.release()
        lock.acquire(what="it")
        lock.release()
    finally:
        child.communicate(b"\n")


def test_lock_does_not_follow_a_link(tmp_path):
    (tmp_path / "target").write_text("kept")
    (tmp_path / "lock").symlink_to(tmp_path / "target")

    with pytest.raises(OSError, match="symbolic"):
        FileLock(tmp_path / "lock").acquire(what="it")

    assert (tmp_path / "target").read_text() == "kept"
