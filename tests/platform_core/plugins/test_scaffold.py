import subprocess
import sys
import tomllib

import pytest
from click.testing import CliRunner

from platform_core.cli.main import cli
from platform_core.plugins.preflight import lock_plugins
from platform_core.plugins.scaffold import PARTS, ScaffoldError, read_part, write_plugin


def install(site, root, write_dist_info):
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    (package,) = (path for path in root.iterdir() if (path / "plugin.toml").is_file())
    package.rename(site.path / package.name)
    write_dist_info(site.path, project)
    return site.candidates()


@pytest.mark.parametrize("parts", [(), ("columns", "jobs"), PARTS], ids=["nothing", "some", "everything"])
def test_written_plugin_locks_cleanly(tmp_path, site, write_dist_info, parts):
    root = write_plugin("bird_notes", output=tmp_path, parts=parts)
    candidates = install(site, root, write_dist_info)
    lock = lock_plugins(
        tmp_path / "data", strict=True, candidates=candidates, settings_module="platform_core.settings.test"
    )

    (plugin,) = lock.plugins
    assert (root.name, plugin.slug, plugin.reason) == ("tenon-bird-notes", "bird_notes", None)
    assert plugin.tables == (("bird_notes_note",) if "columns" in parts else ())


@pytest.mark.parametrize("part", PARTS)
def test_each_part_asks_brings_and_is_tested(part):
    found = read_part(part)

    assert found.question.endswith("?")
    assert found.brings
    assert any(path.startswith("tests/") for path in found.files)


@pytest.mark.parametrize("parts", [(part,) for part in PARTS], ids="+".join)
def test_plugin_of_one_part_is_python_and_names_what_it_imports(tmp_path, parts):
    root = write_plugin("bird", output=tmp_path, parts=parts)
    for path in root.rglob("*.py"):
        compile(path.read_text(), str(path), "exec")
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "--quiet", str(root)], capture_output=True, check=False
    )

    assert done.stdout.decode() == ""


def test_lines_that_a_long_name_makes_long_are_broken(tmp_path):
    words = ["plugin", "new", "a_very_long_slug_of_31_letters1", "--all", "--output", str(tmp_path)]
    assert CliRunner().invoke(cli, words).exit_code == 0
    lines = [line for path in tmp_path.rglob("*.py") for line in path.read_text().splitlines()]

    assert max(map(len, lines)) <= 120


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


def test_command_asks_where_somebody_can_answer(tmp_path, monkeypatch):
    with CliRunner().isolation(input="".join("y\n" if part == "jobs" else "n\n" for part in PARTS)) as streams:
        monkeypatch.setattr(type(sys.stdin), "isatty", lambda _self: True, raising=False)
        cli.main(["plugin", "new", "bird", "--output", str(tmp_path)], standalone_mode=False)
        asked = streams[0].getvalue().decode()

    assert asked.count("?") == len(PARTS) + 1
    assert sorted(path.name for path in (tmp_path / "tenon-bird" / "tenon_bird").glob("*.py")) == [
        "__init__.py",
        "apps.py",
        "jobs.py",
        "plugin.py",
    ]


def test_command_takes_the_default_where_nobody_can_answer(tmp_path):
    assert CliRunner().invoke(cli, ["plugin", "new", "bird", "--output", str(tmp_path)]).exit_code == 0

    assert (tmp_path / "tenon-bird" / "tenon_bird" / "validation.py").is_file()


def test_command_explains_a_refusal(tmp_path):
    done = CliRunner().invoke(cli, ["plugin", "new", "tasks", "--output", str(tmp_path)])

    assert (done.exit_code, "name of the core" in done.output) == (1, True)
