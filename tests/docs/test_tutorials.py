"""What the pages tell a reader to type is typed here."""

import json
import os
import re
import shutil
import subprocess

import pytest
from django.conf import settings as django_settings

from tests.support.documents import assert_prints, blocks_of, run_page, run_shell
from tests.support.plugin_site import EXAMPLES, link
from tests.support.quickstart import REPOSITORY

FIRST_STEPS = "docs/tutorials/first-steps.md"
FIRST_PLUGIN = REPOSITORY / "docs" / "tutorials" / "first-plugin.md"
ORDERS = REPOSITORY / "docs" / "tutorials" / "orders.md"
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
    run_author_page(FIRST_PLUGIN, folder / "tenon-bird-notes", environment, DATABASE_URL=_url_of_this_database())

    assert json.loads((tmp_path / "data" / "plugins.lock.json").read_text())["plugins"]


def test_orders_are_built_and_tested_and_are_those_of_the_example(django_db_setup, reader):
    folder, environment = reader
    plugin = folder / "tenon-orders"
    run_author_page(ORDERS, plugin, {**environment, "EXAMPLE": str(EXAMPLES / "orders")})

    for path in sorted((EXAMPLES / "orders" / "tenon_orders").rglob("*.*")):
        if path.suffix in {".py", ".toml"} and "migrations" not in path.parts:
            written = plugin / path.relative_to(EXAMPLES / "orders")
            assert written.read_text() == path.read_text(), f"{path.name} differs between the page and the example"
    migrations = [root / "tenon_orders" / "migrations" / "0001_initial.py" for root in (plugin, EXAMPLES / "orders")]
    # The newest migrations of the core, on which it is built, are others with each release.
    texts = {
        "".join(sorted(re.sub(r"\(['\"]\w+['\"], ['\"]\d{4}_\w+['\"]\)|#.*\n|[\s,\"'()]", "", path.read_text())))
        for path in migrations
    }
    assert len(texts) == 1, "the example's migration is not what makemigrations writes"


def run_author_page(page, plugin, environment, **more):
    """Do what a page says; between its blocks `pip install -e .` makes the plugin known, as it would be by pip."""
    blocks = blocks_of(page)
    (step,) = [index for index, block in enumerate(blocks) if block.language == "console"]
    assert blocks[step].text == "pip install -e .\n"
    before, after = (
        [block for block in part if block.language == "sh"] for part in (blocks[:step], blocks[step + 1 :])
    )
    printed = run_shell(before, cwd=plugin.parent, environment=environment)
    # What `pip install -e` does to an environment, without a network.
    base = plugin.parents[1]
    installed = link(base / "site", plugin)
    platform = {
        **environment,
        "PYTHONPATH": os.pathsep.join([*map(str, installed), str(REPOSITORY)]),
        "TENON_DATA_DIR": str(base / "data"),
        "DATABASE_URL": os.environ["DATABASE_URL"],
        "PYTEST_ADDOPTS": "-p no:cacheprovider",
        **more,
    }
    printed += run_shell(after, cwd=plugin, environment=platform)
    for block, text in zip([*before, *after], printed, strict=True):
        assert_prints(block, text)


def _url_of_this_database():
    base, _, _name = os.environ["DATABASE_URL"].rpartition("/")
    return f"{base}/{django_settings.DATABASES['default']['NAME']}"
