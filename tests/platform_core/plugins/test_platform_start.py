import json
import os
import subprocess
import sys

import pytest

from platform_core.plugins.preflight import lock_plugins

from_lock = """
import json, sys
import django
django.setup()
from django.core.management import call_command
from platform_core.plugins.loader import get_registry
call_command("check")
registry = get_registry()
labels = [config.label for config in django.apps.apps.get_app_configs()]
routes = [str(pattern.pattern) for pattern in registry.url_resolvers()]
reasons = {slug: plugin.reason for slug, plugin in registry.quarantined.items()}
print(json.dumps([list(registry.plugins), labels, routes, reasons]))
"""


@pytest.mark.slow  # tries every broken plugin in a process of its own, one of which hangs until its time is up
def test_platform_starts_beside_every_broken_plugin_and_names_the_culprits(tmp_path, site, sources):
    names = sorted(path.name for path in sources.iterdir() if path.is_dir())
    data_dir = tmp_path / "data"
    lock = lock_plugins(
        data_dir,
        strict=False,
        candidates=site.install(*names),
        settings_module="platform_core.settings.test",
        timeout=8,
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", from_lock],
        env=os.environ
        | {
            "TENON_DATA_DIR": str(data_dir),
            "DJANGO_SETTINGS_MODULE": "platform_core.settings.test",
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    loaded, labels, routes, reasons = json.loads(done.stdout.splitlines()[-1])

    assert loaded == ["failing_migration", "hanging_hook", "healthy", "raising_hook", "healthy_child"]
    assert labels[-2:] == ["failing_migration", "healthy"]
    assert routes == ["healthy/"]
    assert reasons.keys() == set(names) - set(loaded)
    assert [plugin.slug for plugin in lock.accepted] == loaded
