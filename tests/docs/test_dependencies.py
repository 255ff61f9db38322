"""The page of dependencies names those of pyproject.toml, and no licence slips in unseen."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, metadata

import pytest

from tests.support.quickstart import REPOSITORY

PAGE = REPOSITORY / "docs" / "dependencies.md"
ROW = re.compile(r"^\| ([A-Za-z0-9_.-]+) \|([^|]+)\|([^|]+)\|([^|]+)\|([^|]+)\|$", re.MULTILINE)


def declared():
    """Return the names of all dependencies but our own distribution."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    names = {re.match(r"[A-Za-z0-9_.-]+", text)[0] for group in groups for text in group}
    return names - {project["name"]}


def rows():
    """Return name to cells: purpose, licence, upkeep, exit."""
    found = {match[1]: [cell.strip() for cell in match.groups()[1:]] for match in ROW.finditer(PAGE.read_text())}
    return {name: cells for name, cells in found.items() if name not in {"name", "---"}}


def licence_of(name):
    """Return what the installed package says of its licence."""
    about = metadata(name)
    classifiers = [text for text in about.get_all("Classifier") or [] if text.startswith("License")]
    return " ".join([about.get("License-Expression") or "", (about.get("License") or "")[:200], *classifiers])


def test_page_names_every_dependency_and_no_other():
    assert set(rows()) == declared()


def test_every_dependency_has_purpose_licence_upkeep_and_exit():
    assert all(all(cells) for cells in rows().values())


@pytest.mark.parametrize("name", sorted(declared()))
def test_copyleft_is_named_where_the_package_has_it(name):
    try:
        licence = licence_of(name)
    except PackageNotFoundError:
        pytest.skip("not installed here")
    for family in ("AGPL", "LGPL", "MPL", "GPL"):
        if re.search(rf"\b{family}", licence):
            assert re.search(rf"\b{family}", rows()[name][1]), f"{name} says {licence.strip()}"
