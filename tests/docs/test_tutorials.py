"""What the pages tell a reader to type is typed here."""

import json
import os
import shutil
import subprocess

import pytest
from django.conf import settings as django_settings

from tests.support.documents import assert_prints, blocks_of, run_page, run_shell
from tests.support.plugin_site import link
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


def test_first_plugin_is_written_tested_locked_and_enabled(demo, reader, tmp_path):
    folder, environment = reader
    blocks = blocks_of(FIRST_PLUGIN)
    (step,) = [index for index, block in enumerate(blocks) if block.language == "console"]
    assert blocks[step].text == "pip install -e .\n"
    before, after = (
        [block for block in part if block.language == "sh"] for part in (blocks[:step], blocks[step + 1 :])
    )
    printed = run_shell(before, cwd=folder, environment=environment)

    plugin = folder / "tenon-bird-notes"
    # What `pip install -e` does to an environment, without a network.
    installed = link(tmp_path / "site", plugin)
    platform = {
        **environment,
        "PYTHONPATH": os.pathsep.join([*map(str, installed), str(REPOSITORY)]),
        "TENON_DATA_DIR": str(tmp_path / "data"),
        "DATABASE_URL": _url_of_this_database(),
        "PYTEST_ADDOPTS": "-p no:cacheprovider",
    }
    printed += run_shell(after, cwd=plugin, environment=platform)
    assert json.loads((tmp_path / "data" / "plugins.lock.json").read_text())["plugins"]
    for block, text in zip([*before, *after], printed, strict=True):
        assert_prints(block, text)


def _url_of_this_database():
    base, _, _name = os.environ["DATABASE_URL"].rpartition("/")
    return f"{base}/{django_settings.DATABASES['default']['NAME']}"
