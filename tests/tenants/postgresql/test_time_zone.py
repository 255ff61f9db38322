"""A server whose time zone is Asia/Tokyo gives the same times."""

from datetime import UTC, datetime

import orjson
import pytest
from django.db import connection, connections

from platform_core.sdk.testing.clients import client_of
from platform_core.tasks.queries.json_sql import moment
from tenants.models import Organization, organization_refs
from tenants.scope import public_scope

MOMENT = datetime(2026, 3, 29, 0, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def in_tokyo(committed):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {committed} SET timezone TO 'Asia/Tokyo'")
    connections.close_all()
    # Without what our settings ask of a connection, the server speaks Tokyo's time.
    parameters = connection.get_connection_params()
    del parameters["options"]
    with connection.Database.connect(**parameters) as plain:
        assert plain.execute("SHOW timezone").fetchone() == ("Asia/Tokyo",)


def _value(statement, *arguments):
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return cursor.fetchone()[0]


def test_connections_run_in_utc(in_tokyo):
    assert _value("SHOW timezone") == "UTC"
    assert _value("SELECT '2026-03-29 00:30:15.123456'::timestamptz") == MOMENT
    assert _value("SELECT %s::timestamptz::text", MOMENT) == "2026-03-29 00:30:15.123456+00"


def test_moments_written_by_the_database_are_utc(in_tokyo):
    assert _value(f"SELECT {moment('%s::timestamptz')}", MOMENT) == "2026-03-29T00:30:15.123456Z"


def test_rows_come_back_at_the_time_they_were_written(in_tokyo):
    with public_scope():
        Organization.objects.update(delete_after=MOMENT)
        assert set(Organization.objects.values_list("delete_after", flat=True)) == {MOMENT}


def test_api_answers_with_the_time_of_the_request(in_tokyo):
    client = client_of(organization_refs(slug="alpha")[0])
    before = datetime.now(UTC)

    project = orjson.loads(client.post("/api/projects/", {"title": "Kites"}, format="json").content)

    created = datetime.fromisoformat(project["created_at"])
    assert project["created_at"].endswith("Z")
    assert 0 <= (created - before).total_seconds() < 60
