"""What the pages tell a reader to type is typed here."""

import json
import os
import shutil
import subprocess
import tomllib

import pytest
from django.conf import settings as django_settings

from tests.support.documents import assert_prints, blocks_of, run_page, run_shell
from tests.support.quickstart import REPOSITORY

FIRST_STEPS = "docs/tutorials/first-steps.md"
FIRST_PLUGIN = REPOSITORY / "docs" / "tutorials" / "first-plugin.md"
# Reads as a reader does, from the first block to the last: each page takes some seconds.
pytestmark = pytest.mark.slow


@pytest.mark.parametrize("page", ["README.md", FIRST_STEPS, "docs/how-to/plugins-for-admins.md"])
def test_calls_of_the_page_answer_as_it_says(page, demo, reader):
    folder, environment = reader
    shutil.copy(demo, folder / "ready.json")
    run_page(REPOSITORY / page, cwd=folder, environment=environment)


@pytest.mark.e2e
@pytest.mark.parametrize("page", ["README.md", FIRST_STEPS])
def test_snippet_of_the_page_runs_in_the_real_sdk(page, demo, reader):
    folder, _environment = reader
    shutil.copy(demo, folder / "ready.json")
    python = REPOSITORY / ".venv-sdk" / "bin" / "python"
    if not python.exists():
        pytest.fail("The SDK's environment is missing: `make sdk` makes it, and so does `make test`.")
    (block,) = [block for block in blocks_of(REPOSITORY / page) if block.language == "python"]
    done = subprocess.run([python, "-c", block.text], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert_prints(block, done.stdout)


def install(source, site):
    """Do what `pip install` does to an environment, without a network: copy the package, write its entry points."""
    project = tomllib.loads((source / "pyproject.toml").read_text())["project"]
    (package,) = (path.parent for path in source.glob("*/plugin.toml"))
    shutil.copytree(package, site / package.name)
    info = site / f"{package.name}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    points = [f"{name} = {value}" for name, value in project["entry-points"]["tenon.plugins"].items()]
    (info / "entry_points.txt").write_text("\n".join(["[tenon.plugins]", *points, ""]))


def test_first_plugin_is_written_tested_locked_and_enabled(demo, reader, tmp_path):
    folder, environment = reader
    blocks = blocks_of(FIRST_PLUGIN)
    (step,) = [index for index, block in enumerate(blocks) if block.language == "console"]
    assert blocks[step].text == "pip install -e .\n"
    before, after = (
        [block for block in part if block.language == "sh"] for part in (blocks[:step], blocks[step + 1 :])
    )
    # The tests of the plugin are a run of their own: neither our plugins nor our settings.
    options = "-p no:cacheprovider -p no:django -p no:randomly"
    printed = run_shell(before, cwd=folder, environment={**environment, "PYTEST_ADDOPTS": options})

    site = tmp_path / "site"
    site.mkdir()
    install(folder / "tenon-bird-notes", site)
    platform = {
        **environment,
        "PYTHONPATH": os.pathsep.join([str(site), str(REPOSITORY)]),
        "TENON_DATA_DIR": str(tmp_path / "data"),
        "DATABASE_URL": _url_of_this_database(),
    }
    printed += run_shell(after, cwd=folder, environment=platform)
    assert json.loads((tmp_path / "data" / "plugins.lock.json").read_text())["plugins"]
    for block, text in zip([*before, *after], printed, strict=True):
        assert_prints(block, text)


def _url_of_this_database():
    base, _, _name = os.environ["DATABASE_URL"].rpartition("/")
    return f"{base}/{django_settings.DATABASES['default']['NAME']}"
