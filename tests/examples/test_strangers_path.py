"""What somebody does who has never met us: a clean environment with the platform alone, and a plugin of their own."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import psycopg
import pytest

from platform_core.sdk.testing.database import cloned_database
from tests.support.plugin_site import REPOSITORY

SLUG = "bird_notes"
# Calls the plugin's endpoint as the owner of each organization, over the real middleware.
CALLS = f"""
import django, json
django.setup()
from platform_core.sdk.testing.clients import client_of
from tenants.models import organization_refs
answers = {{}}
for ref in organization_refs():
    client = client_of(ref)
    document = client.get("/api/schema/?format=json").content.decode()
    answers[ref.slug] = [client.get("/api/{SLUG}/status/").status_code, "/api/{SLUG}/status/" in document]
print(json.dumps(answers))
"""


class Environment:
    """A virtual environment with the platform and what it needs, and none of the bundled plugins."""

    def __init__(self, root):
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(root / "venv")], check=True)
        self.python, self.root = root / "venv" / "bin" / "python", root
        (site,) = (root / "venv" / "lib").glob("python*/site-packages")
        for entry in Path(sysconfig.get_path("purelib")).iterdir():
            if not entry.name.startswith(("tenon_", "_editable_impl_tenon_", "_tenon_", "__pycache__")):
                (site / entry.name).symlink_to(entry)
        # Whichever way the platform itself is installed here.
        (site / "platform.pth").write_text(f"{REPOSITORY}\n")
        self.variables = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.variables |= {
            "DJANGO_SETTINGS_MODULE": "platform_core.settings.test",
            "TENON_DATA_DIR": str(root / "data"),
        }

    def run(self, *words, cwd=None, **more):
        done = subprocess.run(
            [str(self.python), *words],
            cwd=cwd or self.root,
            env={**self.variables, **more},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def tenon(self, *words, **more):
        return self.run("-m", "platform_core.cli", *words, **more)

    def install(self, folder):
        """`pip install -e`, without the network: the build system is installed here already."""
        options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-index", "--no-build-isolation"]
        command = [sys.executable, "-m", "pip", "--python", str(self.python), "install", *options, "-e", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=self.variables)
        assert done.returncode == 0, done.stderr


@pytest.fixture
def environment(tmp_path):
    return Environment(tmp_path)


def tables(url):
    """Return (schema, table) of each table of the plugin, anywhere."""
    with psycopg.connect(url) as connection:
        query = "SELECT schemaname, tablename FROM pg_tables WHERE starts_with(tablename, %s) ORDER BY 1, 2"
        return connection.execute(query, [f"{SLUG}_"]).fetchall()


@pytest.mark.slow  # makes an environment, installs a distribution into it and runs the platform there
def test_stranger_writes_installs_tests_enables_calls_and_purges_a_plugin(environment, django_db_setup):
    environment.tenon("plugin", "new", SLUG, "--all")
    plugin = environment.root / "tenon-bird-notes"
    environment.install(plugin)
    for words in (("check",), ("format", "--check")):
        subprocess.run([sys.executable, "-m", "ruff", *words, "--no-cache", "--quiet", "."], cwd=plugin, check=True)
    environment.tenon("plugin", "makemigrations", SLUG, "--check")

    server = os.environ["DATABASE_URL"]
    own = environment.run(
        "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", cwd=plugin, DATABASE_URL=server
    )
    assert " passed" in own
    assert "skipped" not in own

    proof = environment.tenon("plugin", "prove", str(plugin), "--tier", "gold", DATABASE_URL=server)
    assert "tier: gold" in proof

    with cloned_database() as name:
        url = f"{server.rpartition('/')[0]}/{name}"
        assert f"{SLUG} 0.1.0: accepted" in environment.tenon("plugins", "lock", "--strict")
        assert "enabled" in environment.tenon(
            "plugins", "enable", SLUG, "--organization", "alpha", "--yes", DATABASE_URL=url
        )
        assert [table for _schema, table in tables(url)] == [f"{SLUG}_note"]
        answers = json.loads(environment.run("-W", "ignore", "-c", CALLS, DATABASE_URL=url))
        assert answers == {"alpha": [200, True], "beta": [404, False]}

        traced = environment.tenon(
            "plugin", "trace", "GET", f"/api/{SLUG}/status/", "--organization", "alpha", DATABASE_URL=url
        )
        assert traced.startswith(f"GET /api/{SLUG}/status/: 200\n")

        for words in (("disable",), ("purge", "--force")):
            environment.tenon("plugins", *words, SLUG, "--organization", "alpha", "--yes", DATABASE_URL=url)
        assert tables(url) == []
        listed = environment.tenon("plugins", "list", "--organization", "alpha", DATABASE_URL=url)
        assert listed.split()[:2] == [SLUG, "available"]
