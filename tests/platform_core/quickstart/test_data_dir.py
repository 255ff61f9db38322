import stat

import pytest

from platform_core.embedded.errors import EmbeddedServiceInUseError
from platform_core.quickstart.data_dir import ensure_secret_key, open_data_dir, wipe
from platform_core.quickstart.errors import QuickstartError


def test_new_folder_is_private_and_locked(tmp_path):
    lock = open_data_dir(tmp_path / "data")

    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    with pytest.raises(EmbeddedServiceInUseError):
        open_data_dir(tmp_path / "data")
    lock.release()
    open_data_dir(tmp_path / "data").release()


def test_folder_of_somebody_else_is_refused_and_untouched(tmp_path):
    (tmp_path / "thesis.txt").write_text("kept")

    with pytest.raises(QuickstartError, match="holds other files"):
        open_data_dir(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_folder_that_another_command_began_is_taken(tmp_path):
    (tmp_path / "plugins.lock.json").write_text("{}")

    open_data_dir(tmp_path).release()


def test_secret_key_is_made_once_and_private(tmp_path):
    first = ensure_secret_key(tmp_path)

    assert ensure_secret_key(tmp_path) == first
    assert len(first) >= 50
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_wipe_deletes_everything_below_and_nothing_behind_a_link(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "file").write_text("kept")
    lock = open_data_dir(tmp_path / "data")
    (tmp_path / "data" / "files").mkdir()
    (tmp_path / "data" / "files" / "upload").touch()
    (tmp_path / "data" / "link").symlink_to(tmp_path / "elsewhere")

    wipe(tmp_path / "data")
    lock.release()

    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["quickstart.lock", "tenon-data-folder"]
    assert (tmp_path / "elsewhere" / "file").read_text() == "kept"
