import csv
import io
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from platform_core.events.models import AuditEntry
from platform_core.events.queries import EXPORTED
from platform_core.events.services import record_audit
from platform_core.members.models import ApiKey
from platform_core.members.queries.acting import acting_member
from platform_core.plugins.acting import acting_as
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


def acting_member_of(organization, client):
    with tenant_scope(organization):
        return acting_member(client.member.pk)


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


def test_entry_says_by_which_credential_program_and_request(alpha, alpha_client):
    answer = alpha_client.post("/api/teams/", {"name": "Wing"}, HTTP_USER_AGENT="x" * 300, REMOTE_ADDR="192.0.2.9")

    (entry,) = _get(alpha_client, request_id=answer["X-Request-ID"]).json()["results"]
    with tenant_scope(alpha):
        key = ApiKey.objects.get(member_id=alpha_client.member.pk)
    assert (entry["credential"], entry["credential_id"]) == ("api_key", str(key.pk))
    assert (entry["user_agent"], entry["ip_address"], entry["plugin"]) == ("x" * 200, "192.0.2.9", "")


def test_entries_are_found_by_origin(alpha, alpha_client, entries):
    principal = acting_member_of(alpha, alpha_client)
    with tenant_scope(alpha), acting_as("kites"):
        record_audit(actor=principal, action="thing.flown", target_type="thing", target_id=7)

    flown, made = [("thing.flown", "7")], [("thing.made", str(number)) for number in (4, 3, 2, 1, 0)]
    assert _found(alpha_client, plugin="kites") == _found(alpha_client, credential="platform") == flown
    assert _found(alpha_client, plugin="", action="thing.made") == made
    assert _found(alpha_client, action="thing.m*") == []
    assert len(_found(alpha_client, action="thing.*")) == 7
    assert _found(alpha_client, action="%.*") == _found(alpha_client, action="thin_.*") == []
    assert _found(alpha_client, ip_address="192.0.2.1") == []


def test_csv_export_is_whole_and_runs_nothing_in_a_spreadsheet(alpha, alpha_client, entries):
    with tenant_scope(alpha):
        record_audit(actor=None, action="thing.named", target_type="thing", target_id="=1+1", data={"a": "=cmd"})
    answer = alpha_client.get("/api/audit/export/", {"target_type": "thing"})
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))

    assert answer["Content-Type"] == "text/csv"
    assert re.fullmatch(r'attachment; filename="audit-of-alpha-at-[0-9-]+\.csv"', answer["Content-Disposition"])
    assert [row["target_id"] for row in rows] == ["'=1+1", "3", "4", "3", "2", "1", "0"]
    assert json.loads(rows[0]["data"]) == {"a": "=cmd"}
    assert rows[1]["actor"] == str(alpha_client.member.pk)


def test_json_lines_export_says_what_the_list_says(alpha_client, entries):
    lines = alpha_client.get("/api/audit/export/", {"format": "jsonl", "target_type": "thing"}).getvalue().splitlines()
    listed = _get(alpha_client, target_type="thing").json()["results"]

    assert [json.loads(line) for line in lines] == [{name: row[name] for name in EXPORTED} for row in listed]


def test_export_is_an_entry_itself_and_reads_in_constant_statements(steady_gate, alpha, alpha_client, entries):
    _get(alpha_client)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as statements:
            alpha_client.get("/api/audit/export/", {"action": "thing.*"}).getvalue()
        counts.append(len(statements))
        with tenant_scope(alpha):
            for number in range(30):
                record_audit(actor=None, action="thing.made", target_type="thing", target_id=number)

    assert counts[0] == counts[1]
    told = _get(alpha_client, action="audit.exported").json()["results"]
    assert [row["data"] for row in told] == [{"format": "csv", "filters": {"action": "thing.*"}}] * 2


@pytest.mark.parametrize("query", [{"format": "xml"}, {"credential": "luck"}, {"ip_address": "here"}])
def test_malformed_export_is_refused(alpha_client, query):
    assert alpha_client.get("/api/audit/export/", query).status_code == 400


def test_export_of_beta_holds_nothing_of_alpha(alpha_client, entries, beta_client):
    assert b"thing." not in beta_client.get("/api/audit/export/").getvalue()
    assert beta_client.get("/api/audit/export/", {"target_type": "thing"}).getvalue().count(b"\r\n") == 1


def test_only_administrators_export_the_audit(alpha, make_client):
    assert make_client(alpha, role="MA").get("/api/audit/export/").status_code == 403


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
