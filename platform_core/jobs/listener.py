"""A connection of its own that hears `pg_notify`."""

import logging
import time
from types import TracebackType
from typing import Any, Final, Self

import psycopg
from django.db import connection
from psycopg import sql

from platform_core.jobs.wake import CHANNEL

RECONNECT_SECONDS: Final = 1.0
SLICE_SECONDS: Final = 0.5
logger = logging.getLogger(__name__)


class WorkListener:
    """Hears of new work; while the database is away it waits, and then tells to look everywhere."""

    def __init__(self) -> None:
        self._connection: psycopg.Connection[Any] | None = None

    def __enter__(self) -> Self:
        self._connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def wait(self, seconds: float) -> bool:
        """Wait at most so long; say whether there was a notification or notifications may have been missed.

        Returns at the latest after half a second, so that a stop request is seen.
        """
        if self._connection is None or self._connection.closed:
            time.sleep(min(seconds, RECONNECT_SECONDS))
            return self._connect()
        try:
            return any(True for _ in self._connection.notifies(timeout=min(seconds, SLICE_SECONDS), stop_after=1))
        except psycopg.Error:
            logger.warning("The connection that listens for work was lost")
            self._close()
            return False

    def _connect(self) -> bool:
        parameters = connection.get_connection_params()
        parameters.pop("pool", None)
        try:
            self._connection = psycopg.connect(**parameters, autocommit=True)
            self._connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
        except psycopg.Error:
            logger.warning("The database is away", exc_info=True)
            self._close()
            return False
        return True

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
