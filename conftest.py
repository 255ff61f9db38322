"""Fixtures of the core's own tests: those that plugin authors get, and nothing hidden."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["platform_core.sdk.testing.database"]

# A busy machine is no reason to fail: tests that mean time measure it themselves.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# For the quick look while one writes.
settings.register_profile("fast", settings.get_profile("steady"), max_examples=20)
settings.load_profile("steady")
