import pytest

from platform_core.sdk.testing.scopes import records_of

PINS = "/api/quality_board/pins/"
CONFIG = """
<View>
  <Text name="text" value="$text"/>
  <Choices name="tone" toName="text"><Choice value="calm"/></Choices>
</View>
"""


@pytest.fixture
def note_id(enabled, api_client):
    project = api_client.post("/api/projects/", {"title": "Reports", "label_config": CONFIG}).json()
    report = api_client.post(f"/api/projects/{project['id']}/import?return_task_ids=1", [{"text": "Rain."}]).json()
    note = {"task": report["task_ids"][0], "kind": "unclear", "text": "Where?"}
    return api_client.post("/api/quality/notes/", note).json()["id"]


def test_pinning_twice_makes_one_pin_and_one_event(organization, api_client, note_id):
    answers = [api_client.post(PINS, {"note": note_id}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    page = api_client.get(PINS).json()
    assert [(pin["note"], pin["text"]) for pin in page["results"]] == [(note_id, "Where?")]
    assert [event["note"] for event in records_of(organization).events("quality_board.pinned")] == [note_id]


def test_note_of_an_invisible_task_cannot_be_pinned_or_read(organization, api_client, make_client, note_id):
    api_client.post(PINS, {"note": note_id})

    assert make_client(organization, role="MA").post(PINS, {"note": note_id + 1}).status_code == 404
    assert make_client(organization, role="AN").get(PINS).json()["count"] == 0
    assert make_client(organization, role="AN").post(PINS, {"note": note_id}).status_code == 403


def test_deleting_the_task_takes_note_and_pin_along(api_client, note_id):
    api_client.post(PINS, {"note": note_id})
    task = api_client.get(f"/api/quality/notes/{note_id}/").json()["task"]

    assert api_client.delete(f"/api/tasks/{task}/").status_code == 204
    assert api_client.get(PINS).json()["count"] == 0
