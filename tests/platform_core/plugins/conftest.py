"""Installs the distributions of `tests/broken_plugins` into a temporary site folder, as pip would."""

import importlib
import shutil
import sys
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest

from platform_core.plugins.discovery import discover
from platform_core.plugins.loader import use_registry
from platform_core.plugins.lock import current_environment
from tests.support.loaded_plugins import registry_of
from tests.support.plugin_site import write_dist_info

SOURCES = Path(__file__).parents[2] / "broken_plugins"


class Site:
    """A site folder on sys.path."""

    def __init__(self, path):
        self.path = path

    def install(self, *names, editable=False):
        for name in names:
            source = SOURCES / name
            project = tomllib.loads((source / "pyproject.toml").read_text())["project"]
            shutil.copytree(
                source / f"tenon_{name}", self.path / f"tenon_{name}", ignore=shutil.ignore_patterns("__pycache__")
            )
            write_dist_info(self.path, project, editable=editable)
        return self.candidates()

    def candidates(self):
        importlib.invalidate_caches()
        return discover(distributions(path=[str(self.path)]))

    def package(self, name):
        return self.path / f"tenon_{name}"


@pytest.fixture
def site(tmp_path, monkeypatch):
    path = tmp_path / "site"
    path.mkdir()
    monkeypatch.syspath_prepend(path)
    before = set(sys.modules)
    yield Site(path)
    for name in set(sys.modules) - before:
        if name.startswith("tenon_"):
            del sys.modules[name]


@pytest.fixture
def environment():
    return current_environment()


@pytest.fixture(name="write_dist_info")
def dist_info_writer():
    return write_dist_info


@pytest.fixture
def sources():
    return SOURCES


@pytest.fixture
def install():
    """Return a function that replaces the plugins of this process: `install(loaded("kites"), ...)`."""
    # Routes are read once a process: not from the plugins of whichever test happens to be the first to need them.
    importlib.import_module("platform_core.plugins.api.urls")
    entered = []

    def replace(*plugins, **more):
        context = use_registry(registry_of(*plugins, **more))
        entered.append(context)
        return context.__enter__()

    yield replace
    for context in reversed(entered):
        context.__exit__(None, None, None)
