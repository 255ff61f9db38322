import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from platform_core.embedded import cluster_home, process
from platform_core.embedded.bootstrap import SUPERUSER, read_passwords
from platform_core.embedded.errors import EmbeddedServiceError, EmbeddedServiceInUseError
from platform_core.embedded.postgres import EmbeddedPostgres, attached, has_cluster, running_database_url

pytestmark = pytest.mark.slow  # each makes and starts a database

HOLD_SERVER = """
import sys, time
from pathlib import Path
from platform_core.embedded.postgres import EmbeddedPostgres

postgres = EmbeddedPostgres(Path(sys.argv[1]), durable=False)
postgres.start()
sys.stdout.write(f"{postgres.pid}\\n")
sys.stdout.flush()
time.sleep(60)
"""


def fetch(url, statement):
    with psycopg.connect(url) as connection:
        return connection.execute(statement).fetchone()


def hold_server(data_dir):
    child = subprocess.Popen([sys.executable, "-c", HOLD_SERVER, str(data_dir)], stdout=subprocess.PIPE, text=True)
    return child, int(child.stdout.readline())


def wait_for(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.05)


def test_start_returns_the_url_of_a_postgresql_18(postgres):
    user, version = fetch(postgres.url, "SELECT current_user, current_setting('server_version_num')::int / 10000")

    assert (user, version) == ("tenon", 18)


def test_application_role_has_no_right_beyond_its_database(postgres):
    row = fetch(
        postgres.url,
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls"
        " FROM pg_roles WHERE rolname = 'tenon'",
    )

    assert row == (False, False, False, False, False)
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA o_test; CREATE TABLE o_test.t (id int); DROP SCHEMA o_test CASCADE")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE DATABASE another")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("COPY (SELECT 1) TO PROGRAM 'true'")


def test_allow_create_database_gives_that_right_and_the_next_start_takes_it_back(cluster_dir):
    statement = "SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user"

    with EmbeddedPostgres(cluster_dir, durable=False, allow_create_database=True) as postgres:
        allowed = fetch(postgres.url, statement)
    with EmbeddedPostgres(cluster_dir, durable=False) as postgres:
        refused = fetch(postgres.url, statement)

    assert (allowed, refused) == ((True,), (False,))


@pytest.mark.parametrize("password", [{}, {"password": "wrong"}], ids=["none", "wrong"])
@pytest.mark.parametrize("user", ["tenon", "postgres"])
@pytest.mark.parametrize("way", ["tcp", "socket"])
def test_nobody_gets_in_without_the_password(postgres, monkeypatch, password, user, way):
    monkeypatch.setenv("PGPASSFILE", "/nonexistent")
    host = "127.0.0.1" if way == "tcp" else str(postgres.socket_folder)
    port = conninfo_to_dict(postgres.url)["port"]

    with pytest.raises(psycopg.OperationalError, match=r"password|rejects connection"):
        psycopg.connect(host=host, port=port, user=user, dbname="postgres", **password)


def test_superuser_gets_in_by_the_socket_only(postgres, cluster_dir):
    password = read_passwords(cluster_home.find_home(cluster_dir))[SUPERUSER]
    known = {"port": conninfo_to_dict(postgres.url)["port"], "user": SUPERUSER, "password": password}

    with psycopg.connect(host=str(postgres.socket_folder), dbname="postgres", **known) as connection:
        assert connection.execute("SELECT current_setting('is_superuser')").fetchone() == ("on",)
    with pytest.raises(psycopg.OperationalError, match="rejects connection"):
        psycopg.connect(host="127.0.0.1", dbname="postgres", **known)


def test_server_listens_on_the_loopback_and_a_private_socket(postgres):
    settings = fetch(
        postgres.url,
        "SELECT current_setting('listen_addresses'), current_setting('max_locks_per_transaction'),"
        " current_setting('password_encryption')",
    )

    assert settings == ("127.0.0.1", "1024", "scram-sha-256")
    assert postgres.socket_folder.stat().st_mode & 0o777 == 0o700


def test_files_with_secrets_and_data_are_private(postgres, cluster_dir):
    home = cluster_home.find_home(cluster_dir)

    modes = [path.stat().st_mode & 0o777 for path in (home.data, home.passwords, home.log, home.lock)]

    assert modes == [0o700, 0o600, 0o600, 0o600]


def test_server_never_runs_as_root(postgres):
    assert Path(f"/proc/{postgres.pid}").stat().st_uid != 0


def test_durability_is_off_only_when_asked(cluster_dir):
    statement = "SELECT current_setting('fsync'), current_setting('full_page_writes')"

    with EmbeddedPostgres(cluster_dir, durable=False) as postgres:
        fast = fetch(postgres.url, statement)
    with EmbeddedPostgres(cluster_dir) as postgres:
        safe = fetch(postgres.url, statement)

    assert (fast, safe) == (("off", "off"), ("on", "on"))


def test_settings_reach_the_server(cluster_dir):
    with EmbeddedPostgres(cluster_dir, durable=False, settings={"timezone": "Asia/Tokyo"}) as postgres:
        assert fetch(postgres.url, "SHOW timezone") == ("Asia/Tokyo",)


def test_data_port_and_password_stay_between_runs(cluster_dir):
    with EmbeddedPostgres(cluster_dir, durable=False) as postgres:
        first = postgres.url
        with psycopg.connect(first) as connection:
            connection.execute("CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)")

    with EmbeddedPostgres(cluster_dir, durable=False) as postgres:
        assert postgres.url == first
        assert fetch(first, "SELECT id FROM kept") == (7,)
        with psycopg.connect(first) as connection:
            connection.execute("DROP TABLE kept")


def test_stop_leaves_no_process_and_no_socket(cluster_dir):
    postgres = EmbeddedPostgres(cluster_dir, durable=False)
    postgres.start()
    pid, folder = postgres.pid, postgres.socket_folder

    postgres.stop()
    postgres.stop()

    assert (postgres.pid, process.is_alive(pid), folder.exists()) == (None, False, False)


def test_start_of_a_running_server_changes_nothing(postgres):
    pid = postgres.pid

    assert postgres.start() == postgres.url
    assert postgres.pid == pid


def test_server_that_died_is_started_again_on_its_address(cluster_dir):
    with EmbeddedPostgres(cluster_dir, durable=False) as postgres:
        url, pid = postgres.url, postgres.pid
        os.kill(pid, signal.SIGQUIT)
        wait_for(lambda: not postgres.is_running)

        assert postgres.start() == url
        assert postgres.pid != pid
        assert fetch(url, "SELECT 1") == (1,)


def test_second_supervisor_is_refused_and_told_who_runs_it(postgres, cluster_dir):
    second = EmbeddedPostgres(cluster_dir, durable=False)

    with pytest.raises(EmbeddedServiceInUseError, match=f"process {os.getpid()}"):
        second.start()
    with pytest.raises(EmbeddedServiceInUseError):
        second.destroy()

    assert fetch(postgres.url, "SELECT 1") == (1,)


def test_other_process_finds_the_running_server(cluster_dir):
    assert running_database_url(cluster_dir) is None

    with EmbeddedPostgres(cluster_dir, durable=False) as postgres:
        assert running_database_url(cluster_dir) == postgres.url
        with attached(cluster_dir) as url:
            assert url == postgres.url
        assert postgres.is_running

    with attached(cluster_dir) as url:
        assert fetch(url, "SELECT 1") == (1,)
    assert running_database_url(cluster_dir) is None


def test_server_ends_when_its_supervisor_is_killed(cluster_dir):
    child, pid = hold_server(cluster_dir)
    with pytest.raises(EmbeddedServiceInUseError, match=f"process {child.pid}"):
        EmbeddedPostgres(cluster_dir, durable=False).start()

    child.kill()
    child.communicate()

    wait_for(lambda: not process.is_alive(pid))
    with EmbeddedPostgres(cluster_dir, durable=False) as postgres:
        assert fetch(postgres.url, "SELECT 1") == (1,)


def test_pid_file_with_the_number_of_a_stranger_is_dropped(cluster_dir):
    home = cluster_home.find_home(cluster_dir)
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    pid_file = home.data / "postmaster.pid"
    pid_file.write_text(f"{stranger.pid}\n{home.data}\n1700000000\n5432\n\n127.0.0.1\n  1 2\nready   \n")
    try:
        assert running_database_url(cluster_dir) is None
        with EmbeddedPostgres(cluster_dir, durable=False) as postgres:
            assert fetch(postgres.url, "SELECT 1") == (1,)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_data_of_another_major_version_are_refused_with_what_to_do(cluster_dir):
    version = cluster_home.find_home(cluster_dir).data / "PG_VERSION"
    version.write_text("16\n")
    try:
        with pytest.raises(EmbeddedServiceError, match=r"written by PostgreSQL 16.*DATABASE_URL"):
            EmbeddedPostgres(cluster_dir, durable=False).start()
    finally:
        version.write_text("18\n")


def test_wanted_port_that_is_taken_is_an_error(cluster_dir):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = listener.getsockname()[1]

        with pytest.raises(EmbeddedServiceError, match=f"Port {taken} .* in use"):
            EmbeddedPostgres(cluster_dir, durable=False, port=taken).start()


def test_kept_port_that_is_taken_is_replaced(cluster_dir):
    with EmbeddedPostgres(cluster_dir, durable=False) as postgres:
        kept = int(conninfo_to_dict(postgres.url)["port"])

    with (
        socket.create_server(("127.0.0.1", kept)),
        EmbeddedPostgres(cluster_dir, durable=False) as postgres,
    ):
        assert int(conninfo_to_dict(postgres.url)["port"]) != kept
        assert fetch(postgres.url, "SELECT 1") == (1,)


def test_server_that_cannot_start_says_why(cluster_dir):
    with pytest.raises(EmbeddedServiceError, match="shared_buffers"):
        EmbeddedPostgres(cluster_dir, durable=False, settings={"shared_buffers": "nonsense"}).start()

    assert running_database_url(cluster_dir) is None


def test_log_holds_no_values_of_failed_statements(postgres, cluster_dir):
    with psycopg.connect(postgres.url) as connection:
        connection.execute(
            "CREATE TEMP TABLE people (email text PRIMARY KEY); INSERT INTO people VALUES ('amelia@x.y')"
        )
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO people VALUES ('amelia@x.y')")

    log = cluster_home.find_home(cluster_dir).log.read_text()

    assert "people_pkey" in log
    assert "amelia" not in log


def test_interrupted_initdb_is_repeated_and_destroy_leaves_nothing(tmp_path):
    home = cluster_home.make_home(tmp_path / "data", scratch=True)
    (home.folder / "data.new").mkdir()
    (home.folder / "data.new" / "half").touch()
    postgres = EmbeddedPostgres(tmp_path / "data", durable=False)

    assert not has_cluster(tmp_path / "data")
    postgres.start()
    assert has_cluster(tmp_path / "data")
    postgres.destroy()

    assert not home.folder.exists()
    assert list((tmp_path / "data").iterdir()) == []
