import pytest
from tenon_quality.models import Note

from platform_core.sdk.testing.clients import client_of
from platform_core.sdk.testing.scopes import records_of, tenant_scope

NOTES = "/api/quality/notes/"


@pytest.fixture
def note(api_client, task_ids):
    made = api_client.post(NOTES, {"task": task_ids[0], "kind": "unclear", "text": "Who is Anna?"})
    assert made.status_code == 201, made.content
    return made.json()


def test_note_is_written_with_its_audit_entry_and_event(organization, api_client, note, task_ids):
    page = api_client.get(f"{NOTES}?task={task_ids[0]}").json()

    assert [item["id"] for item in page["results"]] == [note["id"]]
    assert (note["author"], note["resolved_at"]) == (api_client.member.pk, None)
    facts = {"note": note["id"], "task": task_ids[0], "kind": "unclear"}
    records = records_of(organization)
    assert records.events("quality.note_added") == [facts]
    assert records.audit("quality.note_added") == [(api_client.member.pk, str(note["id"]), facts)]


def test_note_of_an_unknown_kind_is_refused_until_the_settings_know_it(api_client, change_settings, task_ids):
    body = {"task": task_ids[0], "kind": "boring", "text": "Nothing happens."}
    refused = api_client.post(NOTES, body)
    assert change_settings(kinds=["boring"]).status_code == 200

    assert (refused.status_code, list(refused.json()["validation_errors"])) == (400, ["kind"])
    assert api_client.post(NOTES, body).status_code == 201


def test_closing_a_note_twice_tells_of_it_once(organization, api_client, note):
    for _ in range(2):
        closed = api_client.patch(f"{NOTES}{note['id']}/", {"resolved": True})
        assert closed.json()["resolved_at"] is not None
    assert api_client.get(f"{NOTES}?open=true").json()["count"] == 0

    assert api_client.patch(f"{NOTES}{note['id']}/", {"resolved": False}).json()["resolved_at"] is None
    records = records_of(organization)
    assert [len(records.events(f"quality.note_{what}")) for what in ("resolved", "reopened")] == [1, 1]


def test_annotator_reads_and_writes_notes_of_their_own_projects_only(organization, api_client, project, note, task_ids):
    annotator = client_of(organization, role="AN")
    body = {"task": task_ids[0], "kind": "unclear", "text": "Which rain?"}

    assert annotator.get(NOTES).json()["count"] == 0
    assert annotator.get(f"{NOTES}{note['id']}/").status_code == 404
    assert annotator.post(NOTES, body).status_code == 404
    api_client.patch(f"/api/projects/{project['id']}/access/", {"members": [annotator.member.pk]})
    assert annotator.get(NOTES).json()["count"] == 1
    assert annotator.post(NOTES, body).status_code == 201
    assert annotator.patch(f"{NOTES}{note['id']}/", {"resolved": True}).status_code == 403


def test_other_organization_sees_nothing(organization, other_organization, enable, note):
    off = client_of(other_organization)
    assert off.get(NOTES).status_code == 404
    enable(other_organization, "quality")

    on = client_of(other_organization)
    assert on.get(NOTES).json()["count"] == 0
    assert on.get(f"{NOTES}{note['id']}/").status_code == 404


def test_deleting_the_task_deletes_its_notes_in_the_database(organization, api_client, note, task_ids):
    assert api_client.delete(f"/api/tasks/{task_ids[0]}/").status_code == 204

    with tenant_scope(organization):
        assert not Note.objects.exists()
