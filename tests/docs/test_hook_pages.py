"""Every hook has a page, and the page says what its specification says."""

import pytest

from platform_core.plugins.hookspecs import HOOKS
from tools.hook_pages import FOLDER, pages


def test_every_hook_has_a_page_and_every_page_a_hook():
    assert {path.stem for path in FOLDER.glob("*.md")} == set(HOOKS)


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_page_is_the_one_that_the_specification_makes(name):
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")

    assert text == pages()[f"{name}.md"], "run python -m tools.hook_pages"
    assert all(heading in text for heading in ("## Arguments", "## Result", "## Example"))
