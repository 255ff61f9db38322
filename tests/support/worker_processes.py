"""Real worker processes for tests."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit


def environment_of(database, **more):
    parts = urlsplit(os.environ["DATABASE_URL"])
    url = urlunsplit(parts._replace(path=f"/{database}"))
    return {
        **{name: value for name, value in os.environ.items() if name != "REDIS_URL"},
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "platform_core.settings.test",
        "TENON_JOB_MODULES": "tests.support.sample_jobs",
        "TENON_JOBS_LEASE_SECONDS": "2",
        "TENON_JOBS_RETRY_SECONDS": "1",
        "PYTHONPATH": str(Path.cwd()),
        **more,
    }


@contextmanager
def worker(database, *arguments, log=None, **environment):
    """Run `tenon_worker` and end it, with everything it started; what it says goes to the open file `log` if given."""
    process = subprocess.Popen(
        [sys.executable, "-m", "django", "tenon_worker", *arguments],
        env=environment_of(database, **environment),
        start_new_session=True,
        stdout=log,
        stderr=log,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise


def eventually(condition, seconds=20.0, pause=0.05):
    """Return the condition's first true value."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(pause)


def _state_and_parent(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[:2]
    except (FileNotFoundError, ProcessLookupError):
        return "Z", "0"


def is_running(pid):
    """A zombie has ended, although its parent has not asked."""
    return _state_and_parent(pid)[0] != "Z"


def children_of(pid):
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [number for number in numbers if _state_and_parent(number)[1] == str(pid)]
