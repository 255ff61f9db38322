"""Fixtures of the core's own tests: those that plugin authors get, and nothing hidden."""

pytest_plugins = ["platform_core.sdk.testing.database"]
