"""Database and Redis of a quickstart: the operator's by environment variable, else embedded ones."""

import os
from collections.abc import Callable
from pathlib import Path

from platform_core.embedded import redis
from platform_core.embedded.errors import EmbeddedServiceError
from platform_core.embedded.postgres import EmbeddedPostgres
from platform_core.embedded.redis import EmbeddedRedis


class Services:
    """What runs beside the platform. Embedded ones are started, watched and stopped here."""

    def __init__(self, data_dir: Path, *, use_redis: bool) -> None:
        """Decide which services are embedded; nothing starts yet.

        Args:
            use_redis: whether an embedded Redis may be used at all.
        """
        self._postgres = None if _given("DATABASE_URL") else EmbeddedPostgres(data_dir)
        wanted = use_redis and not _given("REDIS_URL") and redis.available()
        self._redis = EmbeddedRedis(data_dir) if wanted else None

    @property
    def postgres_pid(self) -> int | None:
        """Process id of the embedded PostgreSQL; None when DATABASE_URL names another."""
        return self._postgres.pid if self._postgres else None

    def start(self, say: Callable[[str], None]) -> dict[str, str]:
        """Start the embedded services and return the environment variables that name all services.

        Raises:
            EmbeddedServiceError: one cannot run; the message says what to do.
        """
        found: dict[str, str] = {}
        if self._postgres is None:
            say("PostgreSQL: the one of DATABASE_URL")
        else:
            found["DATABASE_URL"] = self._postgres.start()
            say(f"PostgreSQL 18: process {self._postgres.pid}, data kept between runs")
        if self._redis is not None:
            found["REDIS_URL"] = self._redis.start()
            say(f"Redis: process {self._redis.pid}")
        else:
            say("Redis: the one of REDIS_URL" if _given("REDIS_URL") else "Redis: none, the worker polls the database")
        return found

    def watch(self) -> str | None:
        """Start a service that died again, on its old address; return a line for the operator when that happened."""
        for name, service in (("PostgreSQL", self._postgres), ("Redis", self._redis)):
            if service is None or service.is_running:
                continue
            before = service.url
            try:
                after = service.start()
            except EmbeddedServiceError as error:
                return f"{name} died and does not start again: {error}"
            return f"{name} died and was started again" + ("" if after == before else "; stop and start anew, it moved")
        return None

    def stop(self) -> None:
        """Stop the embedded services, the database last; data are kept."""
        if self._redis is not None:
            self._redis.stop()
        if self._postgres is not None:
            self._postgres.stop()


def _given(name: str) -> bool:
    return bool(os.environ.get(name, "").strip())
