"""Keys, statuses and nulls that Label Studio's clients meet: tasks, annotations, predictions."""

import pytest

from tests.platform_core.tasks.api.conftest import choice

ANNOTATION = {
    *("id", "result", "created_username", "created_ago", "completed_by", "was_cancelled", "ground_truth", "created_at"),
    *("updated_at", "draft_created_at", "lead_time", "import_id", "last_action", "bulk_created", "task", "project"),
    *("updated_by", "parent_prediction", "parent_annotation", "last_created_by", "unique_id"),
}
PREDICTION = {
    *("id", "result", "model_version", "created_ago", "score", "cluster", "neighbors", "mislabeling", "created_at"),
    *("updated_at", "model", "model_run", "task", "project"),
}
TASK_ONLY = {
    *("id", "data", "meta", "drafts", "inner_id", "cancelled_annotations", "total_annotations", "total_predictions"),
    *("completed_at", "file_upload", "storage_filename", "draft_exists", "updated_by", "created_at", "updated_at"),
    *("is_labeled", "overlap", "comment_count", "unresolved_comment_count", "last_comment_updated_at", "project"),
    *("comment_authors", "allow_skip"),
}
TASK = TASK_ONLY | {
    *("predictions", "annotations", "annotators", "annotations_results", "predictions_results", "predictions_score"),
    *("annotations_ids", "predictions_model_versions", "avg_lead_time"),
}
UNIQUE = "0f8f3e0e-1f4f-4b5e-9b3b-2b8f2a9f6c11"
TASK_LIST = ("tasks", "total", "total_annotations", "total_predictions")


@pytest.fixture
def task(flow):
    return flow.tasks(1)[0]


@pytest.fixture
def prediction(flow, task):
    body = {"task": task, "result": choice(), "score": 0.5, "model_version": "m1"}
    return flow.client.post("/api/predictions/", body).json()


def test_task_is_created_read_changed_and_deleted(flow):
    made = flow.client.post("/api/tasks/", {"project": flow.project, "data": {"text": "x"}, "meta": {"a": 1}})
    assert (made.status_code, set(made.json())) == (201, TASK)
    path = f"/api/tasks/{made.json()['id']}/"
    assert flow.client.get(path).json() == made.json()
    changed = flow.client.patch(path, {"data": {"text": "y"}, "allow_skip": False})
    assert (changed.status_code, changed.json()["data"], changed.json()["meta"]) == (200, {"text": "y"}, {"a": 1})
    gone = flow.client.delete(path)
    assert (gone.status_code, gone.content) == (204, b"")
    assert flow.client.get(path).status_code == flow.client.delete(path).status_code == 404


def test_lists_have_their_keys_and_are_empty_past_the_end(flow, task, prediction):
    flow.submit(task)
    for fields, keys in (("all", TASK), ("task_only", TASK_ONLY)):
        page = flow.client.get(f"/api/tasks/?project={flow.project}&fields={fields}").json()
        assert set(page) >= set(TASK_LIST)
        assert [set(item) for item in page["tasks"]] == [keys]
        past = flow.client.get(f"/api/tasks/?project={flow.project}&fields={fields}&page=7")
        assert (past.status_code, past.json()["tasks"]) == (200, [])
        assert past.json()["total"] == 1
    shown = flow.client.get(f"/api/tasks/?project={flow.project}&fields=all").json()["tasks"][0]
    assert set(shown["annotations"][0]) == ANNOTATION
    assert set(shown["predictions"][0]) == PREDICTION == set(prediction)
    assert shown["annotators"] == [flow.client.member.id]
    assert shown["updated_by"] == [{"user_id": flow.client.member.id}]
    neither = flow.client.get("/api/tasks/")
    assert (neither.status_code, neither.json()["detail"]) == (404, "Neither project nor view id specified")


def test_all_tasks_of_a_project_are_deleted(flow, task):
    flow.submit(task)
    flow.client.post(f"/api/tasks/{task}/drafts", {"result": []})

    answer = flow.client.delete(f"/api/projects/{flow.project}/tasks/")

    assert (answer.status_code, answer.content) == (204, b"")
    assert set(flow.counters().values()) == {0}


def test_annotation_is_created_listed_changed_and_deleted(flow, task):
    made = flow.submit(task, lead_time=2.5)
    assert set(made) == ANNOTATION | {"warnings"}
    assert (made["created_username"], made["created_ago"]) == (f" owner@alpha.example, {flow.client.member.id}", "")
    nulls = ("draft_created_at", "import_id", "parent_prediction", "parent_annotation")
    assert {made[name] for name in nulls} == {None}
    assert (made["last_action"], made["updated_by"], made["lead_time"]) == ("submitted", flow.client.member.id, 2.5)
    path = f"/api/annotations/{made['id']}/"
    assert flow.client.get(path).json() == {name: made[name] for name in ANNOTATION}
    assert flow.client.get(f"/api/tasks/{task}/annotations/").json() == [flow.client.get(path).json()]
    shown = flow.client.get(f"/api/tasks/{task}/").json()["annotations"][0]["completed_by"]
    assert set(shown) == {"id", "email", "first_name", "last_name", "avatar", "initials"}
    changed = flow.client.patch(path, {"ground_truth": True})
    assert (changed.status_code, changed.json()["last_action"], changed.json()["lead_time"]) == (200, "updated", 2.5)
    assert flow.client.delete(path).status_code == 204
    assert flow.client.get(path).status_code == flow.client.patch(path, {}).status_code == 404
    assert flow.client.get(f"/api/tasks/{task}/annotations/").json() == []


def test_skipped_annotations_are_counted_and_not_listed(flow, task):
    by_query = flow.client.post(f"/api/tasks/{task}/annotations/?was_cancelled=1", {"result": []})
    assert (by_query.status_code, by_query.json()["last_action"]) == (201, "skipped")
    assert flow.client.get(f"/api/tasks/{task}/annotations/").json() == []
    shown = flow.client.get(f"/api/tasks/{task}/").json()
    assert (shown["total_annotations"], shown["cancelled_annotations"], shown["is_labeled"]) == (0, 1, False)
    assert shown["completed_at"] is None


def test_task_that_must_be_done_is_not_skipped(flow, task):
    annotation = flow.submit(task)["id"]
    flow.client.patch(f"/api/tasks/{task}/", {"allow_skip": False})

    for refused in (
        flow.client.post(f"/api/tasks/{task}/annotations/", {"was_cancelled": True}),
        flow.client.patch(f"/api/annotations/{annotation}/", {"was_cancelled": True}),
    ):
        assert refused.status_code == 400
        assert "was_cancelled" in refused.json()["validation_errors"]
    assert flow.client.patch(f"/api/annotations/{annotation}/", {"lead_time": 1}).status_code == 200


def test_completed_at_is_that_of_the_latest_annotation(flow, task):
    first, second = flow.submit(task), flow.submit(task)
    assert flow.client.get(f"/api/tasks/{task}/").json()["completed_at"] == second["created_at"]
    flow.client.patch(f"/api/annotations/{second['id']}/", {"was_cancelled": True})
    assert flow.client.get(f"/api/tasks/{task}/").json()["completed_at"] == first["created_at"]
    flow.client.delete(f"/api/annotations/{first['id']}/")
    assert flow.client.get(f"/api/tasks/{task}/").json()["completed_at"] is None


def test_annotations_are_ordered(flow, task):
    ids = [flow.submit(task)["id"] for _ in range(3)]

    def listed(ordering):
        return [item["id"] for item in flow.client.get(f"/api/tasks/{task}/annotations/?ordering={ordering}").json()]

    assert listed("") == listed("id") == listed("created_at") == ids
    assert listed("-id") == listed("-created_at") == ids[::-1]
    assert flow.client.get(f"/api/tasks/{task}/annotations/?ordering=task__project__created_by").status_code == 400


def test_region_object_of_the_sdk_is_stored_as_the_sdk_writes_it_elsewhere(flow, task):
    (plain,) = choice("Weather")
    control = {"tag": "Choices", "name": plain["from_name"], "to_name": [plain["to_name"]], "labels": ["Weather"]}
    sent = {"id": "r1", "from_tag": control, "to_tag": {"tag": "Text", "name": plain["to_name"]}, "relations": []}

    made = flow.submit(task, result=[{**sent, "value": plain["value"]}])

    assert made["result"] == [{"id": "r1", "relations": [], **plain}]
    refused = flow.submit(task, status=400, result=[{"from_tag": "topic", "to_tag": {}, "value": plain["value"]}])
    assert "must name a control" in str(refused["validation_errors"])
    unknown = {**sent, "from_tag": {**control, "name": "other"}, "value": plain["value"]}
    assert "is no control" in str(flow.submit(task, status=400, result=[unknown])["validation_errors"])


def test_repeated_submission_answers_what_it_made(flow, task):
    made = flow.submit(task, unique_id=UNIQUE, lead_time=2)

    again = flow.submit(task, status=200, unique_id=UNIQUE, lead_time=2)

    assert again == made
    assert flow.counters()["total_annotations_number"] == 1
    (other,) = flow.tasks(1)
    for refused in (
        flow.submit(task, status=400, unique_id=UNIQUE, lead_time=3),
        flow.submit(task, status=400, unique_id=UNIQUE, lead_time=2, result=choice("Traffic")),
        flow.submit(other, status=400, unique_id=UNIQUE, lead_time=2),
    ):
        assert "unique_id" in refused["validation_errors"]


def test_managers_submit_for_others_and_annotators_do_not(flow, task, annotator):
    client = annotator(flow)

    theirs = flow.submit(task, completed_by=client.member.id)
    assert (theirs["completed_by"], theirs["updated_by"]) == (client.member.id, flow.client.member.id)
    assert flow.submit(task, client, completed_by=client.member.id)["completed_by"] == client.member.id
    refused = flow.submit(task, client, status=403, completed_by=flow.client.member.id)
    assert refused["data"] == {"permission": "annotations.change_all"}
    assert "completed_by" in flow.submit(task, status=400, completed_by=10**9)["validation_errors"]


def test_members_who_see_their_own_annotations_only_see_no_others(flow, task, annotators):
    mine, other = annotators(flow, 2)
    annotation = flow.submit(task, mine)["id"]

    assert [item["id"] for item in mine.get(f"/api/tasks/{task}/annotations/").json()] == [annotation]
    assert other.get(f"/api/tasks/{task}/annotations/").json() == []
    assert other.get(f"/api/annotations/{annotation}/").status_code == 404
    assert other.patch(f"/api/annotations/{annotation}/", {"lead_time": 1}).status_code == 404
    assert other.delete(f"/api/annotations/{annotation}/").status_code == 404


def test_prediction_is_created_listed_changed_and_deleted(flow, task, prediction):
    path = f"/api/predictions/{prediction['id']}/"
    assert flow.client.get(path).json() == prediction
    assert {prediction[name] for name in ("cluster", "neighbors", "model", "model_run")} == {None}
    for query in (f"task={task}", f"project={flow.project}", f"task__project={flow.project}"):
        assert flow.client.get(f"/api/predictions/?{query}").json() == [prediction]
    assert flow.client.get("/api/predictions/?task=999999").json() == []
    changed = flow.client.patch(path, {"score": 0.75})
    assert (changed.status_code, changed.json()["score"], changed.json()["model_version"]) == (200, 0.75, "m1")
    assert flow.client.delete(path).status_code == 204
    assert flow.client.get(path).status_code == 404
    assert flow.counters()["total_predictions_number"] == 0


def test_changes_of_what_was_changed_meanwhile_are_refused(flow, task):
    annotation = f"/api/annotations/{flow.submit(task)['id']}/"
    project = f"/api/projects/{flow.project}/"
    for path, change in (
        (f"/api/tasks/{task}/", {"meta": {"a": 1}}),
        (annotation, {"lead_time": 1}),
        (project, {"description": "x"}),
    ):
        read = flow.client.get(path)
        assert read["ETag"].startswith('"')
        first = flow.client.patch(path, change, HTTP_IF_MATCH=read["ETag"])
        assert first.status_code == 200
        assert first["ETag"] == flow.client.get(path)["ETag"] != read["ETag"]
        for stale in (read["ETag"], f"W/{first['ETag']}", '"x"'):
            second = flow.client.patch(path, change, HTTP_IF_MATCH=stale)
            assert (second.status_code, second.json()["code"]) == (412, "precondition_failed")
            assert second.json()["data"] == {"etag": first["ETag"]}
        for good in (f'"x", {first["ETag"]}', "*"):
            assert flow.client.patch(path, change, HTTP_IF_MATCH=good).status_code == 200
    settings = flow.client.get(project)["ETag"]
    flow.submit(task)
    assert flow.client.get(project)["ETag"] == settings


def test_version_of_a_task_moves_on_with_everything_its_answer_holds(flow, task, prediction):
    tags = [flow.client.get(f"/api/tasks/{task}/")["ETag"]]
    annotation = f"/api/annotations/{flow.submit(task)['id']}/"
    acts = (
        lambda: flow.client.patch(annotation, {"lead_time": 1}),
        lambda: flow.client.patch(f"/api/predictions/{prediction['id']}/", {"score": 0.1}),
        lambda: flow.client.delete(f"/api/predictions/{prediction['id']}/"),
        lambda: flow.client.delete(annotation),
    )
    for act in (lambda: None, *acts):
        act()
        tags.append(flow.client.get(f"/api/tasks/{task}/")["ETag"])

    assert len(set(tags)) == len(tags)


def test_submission_takes_few_statements(flow, steady_gate, django_assert_max_num_queries, task):
    flow.submit(task)
    with django_assert_max_num_queries(6):  # savepoint, task, annotation with all its effects, audit, release
        flow.submit(task)
