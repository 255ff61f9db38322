"""Every bundled plugin, every example and what `tenon plugin new` writes is proven: the same command as an author's."""

import re
import tomllib
from pathlib import Path

import pytest

from platform_core.conformance.output import lines_of
from platform_core.conformance.subject import read_subject
from platform_core.conformance.waivers import read_waivers
from platform_core.plugins.scaffold import PARTS, write_plugin

REPOSITORY = Path(__file__).parents[3]
PLUGINS = sorted(
    path.parent for folder in ("plugins", "examples") for path in REPOSITORY.glob(f"{folder}/*/pyproject.toml")
)


def beside(path):
    """Return the examples that an example depends on: they are not installed."""
    manifest = next(path.glob("*/plugin.toml"))
    depends = tomllib.loads(manifest.read_text()).get("depends", [])
    return [REPOSITORY / "examples" / slug for slug in depends if (REPOSITORY / "examples" / slug).is_dir()]


def assert_gold(report):
    assert report.tier == "gold", "\n".join(lines_of(report, whole=True))
    assert report.unused == ()


@pytest.mark.slow  # a child process that runs everything of the plugin in three organizations
@pytest.mark.parametrize("path", PLUGINS, ids=lambda path: path.name)
def test_bundled_plugin_is_gold(proof, path):
    assert_gold(proof(path, beside=beside(path)))


@pytest.mark.slow  # as above
def test_what_plugin_new_writes_is_gold(proof, tmp_path):
    path = write_plugin("kites", output=tmp_path, parts=PARTS)
    report = proof(path)

    assert_gold(report)
    assert len([outcome for outcome in report.outcomes if outcome.tried]) > 20


def test_plugins_are_found():
    assert len(PLUGINS) > 6


@pytest.mark.parametrize("path", PLUGINS, ids=lambda path: path.name)
def test_waivers_of_bundled_plugins_are_argued(path):
    for waiver in read_waivers(path):
        assert len(waiver.reason) > 60


@pytest.mark.parametrize("path", PLUGINS, ids=lambda path: path.name)
def test_api_of_bundled_plugin_is_recorded(path):
    manifest = read_subject(path).package_dir
    has_routes = any(re.search(r"def register_routes", file.read_text()) for file in manifest.rglob("*.py"))

    assert (path / "api.json").is_file() is has_routes
