"""Off means absent: where every plugin is off, the core answers byte for byte as if none were installed."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connections

from platform_core.plugins.loader import get_registry
from platform_core.sdk.testing import database

# Slugs that are words of the field: the core has formats of exports, and OpenAPI a section of that name.
ORDINARY_WORDS = {"formats", "webhooks", "notifications"}
REPOSITORY = Path(__file__).parents[2]
CORE = [path for folder in ("platform_core", "tenants") for path in (REPOSITORY / folder).rglob("*") if path.is_file()]


def slugs():
    return sorted(
        {*get_registry().plugins, *(path.parent.name for path in REPOSITORY.glob("plugins/*/pyproject.toml"))}
    )


def name_of(slug):
    """Return a pattern of what names a plugin: its slug, unless that is a word that the core has a use for itself."""
    own = rf"\btenon_{slug}\b|/api/{slug}/|\b{slug}_[a-z]+\.|\b{slug}\.[a-z]+\.[a-z]+\b"
    return re.compile(own if slug in ORDINARY_WORDS else rf"\b(?:tenon_)?{slug}", re.IGNORECASE)


def printed_by(database, data_dir):
    """Run `answers.py` on a database and with a lock, and return what it prints."""
    url = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}"))
    run = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("answers.py")), *slugs()],
        env={**os.environ, "DATABASE_URL": url, "TENON_DATA_DIR": str(data_dir), "PYTHONPATH": str(REPOSITORY)},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout)


@pytest.mark.slow  # two processes, each with an organization of its own
def test_answers_of_the_core_do_not_depend_on_installed_plugins(committed, tmp_path):
    if not get_registry().plugins:
        pytest.skip("no plugin is installed: there is nothing to compare with")
    alone_database = f"{committed}_alone"
    connections.close_all()
    database._clone(alone_database, database._core_template())
    try:
        alone = printed_by(alone_database, tmp_path)
        beside = printed_by(committed, os.environ["TENON_DATA_DIR"])
    finally:
        database._drop(alone_database)

    assert alone["facts"]["plugins"] == []
    assert beside["facts"]["plugins"] == sorted(get_registry().plugins)
    assert set(beside["facts"]["apps"]) > set(alone["facts"]["apps"])
    assert len(alone["printed"]["answers"]) > 25
    differing = [
        call for call, said in alone["printed"]["answers"].items() if beside["printed"]["answers"][call] != said
    ]
    assert differing == []
    assert beside["printed"] == alone["printed"]
    assert_no_word(beside["printed"])


def assert_no_word(printed):
    """A plugin's name stands only where the caller wrote it."""
    document = printed["answers"]["GET /api/schema/"][2]
    for slug in slugs():
        word = name_of(slug)
        assert not word.search(document)
        assert [name for name in printed["tables"] + printed["permissions"] if word.search(name)] == []
        assert [call for call, said in printed["answers"].items() if slug not in call and word.search(said[2])] == []


def test_no_file_of_the_core_names_a_plugin():
    texts = {path: path.read_bytes().decode(errors="replace") for path in CORE if path.suffix != ".pyc"}
    named = [str(path) for path, text in texts.items() if any(name_of(slug).search(text) for slug in slugs())]

    assert len(CORE) > 200
    assert named == []


@pytest.mark.parametrize("folder", sorted(REPOSITORY.glob("plugins/*/tenon_*")), ids=lambda path: path.name)
def test_a_plugin_imports_of_the_platform_only_the_sdk(folder):
    platform = re.compile(r"^\s*(?:from|import) +((?:platform_core|tenants|tests)\b[\w.]*)", re.MULTILINE)
    strangers = [
        f"{path.relative_to(folder)}: {name}"
        for path in folder.rglob("*.py")
        for name in platform.findall(path.read_text())
        if name != "platform_core.sdk" and not name.startswith("platform_core.sdk.")
    ]

    assert strangers == []
