"""Distributions made visible to a child process as an editable installation would: a `.dist-info` and a search path."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLES = REPOSITORY / "examples"


def write_dist_info(site, project, *, editable=False):
    """Write what `pip install` would write about a distribution into the folder `site`."""
    folder = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    lines = [f"{name} = {value}" for name, value in project["entry-points"]["tenon.plugins"].items()]
    (folder / "entry_points.txt").write_text("\n".join(["[tenon.plugins]", *lines, ""]))
    if editable:
        (folder / "direct_url.json").write_text('{"url": "file:///src", "dir_info": {"editable": true}}')
    return folder


def link(site, *roots):
    """Make distributions visible from where they are; returns the folders for the search path."""
    site.mkdir(exist_ok=True)
    for root in roots:
        write_dist_info(site, _project(root), editable=True)
    return [site, *roots]


def environment_with(folders, **extra):
    """Return this process's environment for a child that finds our own code and these folders first."""
    search = [str(REPOSITORY), *map(str, folders), *filter(None, sys.path)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "TENON_TEST_"))}
    return {**kept, "PYTHONPATH": os.pathsep.join(search), **extra}


def run_tests_of(*roots, site, depends=()):
    """Run the own tests of distributions as their authors would, on the database server of this run.

    All in one process, because trying every installed plugin costs more than their tests; the fixture `enabled` enables
    the plugins of them all, the first ones first.
    """
    slugs = [slug for root in (*depends, *roots) for slug in _project(root)["entry-points"]["tenon.plugins"]]
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"]
    command += ["-c", str(roots[0] / "pyproject.toml"), "-o", f"tenon_plugins={' '.join(slugs)}"]
    return subprocess.run(
        [*command, *(str(root / "tests") for root in roots)],
        cwd=roots[0],
        env=environment_with(link(site, *roots, *depends)),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def _project(root):
    return tomllib.loads((root / "pyproject.toml").read_text())["project"]
