from tests.platform_core.tasks.api.conftest import choice


def bulk(flow, status=201, client=None, **body):
    answer = (client or flow.client).post("/api/annotations/bulk/", {"result": choice(), **body})
    assert answer.status_code == status, answer.content
    return answer.json()


def delete(flow, ids, status=200, client=None, project=None):
    body = {"ids": ids, "project": project or flow.project}
    answer = (client or flow.client).post("/api/annotations/bulk-delete/", body)
    assert answer.status_code == status, answer.content
    return answer.json()


def test_one_result_is_submitted_for_several_tasks(flow):
    ids = flow.tasks(3)

    made = bulk(flow, tasks=[ids[2], ids[0], ids[0]], lead_time=4)

    assert [(item["task"], item["bulk_created"], item["last_action"]) for item in made] == [
        (ids[0], True, "submitted"),
        (ids[2], True, "submitted"),
    ]
    counters = flow.counters()
    assert (counters["total_annotations_number"], counters["finished_task_number"]) == (2, 2)


def test_selection_names_tasks(flow):
    ids = flow.tasks(4)

    some = bulk(flow, project=flow.project, selected_items={"all": False, "included": ids[:1]})
    rest = bulk(flow, project=flow.project, selected_items={"all": True, "excluded": ids[:2]})

    assert [item["task"] for item in some] == ids[:1]
    assert [item["task"] for item in rest] == ids[2:]


def test_empty_selection_is_nothing(flow):
    flow.tasks(2)

    for body in ({}, {"tasks": []}, {"project": flow.project, "selected_items": {"all": False, "included": []}}):
        assert "tasks" in bulk(flow, status=400, **body)["validation_errors"]
    assert "project" in bulk(flow, status=400, selected_items={"all": True})["validation_errors"]
    assert flow.counters()["total_annotations_number"] == 0


def test_nothing_is_written_when_one_task_is_in_the_way(flow):
    ids = flow.tasks(2)
    flow.client.patch(f"/api/tasks/{ids[1]}/", {"allow_skip": False})

    refused = bulk(flow, status=400, tasks=[*ids, 10**9], was_cancelled=True, result=[])

    errors = refused["data"]["errors"]
    assert [(error["task"], error["code"]) for error in errors] == [
        (ids[1], "validation_error"),
        (10**9, "not_found"),
    ]
    assert errors[0]["validation_errors"] == {"was_cancelled": ["This task may not be skipped."]}
    assert flow.counters()["skipped_annotations_number"] == 0
    assert flow.client.get(f"/api/annotation-history/?task={ids[0]}").json() == []


def test_several_annotations_cannot_share_a_unique_id(flow):
    ids = flow.tasks(2)
    unique = "0f8f3e0e-1f4f-4b5e-9b3b-2b8f2a9f6c11"

    assert "unique_id" in bulk(flow, status=400, tasks=ids, unique_id=unique)["validation_errors"]
    assert bulk(flow, tasks=ids[:1], unique_id=unique)[0]["unique_id"] == unique


def test_annotations_of_a_project_are_deleted_together(flow):
    (task, other) = flow.tasks(2)
    ids = [flow.submit(task)["id"], flow.submit(task, ground_truth=True)["id"], flow.submit(other)["id"]]

    assert delete(flow, ids[:2]) == {"deleted_count": 2}

    counters = flow.counters()
    assert (counters["total_annotations_number"], counters["num_tasks_with_annotations"]) == (1, 1)
    assert (counters["ground_truth_number"], counters["finished_task_number"]) == (0, 1)


def test_none_is_deleted_when_one_is_not_there_or_not_mine(flow, make_flow, annotator):
    (task,) = flow.tasks(1)
    client = annotator(flow)
    mine, theirs = flow.submit(task, client)["id"], flow.submit(task)["id"]
    elsewhere = make_flow()
    foreign = elsewhere.submit(elsewhere.tasks(1)[0])["id"]

    assert [error["annotation"] for error in delete(flow, [mine, foreign], status=400)["data"]["errors"]] == [foreign]
    refused = delete(flow, [mine, theirs], status=400, client=client)
    assert [(error["annotation"], error["code"]) for error in refused["data"]["errors"]] == [(theirs, "not_found")]
    assert delete(flow, [mine], status=404, client=client, project=elsewhere.project)["code"] == "not_found"
    assert flow.counters()["total_annotations_number"] == 2
    assert delete(flow, [mine], client=client) == {"deleted_count": 1}


def test_too_many_are_refused(flow):
    assert "ids" in delete(flow, list(range(1, 102)), status=400)["validation_errors"]
