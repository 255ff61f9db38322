import os
import stat

import pytest

from platform_core.embedded.private_files import private_folder, write_private


@pytest.fixture
def open_umask():
    previous = os.umask(0)
    yield
    os.umask(previous)


def test_write_private_is_for_the_owner_only_whatever_the_umask(tmp_path, open_umask):
    write_private(tmp_path / "secret", "first")
    write_private(tmp_path / "secret", "second")

    assert (tmp_path / "secret").read_text() == "second"
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_write_private_replaces_a_readable_file_by_a_private_one(tmp_path):
    (tmp_path / "secret").write_text("open to all")
    (tmp_path / "secret").chmod(0o644)

    write_private(tmp_path / "secret", "closed")

    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_write_private_that_fails_keeps_the_old_content_and_leaves_nothing(tmp_path):
    write_private(tmp_path / "secret", "old")

    with pytest.raises(UnicodeEncodeError):
        write_private(tmp_path / "secret", "lone surrogate \ud800")

    assert (tmp_path / "secret").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_private_folder_is_closed_and_its_parents_are_made(tmp_path, open_umask):
    folder = private_folder(tmp_path / "a" / "b")

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert private_folder(folder) == folder
