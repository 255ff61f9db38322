"""One initdb for all tests of this folder; each test starts and stops its own server on it."""

import pytest

from platform_core.embedded.postgres import EmbeddedPostgres


@pytest.fixture(scope="session")
def cluster_dir(tmp_path_factory):
    data_dir = tmp_path_factory.mktemp("cluster")
    postgres = EmbeddedPostgres(data_dir, durable=False)
    postgres.start()
    postgres.stop()
    yield data_dir
    postgres.destroy()


@pytest.fixture
def postgres(cluster_dir):
    with EmbeddedPostgres(cluster_dir, durable=False) as running:
        yield running
