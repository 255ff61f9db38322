import hashlib

import pytest

from platform_core.api.errors import NotFoundError
from platform_core.files import LocalFileStore
from platform_core.tasks.export_files import ExportFiles


@pytest.fixture
def files(tmp_path):
    return ExportFiles(store=LocalFileStore(tmp_path / "o_1"))


def content(file):
    with file:
        return file.read()


def names(files):
    return sorted(key for key, _ in files.store.keys("exports"))


def test_file_is_in_its_place_when_it_is_whole(files):
    with files.writing(7) as out:
        out.write(b"one ")
        out.writelines([b"two ", b"three"])
        out.flush()
        assert names(files) == []

    assert (names(files), content(files.open(7))) == (["exports/7/json"], b"one two three")
    assert out.facts().size == 13
    assert out.facts().sha256 == hashlib.sha256(b"one two three").hexdigest()
    assert out.facts().md5 == hashlib.md5(b"one two three").hexdigest()


def test_failure_leaves_nothing_and_the_earlier_file(files):
    with files.writing(7) as out:
        out.write(b"earlier")

    def fail():
        with files.writing(7) as out:
            out.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert (names(files), content(files.open(7))) == (["exports/7/json"], b"earlier")


def test_deleting_takes_conversions_and_nothing_else(files):
    for place in ((7,), (7, 1), (77,), (1, 7)):
        with files.writing(*place) as out:
            out.write(b"x")
    files.store.write("uploads/7/abc", [b"of somebody"])

    assert files.snapshot_ids() == {1, 7, 77}
    files.delete(7)

    assert names(files) == ["exports/1/7", "exports/77/json"]
    assert content(files.store.open("uploads/7/abc")) == b"of somebody"
    with pytest.raises(NotFoundError):
        files.open(7)
