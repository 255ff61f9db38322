"""Early pytest plugin (`-p platform_core.sdk.testing.services`): the test run brings its own PostgreSQL.

It starts one throw-away cluster for all workers at import, which is before Django's settings are read; workers find
it through DATABASE_URL.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from platform_core.embedded.postgres import EmbeddedPostgres
from platform_core.plugins.preflight import lock_plugins

_DIRECTORY = "TENON_TEST_DIRECTORY"


def _start_services() -> tuple[Path, EmbeddedPostgres | None]:
    directory = Path(tempfile.mkdtemp(prefix="tenon-test-"))
    os.environ[_DIRECTORY] = str(directory)
    os.environ["TENON_DATA_DIR"] = str(directory / "data")
    lock_plugins(directory / "data", strict=True)
    if os.environ.get("DATABASE_URL"):
        return directory, None
    postgres = EmbeddedPostgres(directory / "data", durable=False, allow_create_database=True)
    os.environ["DATABASE_URL"] = postgres.start()
    return directory, postgres


# xdist workers inherit the environment of the controller, which started the services.
_directory, _postgres = _start_services() if _DIRECTORY not in os.environ else (None, None)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what this process started."""
    if _postgres is not None:
        _postgres.destroy()
        os.environ.pop("DATABASE_URL", None)
    if _directory is not None:
        shutil.rmtree(_directory, ignore_errors=True)
        os.environ.pop(_DIRECTORY, None)
