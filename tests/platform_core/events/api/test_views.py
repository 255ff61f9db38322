import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from platform_core.events.models import AuditEntry
from platform_core.events.services import record_audit
from tenants.scope import tenant_scope


@pytest.fixture
def entries(alpha, alpha_client):
    with tenant_scope(alpha):
        for number in range(5):
            record_audit(actor=None, action="thing.made", target_type="thing", target_id=number)
        AuditEntry.objects.create(
            action="thing.changed",
            target_type="thing",
            target_id="3",
            actor_id=alpha_client.member.pk,
            actor_email="owner@alpha.example",
        )


def _get(client, **query):
    return client.get("/api/audit/", query)


def _found(client, **query):
    return [(row["action"], row["target_id"]) for row in _get(client, target_type="thing", **query).json()["results"]]


def test_entries_come_newest_first_in_pages_that_do_not_shift(alpha, alpha_client, entries):
    first = _get(alpha_client, target_type="thing", page_size=4).json()
    with tenant_scope(alpha):
        record_audit(actor=None, action="thing.made", target_type="thing", target_id=9)
    second = alpha_client.get(first["next"]).json()

    assert [row["target_id"] for row in first["results"]] == ["3", "4", "3", "2"]
    assert [row["target_id"] for row in second["results"]] == ["1", "0"]
    assert second["next"] is None


def test_filters_combine(alpha_client, entries):
    made_3, changed_3 = ("thing.made", "3"), ("thing.changed", "3")

    assert _found(alpha_client, target_id="3") == [changed_3, made_3]
    assert _found(alpha_client, target_id="3", action="thing.made") == [made_3]
    assert _found(alpha_client, actor=alpha_client.member.pk) == [changed_3]
    assert _found(alpha_client, since="2999-01-01T00:00:00Z") == []
    assert len(_found(alpha_client, since="2000-01-01T00:00:00Z", until="2999-01-01T00:00:00Z")) == 6
    assert _found(alpha_client, until="2000-01-01T00:00:00Z") == []


@pytest.mark.parametrize("query", [{"actor": "x"}, {"since": "yesterday"}, {"page_size": 0}, {"before_id": "9" * 30}])
def test_malformed_filter_is_refused(alpha_client, query):
    answer = _get(alpha_client, **query)

    assert answer.status_code == 400
    assert set(answer.json()["validation_errors"]) == set(query)


def test_nul_character_is_refused(alpha_client):
    assert alpha_client.get("/api/audit/?action=a%00b").status_code == 400


@pytest.mark.parametrize(("role", "status"), [("OW", 200), ("AD", 200), ("MA", 403), ("RE", 403), ("AN", 403)])
def test_only_administrators_read_the_audit(alpha, make_client, role, status):
    assert _get(make_client(alpha, role=role)).status_code == status


def test_entries_of_alpha_are_not_in_beta(entries, beta_client):
    assert _found(beta_client) == []


def test_page_takes_one_query(steady_gate, alpha_client, entries):
    _get(alpha_client)

    with CaptureQueriesContext(connection) as statements:
        _get(alpha_client)

    assert len([found for found in statements if 'FROM "events_auditentry"' in found["sql"]]) == 1
