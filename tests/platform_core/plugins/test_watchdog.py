import subprocess
import sys
import threading
import time

import pytest

from platform_core.plugins.errors import HookTimeoutError
from platform_core.plugins.watchdog import Watchdog


def forever():
    while True:
        pass


@pytest.fixture
def recycled():
    return []


@pytest.fixture
def watchdog(recycled):
    return Watchdog(grace=0.2, recycle=recycled.append)


def test_watchdog_returns_what_the_call_returns(watchdog, recycled):
    assert watchdog.run(lambda: 7, seconds=1, culprit="x.y") == 7
    assert recycled == []


def test_watchdog_lets_exceptions_through(watchdog):
    with pytest.raises(ZeroDivisionError):
        watchdog.run(lambda: 1 / 0, seconds=1, culprit="x.y")


def test_watchdog_ends_a_python_loop_in_its_own_thread(watchdog, recycled):
    started = time.monotonic()
    with pytest.raises(HookTimeoutError):
        watchdog.run(forever, seconds=0.1, culprit="x.y")

    assert time.monotonic() - started < 20
    time.sleep(0.4)
    assert recycled == []


def test_watchdog_is_not_fooled_by_except_exception(watchdog):
    def stubborn():
        while True:
            try:
                forever()
            except Exception:
                continue

    with pytest.raises(HookTimeoutError):
        watchdog.run(stubborn, seconds=0.1, culprit="x.y")


def test_watchdog_counts_a_swallowed_interruption_as_too_long(watchdog):
    def swallow():
        try:
            forever()
        except BaseException:
            return "done"

    with pytest.raises(HookTimeoutError):
        watchdog.run(swallow, seconds=0.1, culprit="x.y")


def test_watchdog_recycles_the_process_of_a_call_stuck_in_c(watchdog, recycled):
    with pytest.raises(HookTimeoutError):
        watchdog.run(lambda: time.sleep(0.8), seconds=0.1, culprit="plugin.hook")

    assert recycled == ["plugin.hook"]


def test_watchdog_leaves_nothing_pending_after_calls_that_end_on_the_limit(watchdog):
    def until(moment):
        while time.monotonic() < moment:
            pass

    outcomes = set()
    for step in range(60):
        end = time.monotonic() + 0.01 + (step % 7 - 3) * 0.0001
        try:
            watchdog.run(lambda end=end: until(end), seconds=0.01, culprit="x.y")
            outcomes.add("in time")
        except HookTimeoutError:
            outcomes.add("late")
        until(time.monotonic() + 0.001)

    assert outcomes == {"in time", "late"}


def test_watchdog_interrupts_the_late_thread_and_no_other(watchdog):
    results = {}

    def work(name, call, seconds):
        try:
            results[name] = watchdog.run(call, seconds=seconds, culprit=name)
        except HookTimeoutError:
            results[name] = "late"

    threads = [
        threading.Thread(target=work, args=("late", forever, 0.1)),
        threading.Thread(target=work, args=("good", lambda: time.sleep(0.3) or "ok", 5)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert results == {"late": "late", "good": "ok"}


def test_process_that_is_recycled_ends_at_once_and_names_the_culprit():
    program = (
        "import atexit, logging, sys\n"
        "from platform_core.plugins.watchdog import end_process\n"
        "logging.basicConfig(stream=sys.stderr)\n"
        "atexit.register(print, 'never printed')\n"
        "end_process('kites.validate_annotation')\n"
    )

    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)

    assert (ended.returncode, ended.stdout) == (70, "")
    assert "kites.validate_annotation cannot be stopped" in ended.stderr
