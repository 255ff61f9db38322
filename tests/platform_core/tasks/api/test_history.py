import pytest

from tests.platform_core.tasks.api.conftest import choice


def history(client, ordering=None, **query):
    parts = [f"{name}={value}" for name, value in query.items()] + ([f"ordering={ordering}"] if ordering else [])
    answer = client.get(f"/api/annotation-history/?{'&'.join(parts)}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def states(client, entity, pk, **query):
    parts = "&".join(f"{name}={value}" for name, value in query.items())
    answer = client.get(f"/api/fsm/entities/{entity}/{pk}/history?{parts}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def names(page):
    return [(item["transition_name"], item["previous_state"], item["state"]) for item in page["results"]]


@pytest.fixture
def task(flow):
    return flow.tasks(1)[0]


def test_each_change_is_kept_with_the_result_before_and_after(flow, task):
    annotation = flow.submit(task, lead_time=3)["id"]
    flow.client.patch(f"/api/annotations/{annotation}/", {"result": choice("Traffic"), "lead_time": 5})
    flow.client.patch(f"/api/annotations/{annotation}/", {"was_cancelled": True})

    items = history(flow.client, annotation=annotation)

    assert [
        (item["action"], item["previous_result"], item["result"], item["lead_time"], item["was_cancelled"])
        for item in items
    ] == [
        ("submitted", None, choice("Weather"), 3, False),
        ("updated", choice("Weather"), choice("Traffic"), 5, False),
        ("skipped", choice("Traffic"), choice("Traffic"), 5, True),
    ]
    assert {(item["annotation_id"], item["task_id"], item["project_id"], item["created_by"]) for item in items} == {
        (annotation, task, flow.project, flow.client.member.id)
    }
    assert history(flow.client, annotation=annotation, ordering="-created_at") == items[::-1]
    assert history(flow.client, task=task) == items
    assert flow.client.get(f"/api/annotation-history/{items[1]['id']}/").json() == items[1]


def test_history_outlives_the_annotation(flow, task):
    annotation = flow.submit(task)["id"]
    flow.client.delete(f"/api/annotations/{annotation}/")

    items = history(flow.client, annotation=annotation)

    assert [(item["action"], item["result"]) for item in items] == [("submitted", choice()), ("deleted", None)]
    assert items[1]["previous_result"] == choice()


def test_annotators_see_the_history_of_their_own_only(flow, task, annotators):
    mine, other = annotators(flow, 2)
    annotation = flow.submit(task, mine)["id"]
    flow.client.patch(f"/api/annotations/{annotation}/", {"lead_time": 1})

    assert len(history(mine, annotation=annotation)) == len(history(mine, task=task)) == 2
    assert history(other, annotation=annotation) == history(other, task=task) == []
    item = history(mine, annotation=annotation)[0]["id"]
    assert other.get(f"/api/annotation-history/{item}/").status_code == 404
    assert mine.delete(f"/api/annotation-history/?annotation={annotation}").status_code == 403
    mine.delete(f"/api/annotations/{annotation}/")
    assert len(history(mine, annotation=annotation)) == 3
    assert history(other, annotation=annotation) == []


@pytest.mark.parametrize("kind", ["annotation", "task", "project"])
def test_history_is_deleted_and_the_audit_says_so(flow, task, kind):
    annotation = flow.submit(task)["id"]
    pk = {"annotation": annotation, "task": task, "project": flow.project}[kind]

    gone = flow.client.delete(f"/api/annotation-history/?{kind}={pk}")

    assert (gone.status_code, gone.json()) == (200, {"removed": 1})
    assert history(flow.client, annotation=annotation) == []
    entries = flow.client.get("/api/audit/?action=annotation_history.deleted").json()["results"]
    assert [(entry["target_type"], entry["target_id"]) for entry in entries] == [(kind, str(pk))]


def test_history_wants_to_know_whose(flow):
    assert flow.client.get("/api/annotation-history/").status_code == 400
    assert flow.client.delete("/api/annotation-history/").status_code == 400
    assert flow.client.get("/api/annotation-history/?annotation=x").status_code == 400
    assert history(flow.client, annotation=999999999999999999) == []


def test_refused_change_leaves_no_history(flow, task):
    annotation = flow.submit(task)["id"]
    assert flow.client.patch(f"/api/annotations/{annotation}/", {"result": choice("Snow")}).status_code == 400
    assert len(history(flow.client, annotation=annotation)) == 1


def test_states_of_a_task_follow_its_annotations(make_flow, annotators):
    flow = make_flow(maximum_annotations=2)
    (task,) = flow.tasks(1)
    first, second = annotators(flow, 2)
    one = flow.submit(task, first)["id"]
    flow.submit(task, second)
    flow.client.delete(f"/api/annotations/{one}/")

    page = states(flow.client, "task", task, ordering="created_at")

    assert names(page) == [
        ("task_created", None, "CREATED"),
        ("task_in_progress", "CREATED", "IN_PROGRESS"),
        ("task_completed", "IN_PROGRESS", "COMPLETED"),
        ("task_in_progress", "COMPLETED", "IN_PROGRESS"),
    ]
    assert [item["triggered_by"] and item["triggered_by"]["id"] for item in page["results"]] == [
        None,
        first.member.id,
        second.member.id,
        flow.client.member.id,
    ]
    assert set(page["results"][1]) == {
        *("id", "state", "previous_state", "transition_name", "reason", "context_data", "triggered_by", "created_at")
    }


def test_states_of_annotations_and_projects(flow, task):
    annotation = flow.submit(task)["id"]
    flow.client.patch(f"/api/annotations/{annotation}/", {"was_cancelled": True})

    assert names(states(flow.client, "annotation", annotation)) == [
        ("annotation_skipped", "SUBMITTED", "SKIPPED"),
        ("annotation_submitted", None, "SUBMITTED"),
    ]
    assert names(states(flow.client, "project", flow.project, ordering="created_at")) == [
        ("project_created", None, "CREATED"),
        ("project_completed", "CREATED", "COMPLETED"),
        ("project_reopened", "COMPLETED", "IN_PROGRESS"),
    ]


def test_started_project_and_imported_annotation_have_their_states(flow):
    (task,) = flow.imported([{"data": {"text": "x"}, "annotations": [{"result": choice()}]}])
    annotation = flow.client.get(f"/api/tasks/{task}/annotations/").json()[0]["id"]
    assert names(states(flow.client, "annotation", annotation)) == [("annotation_imported", None, "SUBMITTED")]

    other = type(flow)(flow.client)
    other.submit(other.tasks(2)[0])
    assert [name for name, _, _ in names(states(flow.client, "project", other.project))] == [
        "project_started",
        "project_created",
    ]


def test_states_are_filtered_and_paged(flow, task):
    annotation = flow.submit(task)["id"]
    for skipped in (True, False, True):
        flow.client.patch(f"/api/annotations/{annotation}/", {"was_cancelled": skipped})
    whole = states(flow.client, "annotation", annotation)
    assert whole["count"] == 4
    assert states(flow.client, "annotation", annotation, state="skipped")["count"] == 2
    assert states(flow.client, "annotation", annotation, previous_state="SKIPPED")["count"] == 1
    assert states(flow.client, "annotation", annotation, triggered_by=0)["count"] == 0
    moment = whole["results"][1]["created_at"]
    assert states(flow.client, "annotation", annotation, created_at_from=moment)["count"] == 2
    assert states(flow.client, "annotation", annotation, created_at_to=moment)["count"] == 3
    pages = [states(flow.client, "annotation", annotation, page=n, page_size=3)["results"] for n in (1, 2, 3)]
    assert pages == [whole["results"][:3], whole["results"][3:], []]
    wrong = flow.client.get(f"/api/fsm/entities/task/{task}/history?created_at_from=yesterday")
    assert "created_at_from" in wrong.json()["validation_errors"]


def test_state_is_changed_by_hand_through_the_same_rules(flow, task):
    annotation = flow.submit(task)["id"]
    path = f"/api/fsm/entities/annotation/{annotation}/transition/"

    done = flow.client.post(path, {"transition_name": "annotation_skipped"})

    assert done.status_code == 200, done.content
    assert (done.json()["success"], done.json()["new_state"]) == (True, "SKIPPED")
    assert done.json()["state_record"] == states(flow.client, "annotation", annotation)["results"][0]
    assert flow.counters()["skipped_annotations_number"] == 1
    unknown = flow.client.post(path, {"transition_name": "annotation_accepted"})
    assert unknown.json()["data"]["allowed"] == ["annotation_skipped", "annotation_submitted"]
    of_task = flow.client.post(f"/api/fsm/entities/task/{task}/transition/", {"transition_name": "task_completed"})
    assert (of_task.status_code, of_task.json()["data"]["allowed"]) == (400, [])


def test_states_of_what_one_does_not_see_are_not_there(flow, task, alpha, make_client):
    stranger = make_client(alpha, role="AN")
    for entity, pk in (("task", task), ("project", flow.project), ("user", 1), ("annotation", 999999999999)):
        assert stranger.get(f"/api/fsm/entities/{entity}/{pk}/history").status_code == 404
