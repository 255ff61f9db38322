"""Fixtures of the core's own tests: those that plugin authors get, and nothing hidden."""

from hypothesis import settings

pytest_plugins = ["platform_core.sdk.testing.database"]

# For the quick look while one writes; everything runs with the hundred of the default.
settings.register_profile("fast", max_examples=20)
