"""The pytest plugin for authors: `-p platform_core.sdk.testing.services`. The test run brings its own PostgreSQL.

At import, which is before Django's settings are read, it locks the installed plugins, fails for one that is broken, and
starts one throw-away cluster for all workers, who find it through DATABASE_URL. Where DATABASE_URL is set already, that
server is used; its role must be allowed to make databases. Because importing it does all that, it has no entry point
and must be asked for, in `addopts`. The fixtures are in `database` and `authors` beside it.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from platform_core.embedded.postgres import EmbeddedPostgres
from platform_core.plugins.preflight import lock_plugins

_FIXTURES = ("platform_core.sdk.testing.database", "platform_core.sdk.testing.authors")
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


def pytest_addoption(parser: pytest.Parser) -> None:
    """Make the option of the fixture `enabled` known."""
    parser.addini(
        "tenon_plugins", type="args", default=[], help="Plugins that the fixture `enabled` enables, in order."
    )


def pytest_configure(config: pytest.Config) -> None:
    """Bring the fixtures, after pytest-django's: the later one of a name counts."""
    for name in _FIXTURES:
        config.pluginmanager.import_plugin(name)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what this process started."""
    if _postgres is not None:
        _postgres.destroy()
        os.environ.pop("DATABASE_URL", None)
    if _directory is not None:
        shutil.rmtree(_directory, ignore_errors=True)
        os.environ.pop(_DIRECTORY, None)
