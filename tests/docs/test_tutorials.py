"""What the pages tell a reader to type is typed here."""

import shutil

import pytest

from tests.support.documents import run_page
from tests.support.quickstart import REPOSITORY

# Reads as a reader does, from the first block to the last: each page takes some seconds.
pytestmark = pytest.mark.slow


@pytest.mark.parametrize("page", ["docs/tutorials/first-steps.md", "docs/how-to/plugins-for-admins.md"])
def test_calls_of_the_page_answer_as_it_says(page, demo, reader):
    folder, environment = reader
    shutil.copy(demo, folder / "ready.json")
    run_page(REPOSITORY / page, cwd=folder, environment=environment)
