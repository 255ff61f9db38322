"""Dates of the audit are searched for among ids: what is found is what comparing all dates would find."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from platform_core.events.models import AuditEntry
from platform_core.events.queries import LEEWAY, AuditFilter, audit_entries
from tenants.scope import tenant_scope

START = datetime(2026, 3, 1, tzinfo=UTC)
# Minutes after the start, in order of ids: gaps, equal times, and clocks that disagree by less than the leeway.
MINUTES = [0, 0, 10, 50, 30, 61, 2, 500, 460, 501, 2000, 1945, 9000]


@pytest.fixture
def entries(alpha):
    with tenant_scope(alpha), connection.cursor() as cursor:
        for minutes in MINUTES:
            # Numbers have gaps: transactions that were rolled back took some.
            cursor.execute("SELECT nextval(pg_get_serial_sequence('events_auditentry', 'id'))")
            cursor.execute(
                "INSERT INTO events_auditentry (action, target_type, target_id, actor_email, data, created_at,"
                " credential, plugin, request_id, user_agent) VALUES ('x.y', 'x', '1', '', '{}', %s, '', '', '', '')",
                [START + timedelta(minutes=minutes)],
            )
        yield list(AuditEntry.objects.filter(action="x.y").values_list("pk", "created_at"))


@pytest.mark.parametrize("minutes", sorted({*MINUTES, -10_000, -1, 1, 499, 1900, 1960, 8_999, 90_000}))
def test_bounds_by_id_find_what_dates_find(entries, minutes):
    moment = START + timedelta(minutes=minutes)

    since = audit_entries(AuditFilter(action="x.y", since=moment)).values_list("pk", flat=True)
    until = audit_entries(AuditFilter(action="x.y", until=moment)).values_list("pk", flat=True)

    assert list(since) == [pk for pk, created in reversed(entries) if created >= moment]
    assert list(until) == [pk for pk, created in reversed(entries) if created < moment]


def test_ends_of_time_are_dates_too(entries):
    everything = AuditFilter(
        action="x.y", since=datetime.min.replace(tzinfo=UTC), until=datetime.max.replace(tzinfo=UTC)
    )

    assert audit_entries(everything).count() == len(entries)


def test_only_the_stretch_of_the_dates_is_read(entries):
    moment = START + timedelta(minutes=500)
    wanted = audit_entries(AuditFilter(action="x.y", since=moment, until=moment + timedelta(minutes=10)))

    low, high = (lookup.rhs for lookup in wanted.query.where.children if lookup.lhs.target.name == "id")

    inside = [pk for pk, created in entries if moment - LEEWAY <= created < moment + LEEWAY]
    assert low <= min(inside)
    assert high <= max(inside) + 3
