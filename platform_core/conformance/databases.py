"""Databases of a proof: a template, and a copy for each child process. Free of Django."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql


def url_of(server: str, database: str) -> str:
    """Return the URL of a database on the server of another URL."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))


def create_database(server: str, name: str) -> None:
    """Make an empty database."""
    _execute(server, "CREATE DATABASE {}", name)


def copy_database(server: str, template: str, name: str) -> None:
    """Copy a database that nobody is connected to."""
    _execute(server, "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)


def drop_database(server: str, name: str) -> None:
    """Drop a database, whoever is connected."""
    _execute(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def database_exists(server: str, name: str) -> bool:
    """Say whether a database is there."""
    with psycopg.connect(server, autocommit=True) as admin:
        return admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


@contextmanager
def one_at_a_time(server: str) -> Iterator[None]:
    """Let one process at a time make the template; others wait."""
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(hashtextextended('tenon.prove', 0))")
        yield


def _execute(server: str, statement: LiteralString, *names: str) -> None:
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(sql.SQL(statement).format(*[sql.Identifier(name) for name in names]))
