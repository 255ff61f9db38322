import pytest

from tests.platform_core.tasks.api.conftest import choice


@pytest.fixture
def task(flow):
    return flow.tasks(1)[0]


def save(client, task, status=201, **values):
    answer = client.post(f"/api/tasks/{task}/drafts", {"result": choice(), **values})
    assert answer.status_code == status, answer.content
    return answer


def test_draft_is_shown_with_its_task_until_it_is_submitted(flow, task):
    begun = save(flow.client, task, lead_time=3.5).json()
    assert set(begun) == {
        *("id", "user", "created_username", "created_ago", "result", "lead_time", "was_postponed", "import_id"),
        *("created_at", "updated_at", "version", "task", "annotation"),
    }
    assert (begun["user"], begun["annotation"], begun["version"]) == ("owner@alpha.example", None, 1)
    for path in (f"/api/tasks/{task}/", f"/api/projects/{flow.project}/next/"):
        shown = flow.client.get(path).json()
        assert (shown["drafts"], shown["draft_exists"]) == ([begun], True)
    for fields in ("all", "task_only"):
        page = flow.client.get(f"/api/tasks/?project={flow.project}&fields={fields}").json()
        assert (page["tasks"][0]["drafts"], page["tasks"][0]["draft_exists"]) == ([begun], True)

    submitted = flow.submit(task, draft_id=begun["id"])

    assert submitted["draft_created_at"] == begun["created_at"]
    shown = flow.client.get(f"/api/tasks/{task}/").json()
    assert (shown["drafts"], shown["draft_exists"]) == ([], False)
    assert flow.client.get(f"/api/drafts/{begun['id']}/").status_code == 404


def test_draft_of_an_annotation_is_consumed_by_the_change(flow, task):
    annotation = flow.submit(task)["id"]
    path = f"/api/tasks/{task}/annotations/{annotation}/drafts"
    draft = flow.client.post(path, {"result": choice("Traffic")})
    assert (draft.status_code, draft.json()["annotation"]) == (201, annotation)
    save(flow.client, task)
    assert [item["annotation"] for item in flow.client.get(path).json()] == [annotation]
    assert len(flow.client.get(f"/api/tasks/{task}/drafts").json()) == 2

    flow.client.patch(f"/api/annotations/{annotation}/", {"result": choice("Traffic")})

    assert [item["annotation"] for item in flow.client.get(f"/api/tasks/{task}/drafts").json()] == [None]


def test_second_save_overwrites_and_a_stale_one_does_not(flow, task):
    first = save(flow.client, task)
    second = save(flow.client, task, result=choice("Traffic"), version=1)
    assert (second.json()["id"], second.json()["version"]) == (first.json()["id"], 2)
    assert second.json()["result"] == choice("Traffic")

    stale = save(flow.client, task, status=412, version=1)
    assert stale.json()["code"] == "precondition_failed"
    path = f"/api/drafts/{first.json()['id']}/"
    for refused in (
        flow.client.patch(path, {"result": [], "version": 1}),
        flow.client.patch(path, {"result": []}, HTTP_IF_MATCH=first["ETag"]),
        flow.client.delete(path, HTTP_IF_MATCH=first["ETag"]),
    ):
        assert refused.status_code == 412
        assert refused.json()["data"]["etag"] == second["ETag"]
    assert flow.client.get(path).json()["result"] == choice("Traffic")

    third = flow.client.patch(path, {"lead_time": 9}, HTTP_IF_MATCH=second["ETag"])
    assert (third.status_code, third.json()["lead_time"], third.json()["result"]) == (200, 9, choice("Traffic"))
    assert third["ETag"] == flow.client.get(path)["ETag"]
    assert flow.client.delete(path, HTTP_IF_MATCH=f'"x", {third["ETag"]}').status_code == 204


def test_drafts_are_seen_by_their_author_only(flow, task, annotators):
    mine, other = annotators(flow, 2)
    path = f"/api/drafts/{save(mine, task).json()['id']}/"

    for client in (other, flow.client):
        assert client.get(path).status_code == 404
        assert client.patch(path, {"result": []}).status_code == 404
        assert client.delete(path).status_code == 404
        assert client.get(f"/api/tasks/{task}/drafts").json() == []
        assert client.get(f"/api/tasks/{task}/").json()["drafts"] == []
    assert mine.get(path).status_code == 200


def test_draft_needs_a_task_and_an_annotation_of_it_that_one_sees(flow, task, alpha, make_client):
    (second,) = flow.tasks(1)
    annotation = flow.submit(second)["id"]
    stranger = make_client(alpha, role="AN")

    assert stranger.post(f"/api/tasks/{task}/drafts", {}).status_code == 404
    assert stranger.get(f"/api/tasks/{task}/drafts").status_code == 404
    assert flow.client.post(f"/api/tasks/{task}/annotations/{annotation}/drafts", {}).status_code == 404
    assert flow.client.post("/api/tasks/999999999999999999999/drafts", {}).status_code == 404
    assert flow.client.get("/api/drafts/999999999999999999999/").status_code == 404


@pytest.mark.parametrize("body", [{"result": {}}, {"result": [1]}, {"lead_time": -1}, {"version": "x"}])
def test_malformed_draft_is_refused(flow, task, body):
    assert flow.client.post(f"/api/tasks/{task}/drafts", body).status_code == 400


def test_postponing_gives_up_the_lock(flow, task, annotators):
    first, second = annotators(flow, 2)
    flow.next(first)
    flow.next(second, status=404)
    draft = save(first, task).json()

    first.patch(f"/api/drafts/{draft['id']}/", {"was_postponed": True})

    assert flow.next(second)["id"] == task


def test_deleted_task_takes_its_drafts_along(flow, task):
    draft = save(flow.client, task).json()["id"]
    assert flow.client.delete(f"/api/tasks/{task}/").status_code == 204
    assert flow.client.get(f"/api/drafts/{draft}/").status_code == 404


def test_deleted_project_takes_drafts_locks_and_history_along(flow, task):
    save(flow.client, task)
    flow.submit(flow.tasks(1)[0])
    flow.next()
    assert flow.client.delete(f"/api/projects/{flow.project}/").status_code == 204
