import json

import pytest
from tenon_data_manager import running
from tenon_data_manager.models import ActionRun

from platform_core.projects.models import ProjectCounters
from platform_core.sdk.testing.clients import client_of
from platform_core.sdk.testing.scopes import records_of, tenant_scope
from platform_core.tasks.models import Annotation, AnnotationHistory, Task
from platform_core.tasks.services.counters import rebuild_counters

IDS = [
    "predictions_to_annotations",
    "assign",
    "remove_duplicates",
    "delete_tasks",
    "delete_tasks_annotations",
    "delete_tasks_predictions",
    "propagate_annotations",
    "rename_labels",
    "add_data_field",
]
COUNTERS = [
    *("task_number", "finished_task_number", "total_predictions_number", "total_annotations_number"),
    *("num_tasks_with_annotations", "useful_annotation_number", "ground_truth_number", "skipped_annotations_number"),
]
FACTS = ["id", "total_annotations", "cancelled_annotations", "total_predictions", "is_labeled"]


@pytest.fixture
def counted(alpha, project):
    """Return a function that asserts that counters are those that counting everything again gives."""

    def facts():
        return (
            ProjectCounters.objects.filter(project=project).values(*COUNTERS).get(),
            list(Task.objects.filter(project=project).order_by("pk").values(*FACTS)),
        )

    def check():
        with tenant_scope(alpha):
            before = facts()
            rebuild_counters(project_id=project)
            assert facts() == before
        return before[0]

    return check


def tasks_of(client, project):
    return client.get(f"/api/tasks/?project={project}&fields=all").json()["tasks"]


def test_actions_are_listed_with_their_dialogs(alpha, alpha_client, project):
    actions = alpha_client.get(f"/api/dm/actions/?project={project}").json()
    assert [action["id"] for action in actions] == IDS
    assert {"id", "title", "order", "permission", "experimental", "dialog"} == set(actions[0])
    form = alpha_client.get(f"/api/dm/actions/rename_labels/form/?project={project}").json()
    assert form == next(action for action in actions if action["id"] == "rename_labels")["dialog"]["form"]
    assert alpha_client.get(f"/api/dm/actions/delete_tasks/form/?project={project}").json() == []
    assert alpha_client.get(f"/api/dm/actions/nope/form/?project={project}").status_code == 404


def test_deleting_tasks_deletes_the_selected_ones_only(alpha, alpha_client, project, ids, act, only, counted):
    answer = act("delete_tasks", selectedItems=only(1, 4))
    assert answer.status_code == 200, answer.content
    assert answer.json() == {"processed_items": 2, "detail": "Tasks were deleted.", "reload": True, "job": None}
    assert [task["id"] for task in tasks_of(alpha_client, project)] == [ids[0], ids[2], ids[3]]
    assert counted()["task_number"] == 3
    facts = {"project": project, "tasks": [ids[1], ids[4]]}
    assert records_of(alpha).events("tasks.deleted") == [facts]
    assert records_of(alpha).audit("tasks.deleted") == [(alpha_client.member.pk, str(project), facts)]


def test_empty_selection_means_nothing_and_a_text_is_read_as_json(alpha_client, project, act, only):
    empty = {"all": False, "included": []}
    for selected in (empty, json.dumps(empty)):
        assert act("delete_tasks", selectedItems=selected).json()["processed_items"] == 0
    assert len(tasks_of(alpha_client, project)) == 5
    assert act("delete_tasks", selectedItems=json.dumps(only(0))).json()["processed_items"] == 1
    assert act("delete_tasks").json()["processed_items"] == 4


def test_filters_and_selection_hold_together(alpha_client, project, ids, act):
    annotated = {"items": [{"filter": "filter:tasks:total_annotations", "operator": "greater", "value": 0}]}
    answer = act("delete_tasks", filters=annotated, selectedItems={"all": True, "excluded": [ids[4]]})
    assert answer.json()["processed_items"] == 1
    assert [task["id"] for task in tasks_of(alpha_client, project)] == [ids[0], ids[2], ids[3], ids[4]]


def test_tasks_of_another_project_are_out_of_reach(alpha_client, ids, act, only):
    other = alpha_client.post("/api/projects/", {"title": "Another"}).json()["id"]
    answer = alpha_client.post(f"/api/dm/actions/?id=delete_tasks&project={other}", {"selectedItems": only(0)})
    assert answer.json()["processed_items"] == 0
    assert alpha_client.get(f"/api/tasks/{ids[0]}/").status_code == 200


def test_deleting_annotations_and_predictions_keeps_the_tasks(alpha, alpha_client, project, act, counted):
    assert act("delete_tasks_annotations").json()["processed_items"] == 2
    assert counted()["total_annotations_number"] == 0
    assert act("delete_tasks_predictions").json()["processed_items"] == 2
    assert counted()["total_predictions_number"] == 0
    assert [(task["annotations"], task["predictions"]) for task in tasks_of(alpha_client, project)] == [([], [])] * 5
    assert len(records_of(alpha).events("annotations.deleted")[0]["annotations"]) == 2
    assert len(records_of(alpha).events("predictions.deleted")[0]["predictions"]) == 2


def test_annotations_are_made_of_predictions_once(alpha, alpha_client, project, ids, act, counted):
    first = act("predictions_to_annotations", model_version="one")
    assert first.json()["processed_items"] == 1
    assert act("predictions_to_annotations").json()["processed_items"] == 1
    assert act("predictions_to_annotations").json()["processed_items"] == 0
    task = tasks_of(alpha_client, project)[2]
    (made,) = task["annotations"]
    assert made["parent_prediction"] == task["predictions"][0]["id"]
    assert made["result"] == task["predictions"][0]["result"]
    assert (made["completed_by"], made["last_action"]) == (alpha_client.member.pk, "prediction")
    assert counted()["total_annotations_number"] == 4
    assert records_of(alpha).events("annotations.created")[0]["tasks"] == [ids[2]]


def test_several_model_versions_may_be_named(alpha, act):
    assert act("predictions_to_annotations", model_version=["one", "none"]).json()["processed_items"] == 1
    assert act("predictions_to_annotations", model_version=["two"]).json()["processed_items"] == 1


@pytest.mark.parametrize("wrong", [[], [1], {}, ["x"] * 1001])
def test_model_versions_that_are_no_texts_are_refused(act, wrong):
    refused = act("predictions_to_annotations", model_version=wrong)
    assert refused.status_code == 400
    assert list(refused.json()["validation_errors"]) == ["model_version"]


def test_prediction_that_no_longer_fits_the_config_is_named_and_nothing_is_made(alpha, alpha_client, project, act):
    config = """<View><Text name="text" value="$text"/><Choices name="topic" toName="text">
    <Choice value="Traffic"/><Choice value="Weather"/></Choices>
    <Number name="size" toName="text" required="true"/></View>"""
    assert alpha_client.patch(f"/api/projects/{project}/", {"label_config": config}).status_code == 200
    refused = act("predictions_to_annotations")
    assert refused.status_code == 400, refused.content
    assert "Prediction" in refused.json()["validation_errors"]["result"][0]
    with tenant_scope(alpha):
        assert Annotation.objects.count() == 2


def test_duplicates_leave_one_with_the_work_of_all(alpha_client, project, ids, act, counted):
    result = [{"from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": ["Storm"]}}]
    alpha_client.post(f"/api/tasks/{ids[3]}/annotations/", {"result": result})
    assert act("remove_duplicates", query="&dry_run=1").json()["processed_items"] == 1
    assert act("remove_duplicates").json()["processed_items"] == 1
    left = tasks_of(alpha_client, project)
    assert [task["id"] for task in left] == [ids[1], ids[2], ids[3], ids[4]]
    assert len(left[2]["annotations"]) == 1
    assert counted()["task_number"] == 4


def test_annotations_that_duplicates_leave_behind_keep_their_history(alpha, alpha_client, ids, act, counted):
    result = [{"from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": ["Storm"]}}]
    _, moved = (alpha_client.post(f"/api/tasks/{ids[place]}/annotations/", {"result": result}) for place in (0, 3))

    assert act("remove_duplicates").json()["processed_items"] == 1

    counted()
    with tenant_scope(alpha):
        history = AnnotationHistory.objects.filter(annotation_id=moved.json()["id"]).order_by("pk")
        acts = list(history.values_list("task_id", "action", "previous_result"))
    assert acts == [(ids[0], "submitted", None), (ids[0], "moved", result)]
    states = alpha_client.get(f"/api/fsm/entities/annotation/{moved.json()['id']}/history").json()["results"]
    assert {item["state"] for item in states} == {"SUBMITTED"}


def test_propagated_annotation_reaches_the_other_selected_tasks(alpha_client, project, ids, act, only, counted):
    (source,) = tasks_of(alpha_client, project)[1]["annotations"]
    answer = act("propagate_annotations", selectedItems=only(0, 1, 2), source_annotation_id=source["id"])
    assert answer.json()["processed_items"] == 2
    tasks = tasks_of(alpha_client, project)
    assert [len(task["annotations"]) for task in tasks] == [1, 1, 1, 0, 1]
    assert tasks[0]["annotations"][0]["result"] == source["result"]
    assert tasks[0]["annotations"][0]["last_action"] == "propagated_annotation"
    assert counted()["num_tasks_with_annotations"] == 4
    assert act("propagate_annotations").status_code == 400
    assert act("propagate_annotations", source_annotation_id=10**9).status_code == 404


def test_renamed_label_must_be_in_the_config(alpha_client, project, act):
    names = {"control_tag": "topic", "old_label_name": "Traffic"}
    assert act("rename_labels", query="&dry_run=1", **names, new_label_name="Storm").json()["processed_items"] == 1
    assert act("rename_labels", **names, new_label_name="Storm").json()["processed_items"] == 1
    assert act("rename_labels", **names, new_label_name="Storm").json()["processed_items"] == 0
    changed = tasks_of(alpha_client, project)[1]["annotations"][0]
    assert changed["result"][0]["value"] == {"choices": ["Storm"]}
    names["old_label_name"] = "Storm"
    assert act("rename_labels", **names, new_label_name="Sunshine").status_code == 400
    assert act("rename_labels", **names).status_code == 400


def test_data_field_is_set_with_its_type(alpha_client, project, act, only):
    assert act("add_data_field", value_name="batch", value_type="Number", value="7").json()["processed_items"] == 5
    act("add_data_field", selectedItems=only(0), value_name="ok", value_type="Boolean", value="true")
    tasks = tasks_of(alpha_client, project)
    assert tasks[0]["data"] == {"text": "rain", "batch": 7, "ok": True}
    assert tasks[1]["data"] == {"text": "cars", "batch": 7}
    for body in (
        {"value_name": "x", "value_type": "Number", "value": "nan"},
        {"value_name": "", "value": "a"},
        {"value_name": "x", "value_type": "Expression", "value": "random()"},
    ):
        assert act("add_data_field", **body).status_code == 400, body


def test_data_field_that_the_config_shows_keeps_its_kind(alpha_client):
    config = '<View><Image name="i" value="$image"/><Choices name="c" toName="i"><Choice value="a"/></Choices></View>'
    made = alpha_client.post("/api/projects/", {"title": "Images", "label_config": config}).json()["id"]
    alpha_client.post(f"/api/projects/{made}/import", [{"image": "https://a.example/1.png"}])
    body = {"value_name": "image", "value_type": "Number", "value": "5"}
    refused = alpha_client.post(f"/api/dm/actions/?id=add_data_field&project={made}", body)
    assert (refused.status_code, list(refused.json()["validation_errors"])) == (400, ["value"])


@pytest.mark.parametrize(
    ("action", "count"),
    [
        ("delete_tasks", 5),
        ("delete_tasks_annotations", 2),
        ("delete_tasks_predictions", 2),
        ("predictions_to_annotations", 2),
        ("remove_duplicates", 1),
    ],
)
def test_dry_run_counts_what_would_be_changed_and_changes_nothing(alpha_client, project, act, action, count):
    before = tasks_of(alpha_client, project)
    answer = act(action, query="&dry_run=1").json()

    assert (answer["dry_run"], answer["tasks"], answer["processed_items"]) == (True, 5, count)
    assert tasks_of(alpha_client, project) == before


def test_unknown_action_and_missing_parts_are_the_clients_errors(alpha_client, project, ids, act):
    assert act("nope").status_code == 404
    assert alpha_client.post(f"/api/dm/actions/?project={project}", {}).status_code == 400
    assert alpha_client.post("/api/dm/actions/?id=delete_tasks", {}).status_code == 400
    assert alpha_client.post(f"/api/dm/actions/?id=delete_tasks&project={project}", [1]).status_code == 400
    assert act("delete_tasks", selectedItems="{").status_code == 400
    assert (
        act("delete_tasks", filters={"items": [{"filter": "filter:tasks:id__gt", "operator": "equal"}]}).status_code
        == 400
    )
    assert alpha_client.get("/api/dm/actions/").status_code == 400
    assert len(tasks_of(alpha_client, project)) == 5


def test_each_action_asks_for_its_own_permissions(alpha, alpha_client, project, act):
    for role, allowed in (("AN", set()), ("RE", set()), ("MA", set(IDS))):
        client = client_of(alpha, role=role)
        alpha_client.patch(f"/api/projects/{project}/access/", {"members": [client.member.pk]})
        offered = {action["id"] for action in client.get(f"/api/dm/actions/?project={project}").json()}
        refused = {name for name in IDS if act(name, client=client, query="&dry_run=1").status_code == 403}
        assert (offered, refused) == (allowed, set(IDS) - allowed)


def test_large_selection_is_done_by_a_job_part_by_part(
    alpha, alpha_client, project, ids, act, monkeypatch, jobs_run_at_once
):
    monkeypatch.setattr(running, "PART", 2)
    answer = act("delete_tasks_annotations").json()
    assert (answer["processed_items"], answer["reload"]) == (5, False)
    job = alpha_client.get(f"/api/jobs/{answer['job']}/").json()
    assert (job["status"], job["result"]) == ("completed", {"tasks": 5, "processed_items": 2})
    assert all(task["annotations"] == [] for task in tasks_of(alpha_client, project))
    assert len(records_of(alpha).events("annotations.deleted")) == 3


def test_interrupted_run_goes_on_where_it_stopped(alpha, alpha_client, project, ids, act, monkeypatch):
    monkeypatch.setattr(running, "PART", 2)
    answer = act("add_data_field", value_name="n", value_type="Number", value="1").json()
    with tenant_scope(alpha):
        run = ActionRun.objects.get()
        assert running.run_next_part(run_id=run.pk).done == 2
        assert running.run_next_part(run_id=run.pk).done == 4
        assert running.run_next_part(run_id=run.pk).done == 5
        assert running.run_next_part(run_id=run.pk) is None
    assert answer["job"]
    assert [events["tasks"] for events in records_of(alpha).events("tasks.updated")] == [ids[:2], ids[2:4], ids[4:]]


def test_run_of_a_member_who_lost_the_permission_is_ended(alpha, alpha_client, project, ids, act, monkeypatch):
    manager = client_of(alpha, role="MA")
    monkeypatch.setattr(running, "PART", 2)
    assert act("delete_tasks", client=manager).json()["job"]
    with tenant_scope(alpha):
        run = ActionRun.objects.get()
        type(manager.member).objects.filter(pk=manager.member.pk).update(role="AN")
        with pytest.raises(running.PermissionDeniedError):
            running.run_next_part(run_id=run.pk)
        assert Task.objects.count() == 5


def test_action_that_sees_all_at_once_runs_in_one_part(
    alpha, alpha_client, project, act, monkeypatch, jobs_run_at_once
):
    monkeypatch.setattr(running, "PART", 2)
    job = act("remove_duplicates").json()["job"]
    assert alpha_client.get(f"/api/jobs/{job}/").json()["result"] == {"tasks": 5, "processed_items": 1}
    assert len(tasks_of(alpha_client, project)) == 4
