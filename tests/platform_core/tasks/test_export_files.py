import hashlib
import os
import signal

import pytest

from platform_core.tasks.export_files import ABANDONED_SECONDS, ExportFiles


@pytest.fixture
def files(tmp_path):
    return ExportFiles(folder=tmp_path / "o_1")


def names(files):
    return sorted(path.name for path in files.folder.iterdir())


def test_file_is_in_its_place_when_it_is_whole(files):
    with files.writing(files.path(7)) as out:
        out.write(b"one ")
        out.writelines([b"two ", b"three"])
        assert names(files) != ["7"]

    assert (names(files), files.path(7).read_bytes()) == (["7"], b"one two three")
    assert out.facts().size == 13
    assert out.facts().sha256 == hashlib.sha256(b"one two three").hexdigest()
    assert out.facts().md5 == hashlib.md5(b"one two three").hexdigest()
    assert files.path(7).stat().st_mode & 0o007 == 0 or files.folder.stat().st_mode & 0o077 == 0


def test_failure_leaves_nothing_and_the_earlier_file(files):
    with files.writing(files.path(7)) as out:
        out.write(b"earlier")

    def fail():
        with files.writing(files.path(7)) as out:
            out.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert (names(files), files.path(7).read_bytes()) == (["7"], b"earlier")


def test_killed_writer_leaves_no_file_that_looks_whole(files):
    child = os.fork()
    if child == 0:  # pragma: no cover (another process)
        with files.writing(files.path(7)) as out:
            out.write(b"half")
            out.flush()
            os.kill(os.getpid(), signal.SIGKILL)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL

    (part,) = names(files)
    assert part.startswith("7.part-")
    with files.writing(files.path(7)) as out:
        out.write(b"whole")
    assert files.path(7).read_bytes() == b"whole"

    files.delete_abandoned()
    assert part in names(files)
    old = (files.folder / part).stat().st_mtime - ABANDONED_SECONDS - 1
    os.utime(files.folder / part, (old, old))
    files.delete_abandoned()
    assert names(files) == ["7"]


def test_deleting_takes_conversions_and_parts_and_nothing_else(files):
    for path in (files.path(7), files.path(7, 1), files.path(77), files.path(1, 7)):
        with files.writing(path) as out:
            out.write(b"x")
    (files.folder / f"7.part-{'0' * 32}").write_bytes(b"half")
    (files.folder / "notes.txt").write_bytes(b"of the operator")

    assert files.snapshot_ids() == {1, 7, 77}
    files.delete(7)

    assert names(files) == ["1-7", "77", "notes.txt"]
