"""Organizations with real commits, and a Redis."""

import pytest

from platform_core.embedded import redis as embedded
from platform_core.jobs import registry, transport
from tests.support import sample_jobs  # noqa: F401  (registers its jobs)


@pytest.fixture
def organizations(committed):
    """Return alpha and beta in a database where commits are real."""
    from tenants.models import WorkHint, organization_refs

    WorkHint.objects.all().delete()  # of making the organizations
    return {ref.slug: ref for ref in organization_refs()}


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory):
    if not embedded.available():
        pytest.skip("no embedded Redis on this machine")
    with embedded.EmbeddedRedis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def with_redis(redis_server, settings):
    """Use an empty Redis in this process; returns its URL."""
    settings.REDIS_URL = redis_server.url
    transport.breaker.reset()
    transport.client().flushall()
    yield redis_server.url
    transport.breaker.reset()


@pytest.fixture
def quick(settings):
    """Leases and retries short enough for a test."""
    settings.TENON_JOBS_LEASE_SECONDS = 2
    settings.TENON_JOBS_RETRY_SECONDS = 0
    settings.TENON_JOBS_INLINE_WAIT = False


@pytest.fixture
def registered():
    """Forget definitions that a test registers."""
    before = dict(registry._definitions)
    yield
    registry._definitions.clear()
    registry._definitions.update(before)
