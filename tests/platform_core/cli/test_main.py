import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from platform_core.cli.main import cli
from platform_core.embedded import process
from platform_core.embedded.postgres import EmbeddedPostgres

REPOSITORY = Path(__file__).parents[3]
COMMANDS = [
    "quickstart",
    "serve",
    "events",
    "worker",
    "migrate",
    "create-organization",
    "delete-organization",
    "plugins",
    "plugin",
    "doctor",
    "django",
]


def tenon(*words, typed="", **environment):
    """Run the command as a child does whose parent has looked at the plugins; that takes seconds each time."""
    clean = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"} or "COVERAGE" in name}
    return subprocess.run(
        [sys.executable, "-m", "platform_core.cli", *words],
        cwd=REPOSITORY,
        env={**clean, "TENON_PLUGINS_CHECKED": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
        input=typed,
    )


def test_help_lists_every_command_in_order():
    result = CliRunner().invoke(cli, ["--help"])

    listed = result.output.partition("Commands:\n")[2].split("\n")
    assert [line.split()[0] for line in listed if line.startswith("  ") and line[2] != " "] == COMMANDS


@pytest.mark.parametrize(
    "option",
    ["--port", "--workers", "--data-dir", "--ready-file", "--no-demo", "--no-redis", "--reset", "--yes"],
)
def test_quickstart_has_the_options_of_the_contract(option):
    assert option in CliRunner().invoke(cli, ["quickstart", "--help"]).output


def test_unknown_command_is_refused():
    result = CliRunner().invoke(cli, ["quickstrat"])

    assert result.exit_code == 2
    assert "quickstrat" in result.output


def test_parent_of_the_web_processes_loads_neither_django_nor_a_database_client():
    code = (
        "import sys; from platform_core.cli import serve;"
        "sys.exit(bool({'django', 'psycopg', 'redis', 'rich'} & sys.modules.keys()))"
    )

    assert subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=False).returncode == 0


@pytest.mark.slow  # starts Django in a process of its own, twice
def test_django_command_gets_its_words_and_its_exit_code(tmp_path):
    done = tenon(
        "django", "diffsettings", "--output", "unified", TENON_DATA_DIR=str(tmp_path), DATABASE_URL="postgres://"
    )
    wrong = tenon("django", "no_such_command", TENON_DATA_DIR=str(tmp_path), DATABASE_URL="postgres://")

    assert "AUTH_USER_MODEL" in done.stdout
    assert "no_such_command" in wrong.stderr
    assert (done.returncode, wrong.returncode) == (0, 1)


@pytest.mark.slow  # starts Django in a process of its own, twice
def test_settings_are_local_unless_the_environment_says_production(tmp_path):
    local = tenon(
        "django",
        "shell",
        "-c",
        "from django.conf import settings; print(settings.SETTINGS_MODULE)",
        TENON_DATA_DIR=str(tmp_path),
        DATABASE_URL="postgres://",
    )
    production = tenon("django", "check", TENON_DATA_DIR=str(tmp_path), TENON_ENV="production")

    assert local.stdout.strip().endswith("platform_core.settings.local")
    assert "TENON_SECRET_KEY" in production.stderr
    assert not list(tmp_path.glob("postgres*"))


@pytest.mark.slow  # makes and starts a database
def test_command_runs_the_embedded_database_of_the_folder_only_meanwhile(tmp_path):
    postgres = EmbeddedPostgres(tmp_path, durable=False)
    url = postgres.start()
    pid = postgres.pid
    show = (
        "from django.db import connection as c; k = c.cursor(); k.execute('SELECT current_user'); print(k.fetchone())"
    )
    try:
        attached = tenon("django", "shell", "-c", show, TENON_DATA_DIR=str(tmp_path))
        assert process.is_alive(pid)
        postgres.stop()
        own = tenon("django", "shell", "-c", show, TENON_DATA_DIR=str(tmp_path))

        assert attached.stdout.strip().endswith("('tenon',)"), attached.stderr
        assert own.stdout.strip().endswith("('tenon',)"), own.stderr
        assert postgres.start() == url
    finally:
        postgres.destroy()


def test_error_of_an_embedded_service_is_a_message(tmp_path):
    (tmp_path / "postgres.location").write_text("nonsense")
    (tmp_path / "postgres").mkdir()

    done = tenon("django", "check", TENON_DATA_DIR=str(tmp_path))

    assert done.returncode == 1
    assert done.stderr.startswith("Error: The database in") or done.stderr.startswith("Error: The database of")


@pytest.mark.slow  # tries every installed plugin in a process of its own
def test_command_locks_the_plugins_when_there_is_no_lock(tmp_path):
    known = {"TENON_DATA_DIR": str(tmp_path), "DATABASE_URL": "postgres://", "TENON_PLUGINS_CHECKED": ""}

    first = tenon("django", "check", **known)
    written = (tmp_path / "plugins.lock.json").stat().st_mtime_ns
    second = tenon("django", "check", **known)

    assert (first.returncode, second.returncode) == (0, 0), first.stderr
    assert (tmp_path / "plugins.lock.json").stat().st_mtime_ns == written


def test_plugins_lock_writes_the_lock_without_a_database(tmp_path):
    done = tenon("plugins", "lock", TENON_DATA_DIR=str(tmp_path))

    assert done.returncode == 0, done.stderr
    assert "quarantined" in done.stdout
    assert (tmp_path / "plugins.lock.json").is_file()
    assert not list(tmp_path.glob("postgres*"))


def test_reset_asks_and_refuses_a_database_that_is_not_embedded(tmp_path):
    (tmp_path / "plugins.lock.json").write_text("{}")
    words = ["quickstart", "--reset", "--data-dir", str(tmp_path)]

    declined = tenon(*words, typed="n\n")
    foreign = tenon(*words, "--yes", DATABASE_URL="postgres://h/d")

    assert (declined.returncode, foreign.returncode) == (1, 1)
    assert "Delete all data" in declined.stdout
    assert "Unset DATABASE_URL" in foreign.stderr
    assert (tmp_path / "plugins.lock.json").is_file()
