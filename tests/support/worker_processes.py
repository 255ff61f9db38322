"""Real worker processes for tests."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
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
        "PYTHONPATH": os.getcwd(),
        **more,
    }


@contextmanager
def worker(database, *arguments, **environment):
    """Run `tenon_worker` and end it, with everything it started."""
    process = subprocess.Popen(
        [sys.executable, "-m", "django", "tenon_worker", *arguments],
        env=environment_of(database, **environment),
        start_new_session=True,
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


def eventually(condition, seconds=20.0):
    """Return the condition's first true value."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def is_running(pid):
    """A zombie has ended, although its parent has not asked."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
