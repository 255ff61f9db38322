import tomllib

import pytest
from click.testing import CliRunner

from platform_core.cli.main import cli
from platform_core.plugins.preflight import lock_plugins
from platform_core.plugins.scaffold import PARTS, ScaffoldError, write_plugin
from tests.support.plugin_site import run_tests_of


def install(site, root, write_dist_info):
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    (package,) = (path for path in root.iterdir() if (path / "plugin.toml").is_file())
    package.rename(site.path / package.name)
    write_dist_info(site.path, project)
    return site.candidates()


@pytest.mark.parametrize("parts", [(), ("models",), ("endpoints",), ("events",), PARTS])
def test_written_plugin_locks_cleanly(tmp_path, site, write_dist_info, parts):
    root = write_plugin("bird_notes", output=tmp_path, parts=parts)
    candidates = install(site, root, write_dist_info)
    lock = lock_plugins(
        tmp_path / "data", strict=True, candidates=candidates, settings_module="platform_core.settings.test"
    )

    (plugin,) = lock.plugins
    assert (root.name, plugin.slug, plugin.reason) == ("tenon-bird-notes", "bird_notes", None)
    assert plugin.tables == (("bird_notes_note",) if "models" in parts else ())


@pytest.mark.slow  # starts the platform in a process of its own, with the written plugin among its plugins
def test_tests_of_the_written_plugin_pass_on_the_real_platform(tmp_path):
    root = write_plugin("bird_notes", output=tmp_path, parts=PARTS)
    done = run_tests_of(root, site=tmp_path / "site")

    assert "8 passed" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("name", "parts", "message"),
    [("Bird", (), "no slug"), ("projects", (), "name of the core"), ("bird", ("views",), "'views' is no part")],
)
def test_wrong_wishes_are_refused_with_nothing_written(tmp_path, name, parts, message):
    with pytest.raises(ScaffoldError, match=message):
        write_plugin(name, output=tmp_path, parts=parts)

    assert list(tmp_path.iterdir()) == []


def test_existing_work_is_not_overwritten(tmp_path):
    write_plugin("bird", output=tmp_path)
    with pytest.raises(ScaffoldError, match="not empty"):
        write_plugin("bird", output=tmp_path)


def test_command_writes_and_says_what_comes_next(tmp_path):
    done = CliRunner().invoke(cli, ["plugin", "new", "bird", "--output", str(tmp_path), "--with", "models, events"])

    assert done.exit_code == 0, done.output
    assert "tenon plugins lock" in done.output
    assert (tmp_path / "tenon-bird" / "tenon_bird" / "events.py").is_file()
    assert not (tmp_path / "tenon-bird" / "tenon_bird" / "views.py").exists()


def test_command_explains_a_refusal(tmp_path):
    done = CliRunner().invoke(cli, ["plugin", "new", "tasks", "--output", str(tmp_path)])

    assert (done.exit_code, "name of the core" in done.output) == (1, True)
