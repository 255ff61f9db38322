import json
import stat
import threading

from platform_core.quickstart.ready_file import remove_ready_file, write_ready_file

PIDS = {"supervisor": 1, "web": 2, "events": 4, "worker": 3, "postgres": None}


def access(size):
    return {"public_url": "http://127.0.0.1:8000", "organizations": {"aero": {"api_token": "t" * size}}, "other": "no"}


def test_ready_file_holds_the_contract_and_is_private(tmp_path):
    write_ready_file(tmp_path / "ready.json", access=access(3), pids=PIDS)

    assert json.loads((tmp_path / "ready.json").read_text()) == {
        "public_url": "http://127.0.0.1:8000",
        "organizations": {"aero": {"api_token": "ttt"}},
        "pids": PIDS,
    }
    assert stat.S_IMODE((tmp_path / "ready.json").stat().st_mode) == 0o600


def test_reader_never_sees_half_a_file(tmp_path):
    path = tmp_path / "ready.json"
    write_ready_file(path, access=access(1), pids=PIDS)
    seen, stop = [], threading.Event()

    def read():
        while not stop.is_set():
            seen.append(len(json.loads(path.read_text())["organizations"]["aero"]["api_token"]))

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(100):
        write_ready_file(path, access=access(200_000), pids=PIDS)
        write_ready_file(path, access=access(1), pids=PIDS)
    stop.set()
    reader.join()

    assert set(seen) <= {1, 200_000}


def test_remove_ready_file_may_be_repeated(tmp_path):
    write_ready_file(tmp_path / "ready.json", access=access(1), pids=PIDS)

    remove_ready_file(tmp_path / "ready.json")
    remove_ready_file(tmp_path / "ready.json")

    assert list(tmp_path.iterdir()) == []
