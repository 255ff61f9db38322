import sys

import pytest

from platform_core.plugins.dev_server import DevServer
from platform_core.plugins.lock import Lock
from platform_core.plugins.trial import CoreStartError
from tests.support.loaded_plugins import manifest


@pytest.fixture
def told():
    return []


@pytest.fixture
def server(tmp_path, told):
    """A server that writes a line when it starts and waits to be ended."""
    started = tmp_path / "started"
    code = f"import pathlib, time; open({str(started)!r}, 'a').write('x'); time.sleep(600)"

    def lock():
        return Lock(environment={})

    server = DevServer(slug="bird", lock=lock, command=(sys.executable, "-c", code), tell=told.append)
    yield server
    server.stop()


def test_each_change_starts_a_new_child_and_none_is_left(server):
    pids = []

    def changes():
        for _ in range(2):
            pids.append(server.child.pid)
            yield "plugin.py"
        pids.append(server.child.pid)

    server.run(changes())

    assert (len(set(pids)), server.child) == (3, None)


def test_core_that_does_not_start_is_told_and_nothing_is_served(server, told):
    def broken():
        raise CoreStartError("Django does not start")

    server.lock = broken
    server.restart()

    assert (told, server.child) == (["Django does not start"], None)


def test_verdict_of_the_plugin_is_told(server, told, locked_bird):
    server.lock = lambda: Lock(environment={}, plugins=(locked_bird("quarantined", "it is ill"),))
    server.restart()

    assert told == ["bird 1.0: quarantined, it is ill"]


@pytest.fixture
def locked_bird():
    """Return a function that makes the lock's entry of the plugin."""
    from platform_core.plugins.lock import LockedPlugin

    def make(verdict, reason):
        return LockedPlugin(
            slug="bird",
            verdict=verdict,
            reason=reason,
            entry_point="bird:plugin",
            distribution="bird",
            version="1.0",
            package="bird",
            has_app=False,
            tables=(),
            depth=0,
            editable=True,
            digest="",
            manifest=manifest("bird"),
        )

    return make
