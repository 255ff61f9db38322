import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from tenon_aviation.asrs import read_reports

from platform_core.embedded import postgres
from platform_core.embedded.postgres import EmbeddedPostgres
from tests.support.quickstart import REPOSITORY, Organization, QuickstartProcess, server_without_plugin

PLUGIN = REPOSITORY / "plugins" / "aviation" / "tenon_aviation"
SHARED = Path(os.environ.get("TENON_SHARED_DATA") or REPOSITORY.parent / "shared" / "data")
SHARED_REPORTS = SHARED / "aviation" / "asrs_new_england_conflicts_1988_2017.csv"
EXTRACT = PLUGIN / "data" / "asrs_extract.csv"


@pytest.fixture(scope="session")
def sdk_python():
    """Return the interpreter of the SDK's own environment."""
    python = REPOSITORY / ".venv-sdk" / "bin" / "python"
    if not python.exists():
        pytest.fail("The SDK's environment is missing: `make sdk` makes it, and so does `make test`.")
    return python


@pytest.fixture(scope="session")
def sdk(sdk_python):
    """Return a function that runs a session of the real SDK and returns what it saw."""

    def run(*arguments):
        command = [str(sdk_python), "-m", "tests.e2e.sdk_session", *map(str, arguments)]
        done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="session")
def reports():
    """Return the ASRS file that the demo loads here, and how many reports it has."""
    path = SHARED_REPORTS if SHARED_REPORTS.exists() else EXTRACT
    with path.open("rb") as stream:
        return path, sum(1 for _ in read_reports(stream))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a fresh folder; its database is destroyed at the end."""
    path = tmp_path_factory.mktemp("quickstart")
    yield path
    EmbeddedPostgres(path / "data").destroy()


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstRun:
    """What the first start left behind: its ready file, and what Ctrl-C ended with."""

    port: int
    ready: dict
    seconds: float
    project: int
    code: int
    left: set


@pytest.fixture(scope="module")
def first_run(folder):
    """Start on an empty folder, make a project, and press Ctrl-C."""
    started = QuickstartProcess(folder)
    try:
        started.wait_until_ready()
        acme = Organization(started.ready["organizations"]["acme"])
        project = acme.post("/api/projects/", {"title": "Made in the first run"})[1]["id"]
        code, left = started.stop()
    finally:
        started.kill()
    return FirstRun(
        port=started.port, ready=started.ready, seconds=started.seconds, project=project, code=code, left=left
    )


@pytest.fixture(scope="module")
def platform(folder, first_run):
    """Return the second start, on the same folder and other ports, while it runs."""
    started = QuickstartProcess(folder, not_port=first_run.port)
    try:
        yield started.wait_until_ready()
    finally:
        started.kill()


@pytest.fixture(scope="module")
def aero(platform):
    """Return the first organization."""
    return Organization(platform.ready["organizations"]["aero"])


@pytest.fixture(scope="module")
def acme(platform):
    """Return the second organization."""
    return Organization(platform.ready["organizations"]["acme"])


class Schema:
    """What an organization's schema holds."""

    def __init__(self, connection, slug):
        self._connection = connection
        row = connection.execute("SELECT schema_name FROM tenants_organization WHERE slug = %s", [slug]).fetchone()
        self.name = row[0]

    def tables(self):
        """Return its tables."""
        rows = self._connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [self.name])
        return {row[0] for row in rows}

    def tables_that_mention(self, text):
        """Return its tables with a row in which the text stands anywhere."""
        return {table for table in self.tables() if self._mentions(table, text)}

    def _mentions(self, table, text):
        query = sql.SQL("SELECT EXISTS (SELECT FROM {} r WHERE r::text ILIKE %s)")
        identifier = sql.Identifier(self.name, table)
        return self._connection.execute(query.format(identifier), [f"%{text}%"]).fetchone()[0]


@pytest.fixture(scope="module")
def database_url(platform):
    """Return the address of the running database."""
    with postgres.attached(platform.data_dir) as url:
        yield url


@pytest.fixture(scope="module")
def schema_of(database_url):
    """Return a function that looks into an organization's schema."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield lambda slug: Schema(connection, slug)


@pytest.fixture(scope="module")
def acme_without_distribution(platform, database_url, tmp_path_factory):
    """Return the second organization as an installation without the distribution aviation answers for it."""
    folder = tmp_path_factory.mktemp("without-aviation")
    with server_without_plugin(platform, folder, database_url, "aviation") as port:
        yield Organization(platform.ready["organizations"]["acme"], port=port)
