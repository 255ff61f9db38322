import importlib
import pkgutil
import subprocess
import sys

import pytest

import platform_core.sdk

MODULES = ["platform_core.sdk"] + [
    f"platform_core.sdk.{module.name}"
    for module in pkgutil.iter_modules(platform_core.sdk.__path__)
    if module.name != "testing"
]


@pytest.mark.parametrize("name", MODULES)
def test_public_names_are_listed_sorted_and_there(name):
    module = importlib.import_module(name)

    assert sorted(set(module.__all__)) == sorted(module.__all__)
    assert [item for item in module.__all__ if not hasattr(module, item)] == []


def test_package_and_app_base_can_be_imported_before_django_is_set_up():
    code = (
        "import sys, platform_core.sdk, platform_core.sdk.apps, platform_core.sdk.testing.authors;"
        "from django.conf import settings; sys.exit(settings.configured)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_level_is_supported():
    assert platform_core.sdk.HOOK_LEVEL in platform_core.sdk.SUPPORTED_HOOK_LEVELS
