import os
import signal
import time

import pytest

from platform_core.api.errors import NotFoundError
from platform_core.files import LocalFileStore, organization_files
from tenants.scope import tenant_scope


@pytest.fixture
def store(tmp_path):
    return LocalFileStore(tmp_path / "files")


def test_written_file_is_read_again_and_private(store, tmp_path):
    assert store.write("uploads/1/abc", [b"one ", b"two"]) == 7
    with store.open("uploads/1/abc") as file:
        assert file.read() == b"one two"
    path = tmp_path / "files/uploads/1/abc"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0


def test_failed_writing_leaves_the_old_file(store):
    def broken():
        yield b"half"
        raise OSError("disk full")

    store.write("a", [b"old"])
    with pytest.raises(OSError, match="disk full"):
        store.write("a", broken())
    with store.open("a") as file:
        assert file.read() == b"old"
    assert [key for key, _ in store.keys("a")] == []


def test_killed_writer_leaves_no_file_that_looks_whole_and_its_half_is_swept(store, tmp_path):
    child = os.fork()
    if child == 0:  # pragma: no cover (another process)
        with store.create("exports/7/json") as file:
            file.write(b"half")
            file.flush()
            os.kill(os.getpid(), signal.SIGKILL)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL

    (half,) = (tmp_path / "files/exports/7").iterdir()
    assert half.read_bytes() == b"half"
    assert list(store.keys("exports")) == []
    with pytest.raises(NotFoundError):
        store.open("exports/7/json")
    store.write("exports/7/json", [b"whole"])

    assert store.delete_halves(older_than_seconds=60) == 0
    os.utime(half, (1, 1))
    assert store.delete_halves(older_than_seconds=60) == 1
    assert [path.name for path in (tmp_path / "files/exports/7").iterdir()] == ["json"]


def test_folder_that_is_emptied_meanwhile_is_made_again(store, tmp_path, monkeypatch):
    (tmp_path / "files").mkdir()
    real, calls = os.open, []

    def late(path, *args, **kwargs):
        if not calls:
            calls.append(path)
            path.parent.rmdir()
        return real(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", late)
    assert store.write("exports/7/json", [b"x"]) == 1
    assert calls


def test_deleted_file_is_gone_and_deleting_again_does_nothing(store, tmp_path):
    store.write("uploads/1/abc", [b"x"])
    store.delete("uploads/1/abc")
    store.delete("uploads/1/abc")
    with pytest.raises(NotFoundError):
        store.open("uploads/1/abc")
    assert not (tmp_path / "files/uploads/1").exists()


@pytest.mark.parametrize(
    "key", ["", "/etc/passwd", "../x", "a/../x", "a//b", "a/./b", "a\x00", "A", "a.b", "a\\b", "uploads/1/", "\u0430"]
)
def test_keys_that_lead_elsewhere_are_refused(store, key):
    for act in (store.open, store.delete, lambda one: store.write(one, [b"x"])):
        with pytest.raises(ValueError, match="no key"):
            act(key)


def test_keys_have_their_age(store, tmp_path):
    store.write("uploads/1/abc", [b"x"])
    os.utime(tmp_path / "files/uploads/1/abc", (1, 1))
    store.write("uploads/2/def", [b"x"])
    found = dict(store.keys("uploads"))
    assert found["uploads/1/abc"] == 1
    assert time.time() - found["uploads/2/def"] < 60


def test_organizations_have_stores_of_their_own(alpha, beta, settings, tmp_path):
    settings.TENON_FILES_ROOT = tmp_path
    with tenant_scope(alpha):
        organization_files().write("a", [b"alpha"])
    with tenant_scope(beta), pytest.raises(NotFoundError):
        organization_files().open("a")
