"""Links between the pages lead somewhere, and tests and files that pages name are there."""

import ast
import re

import pytest

from tests.support.quickstart import REPOSITORY

PAGES = sorted([*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md"), *REPOSITORY.glob("plugins/*/README.md")])
FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
NAMED = re.compile(r"`((?:tests|plugins|platform_core|tenants|docs|tools|bench)/[A-Za-z0-9_./-]*)(?:::([a-z0-9_]+))?`")


def text_of(page):
    """Return a page without its code blocks."""
    return FENCED.sub("", page.read_text(encoding="utf-8"))


def headings(page):
    """Return the anchors of a page, as the usual hosts make them."""
    titles = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_links_lead_somewhere(page):
    for target in LINK.findall(text_of(page)):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        other = (page.parent / path).resolve() if path else page
        assert other.exists(), f"{target} leads nowhere"
        assert other.is_relative_to(REPOSITORY), f"{target} leaves the repository"
        if anchor:
            assert anchor in headings(other), f"{other.name} has no heading {anchor}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_files_and_tests_that_are_named_are_there(page):
    for path, test in NAMED.findall(text_of(page)):
        file = REPOSITORY / path
        assert file.exists(), f"{path} is not there"
        if test:
            tree = ast.parse(file.read_text(encoding="utf-8"))
            names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
            assert test in names, f"{path} has no {test}"


def test_every_page_is_reached_from_the_readme():
    reached, waiting = set(), [REPOSITORY / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        targets = (
            page.parent / target.partition("#")[0] for target in LINK.findall(text_of(page)) if ":" not in target
        )
        waiting += [path.resolve() for path in targets if path.suffix == ".md" and path.exists()]
    lost = {path for path in PAGES if path.is_relative_to(REPOSITORY / "docs")} - reached
    assert not lost, f"no link leads to {sorted(path.name for path in lost)}"
