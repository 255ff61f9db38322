"""In strict mode, as in CI, a broken plugin ends the start instead of being set aside."""

import subprocess
import sys

import pytest

from tests.support.plugin_site import REPOSITORY, environment_with, link

pytestmark = pytest.mark.slow  # starts the command line, which checks the plugins in processes of their own

BROKEN = REPOSITORY / "tests" / "broken_plugins"


@pytest.mark.parametrize("command", [("serve", "--port", "1"), ("worker", "--burst"), ("migrate",)])
def test_command_does_not_start_beside_a_broken_plugin_and_names_it(tmp_path, command):
    environment = environment_with(
        link(tmp_path / "site", BROKEN / "bad_manifest"),
        TENON_DATA_DIR=str(tmp_path / "data"),
        TENON_PLUGINS_STRICT="1",
        DJANGO_SETTINGS_MODULE="platform_core.settings.test",
    )
    done = subprocess.run(
        [sys.executable, "-m", "platform_core.cli", *command],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode == 1
    assert "bad_manifest (tenon-bad-manifest)" in done.stderr
    assert "hook_level" in done.stderr
