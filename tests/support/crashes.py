"""Stopping a running platform at a chosen moment, and killing parts of it there."""

import os
import signal
from contextlib import contextmanager

import psycopg

from platform_core.embedded.process import is_alive
from tests.support.worker_processes import eventually

_WAITERS = "SELECT count(*) FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))"


def kill(*pids):
    """Send SIGKILL, and wait until none of them runs."""
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: not any(is_alive(pid) for pid in pids))


class Gate:
    """A lock of the test that the platform runs into; whoever does stays there, with its transaction open."""

    def __init__(self, database_url, holder):
        self._database_url = database_url
        self._holder = holder

    def wait_for_somebody(self):
        """Return when a transaction of the platform stands before the lock."""
        with psycopg.connect(self._database_url, autocommit=True) as looking:
            eventually(lambda: looking.execute(_WAITERS, [self._holder]).fetchone()[0])


@contextmanager
def closed_gate(database_url, statement, values=None):
    """Take a lock by a statement for the time of the block."""
    with psycopg.connect(database_url) as connection:
        connection.execute(statement, values)
        yield Gate(database_url, connection.info.backend_pid)
        connection.rollback()
