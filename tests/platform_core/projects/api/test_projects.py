"""Creating, reading, changing and deleting one project, row by row of the contract with Label Studio's clients."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from platform_core.members.models import Member
from platform_core.projects.models import ProjectMembership
from tenants.scope import tenant_scope

CONFIG = (
    '<View><Text name="text" value="$text"/><Choices name="topic" toName="text">'
    '<Choice value="Weather"/><Choice value="Traffic"/></Choices></View>'
)
# What Label Studio 1.23 answers, and the two that its SDK requires beside them.
LABEL_STUDIO_KEYS = {
    *("id", "title", "description", "label_config", "expert_instruction", "show_instruction", "show_skip_button"),
    *("enable_empty_annotation", "show_annotation_history", "organization", "color", "maximum_annotations"),
    *("is_published", "model_version", "is_draft", "created_by", "created_at", "min_annotations_to_start_training"),
    *("start_training_on_annotation_update", "show_collab_predictions", "num_tasks_with_annotations", "task_number"),
    *("useful_annotation_number", "ground_truth_number", "skipped_annotations_number", "total_annotations_number"),
    *("total_predictions_number", "sampling", "show_ground_truth_first", "annotator_evaluation_enabled"),
    *("show_overlap_first", "overlap_cohort_percentage", "task_data_login", "task_data_password", "control_weights"),
    *("parsed_label_config", "evaluate_predictions_automatically", "config_has_control_tags", "skip_queue"),
    *("reveal_preannotations_interactively", "pinned_at", "finished_task_number", "queue_total", "queue_done"),
    *("config_suitable_for_bulk_annotation", "state", "assignment_settings", "review_settings"),
}
EVERY_FIELD = {
    "title": "Everything set",
    "description": "a",
    "expert_instruction": "<b>read</b>",
    "show_instruction": True,
    "show_skip_button": False,
    "enable_empty_annotation": False,
    "show_annotation_history": True,
    "color": "#0a1B2c",
    "maximum_annotations": 3,
    "is_published": True,
    "model_version": "v1",
    "is_draft": True,
    "min_annotations_to_start_training": 2,
    "start_training_on_annotation_update": True,
    "show_collab_predictions": False,
    "sampling": "Uniform sampling",
    "show_ground_truth_first": True,
    "annotator_evaluation_enabled": True,
    "show_overlap_first": True,
    "overlap_cohort_percentage": 40,
    "task_data_login": "who",
    "evaluate_predictions_automatically": True,
    "skip_queue": "IGNORE_SKIPPED",
    "reveal_preannotations_interactively": True,
    "pinned_at": "2026-01-02T03:04:05.678901Z",
}


def make(client, **values):
    answer = client.post("/api/projects/", {"title": "Conflicts", "label_config": CONFIG, **values})
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_created_project_has_every_key_of_label_studio(alpha_client, alpha):
    made = make(alpha_client)

    assert LABEL_STUDIO_KEYS - set(made) == set()
    assert made == alpha_client.get(f"/api/projects/{made['id']}/").json()
    assert made["organization"] == alpha.id
    assert made["created_by"] == {
        "id": alpha_client.member.pk,
        "first_name": alpha_client.member.first_name,
        "last_name": alpha_client.member.last_name,
        "email": "owner@alpha.example",
        "avatar": None,
        "username": alpha_client.member.username,
    }
    assert (made["task_number"], made["queue_total"], made["queue_done"], made["state"]) == (0, 0, 0, "CREATED")
    assert made["assignment_settings"]["project"] == made["review_settings"]["project"] == made["id"]
    assert (made["skip_queue"], made["sampling"]) == ("REQUEUE_FOR_OTHERS", "Sequential sampling")


def test_every_field_can_be_set_on_create_and_by_patch(alpha_client):
    made = make(alpha_client, **EVERY_FIELD)
    assert {name: made[name] for name in EVERY_FIELD} == EVERY_FIELD

    other = make(alpha_client)
    predicted = {"result": [], "model_version": EVERY_FIELD["model_version"]}
    task = {"data": {"text": "Some text"}, "predictions": [predicted]}
    assert alpha_client.post(f"/api/projects/{other['id']}/import", [task]).status_code == 201
    changed = alpha_client.patch(f"/api/projects/{other['id']}/", EVERY_FIELD).json()
    assert {name: changed[name] for name in EVERY_FIELD} == EVERY_FIELD
    assert changed["updated_at"] > other["updated_at"]


def test_model_without_predictions_is_refused_for_a_project_that_exists(alpha_client):
    project = make(alpha_client, model_version="of the future")["id"]
    path = f"/api/projects/{project}/"
    task = {"data": {"text": "Some text"}, "predictions": [{"result": [], "model_version": "m1"}]}
    assert alpha_client.post(f"{path}import", [task]).status_code == 201

    unknown = alpha_client.patch(path, {"model_version": "m2", "title": "Not written"})

    assert unknown.status_code == 400
    assert list(unknown.json()["validation_errors"]) == ["model_version"]
    assert alpha_client.get(path).json()["title"] == "Conflicts"
    for known in ("of the future", "m1", "", None):  # what it has, what has predictions, and none
        assert alpha_client.patch(path, {"model_version": known}).json()["model_version"] == (known or "")
    assert alpha_client.patch(path, {"model_version": "of the future"}).status_code == 400


def test_unknown_and_read_only_keys_are_ignored(alpha_client):
    made = make(alpha_client, workspace=7, assignment_settings={"a": 1}, review_settings=1, nonsense=[1])
    changed = alpha_client.patch(
        f"/api/projects/{made['id']}/", {"id": 99, "created_by": 1, "organization": 5, "task_number": 10, "state": "X"}
    )

    assert changed.status_code == 200
    assert {name: changed.json()[name] for name in ("id", "organization", "task_number", "state", "created_by")} == {
        name: made[name] for name in ("id", "organization", "task_number", "state", "created_by")
    }


def test_project_object_can_be_sent_back_whole(alpha_client):
    made = make(alpha_client, description="x", task_data_password="secret")

    again = alpha_client.patch(f"/api/projects/{made['id']}/", made)

    assert again.status_code == 200, again.content
    assert {**again.json(), "updated_at": None} == {**made, "updated_at": None}


@pytest.mark.parametrize("title", ["", None])
def test_title_may_be_left_out(alpha_client, title):
    assert make(alpha_client, title=title)["title"] == ""
    assert alpha_client.post("/api/projects/", {}).status_code == 201


@pytest.mark.parametrize("title", ["ab", "x" * 51, "  a ", 5, ["abc"]])
def test_title_of_the_wrong_length_or_kind_is_refused(alpha_client, title):
    refused = alpha_client.post("/api/projects/", {"title": title})

    assert refused.status_code == 400
    assert set(refused.json()["validation_errors"]) == {"title"}
    assert alpha_client.get("/api/projects/").json()["count"] == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("color", "red"),
        ("color", "#12345"),
        ("maximum_annotations", 0),
        ("sampling", "Anything"),
        ("skip_queue", "x"),
        ("overlap_cohort_percentage", 101),
        ("pinned_at", "yesterday"),
        ("show_instruction", "perhaps"),
        ("label_config", "<View"),
        ("label_config", 5),
        ("control_weights", {"topic": 5}),
        ("control_weights", {"topic": {"overall": -1}}),
        ("control_weights", {"topic": {"labels": {"Weather": "x"}}}),
    ],
)
def test_value_that_breaks_a_rule_is_refused_by_its_name(alpha_client, name, value):
    made = make(alpha_client)

    for refused in (
        alpha_client.post("/api/projects/", {"title": "Another", name: value}),
        alpha_client.patch(f"/api/projects/{made['id']}/", {name: value}),
    ):
        assert refused.status_code == 400
        assert name in refused.json()["validation_errors"]
    assert alpha_client.get("/api/projects/").json()["count"] == 1


def test_weights_follow_the_config_and_what_was_wanted(alpha_client):
    wanted = {"topic": {"overall": 0, "labels": {"Weather": 0.5}}, "gone": {"overall": 1}}
    made = make(alpha_client, control_weights=wanted)
    assert made["control_weights"] == {
        "topic": {"overall": 0.0, "type": "Choices", "labels": {"Weather": 0.5, "Traffic": 1.0}}
    }

    path = f"/api/projects/{made['id']}/"
    kept = alpha_client.patch(path, {"label_config": CONFIG.replace("Traffic", "Runway")}).json()
    assert kept["control_weights"]["topic"]["labels"] == {"Weather": 0.5, "Runway": 1.0}
    again = alpha_client.patch(path, {"control_weights": {"topic": {"labels": {"Runway": 2}}}}).json()
    assert again["control_weights"]["topic"] == {
        "overall": 1.0,
        "type": "Choices",
        "labels": {"Weather": 1.0, "Runway": 2.0},
    }


def test_bulk_is_suitable_for_choices_only(alpha_client):
    both = CONFIG.replace("</View>", '<TextArea name="note" toName="text"/></View>')

    def facts(project):
        return project["config_has_control_tags"], project["config_suitable_for_bulk_annotation"]

    assert facts(make(alpha_client)) == (True, True)
    assert facts(make(alpha_client, label_config=both)) == (True, False)
    assert facts(make(alpha_client, label_config="<View></View>")) == (False, False)


def test_state_follows_the_work(alpha_client):
    made = make(alpha_client)
    report = alpha_client.post(f"/api/projects/{made['id']}/import?return_task_ids=1", [{"text": "a"}, {"text": "b"}])
    states = []
    for task in report.json()["task_ids"]:
        result = [{"from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": ["Weather"]}}]
        assert alpha_client.post(f"/api/tasks/{task}/annotations/", {"result": result}).status_code == 201
        states.append(alpha_client.get(f"/api/projects/{made['id']}/").json()["state"])
    assert states == ["IN_PROGRESS", "COMPLETED"]


def test_members_come_when_asked_for(alpha_client, alpha, make_client):
    made = make(alpha_client)
    others = [make_client(alpha, role="AN").member.pk for _ in range(2)]
    with tenant_scope(alpha):
        ProjectMembership.objects.bulk_create(
            ProjectMembership(project_id=made["id"], member_id=member) for member in others
        )
        Member.objects.filter(pk=others[1]).update(removed_at="2026-01-01T00:00:00Z")
    path = f"/api/projects/{made['id']}/"

    assert "members" not in alpha_client.get(path).json()
    one = alpha_client.get(f"{path}?members_limit=1").json()
    assert ([member["id"] for member in one["members"]], one["members_count"]) == ([alpha_client.member.pk], 2)
    many = alpha_client.get(f"{path}?members_limit=50").json()
    assert [member["id"] for member in many["members"]] == [alpha_client.member.pk, others[0]]
    assert alpha_client.get(f"{path}?members_limit=x").status_code == 400


def test_project_is_read_in_one_statement(alpha_client, alpha, steady_gate):
    made = make(alpha_client)
    alpha_client.get("/api/projects/")
    with tenant_scope(alpha), CaptureQueriesContext(connection) as captured:
        alpha_client.get(f"/api/projects/{made['id']}/")
    assert sum("projects_project" in query["sql"] for query in captured) == 1
    assert not any("members_apikey" in query["sql"] for query in captured)


def test_deleted_project_is_gone_with_its_tasks(alpha_client):
    made = make(alpha_client)
    alpha_client.post(f"/api/projects/{made['id']}/import", [{"text": "a"}])
    path = f"/api/projects/{made['id']}/"

    assert alpha_client.delete(path).status_code == 204
    assert [alpha_client.get(path).status_code, alpha_client.delete(path).status_code] == [404, 404]
    assert alpha_client.patch(path, {"title": "Another"}).status_code == 404
    assert alpha_client.get(f"/api/tasks/?project={made['id']}").status_code == 404


def test_project_of_a_number_beyond_the_column_is_unknown(alpha_client):
    assert alpha_client.get(f"/api/projects/{10**30}/").status_code == 404


def test_annotator_sees_granted_projects_only(alpha_client, alpha, make_client):
    hidden, shown = make(alpha_client), make(alpha_client, title="Shown")
    annotator = make_client(alpha, role="AN")
    alpha_client.patch(f"/api/projects/{shown['id']}/access/", {"members": [annotator.member.pk]})

    assert [row["id"] for row in annotator.get("/api/projects/").json()["results"]] == [shown["id"]]
    assert [row["id"] for row in annotator.get("/api/projects/counts/").json()["results"]] == [shown["id"]]
    assert annotator.get(f"/api/projects/{hidden['id']}/").status_code == 404
    assert annotator.get(f"/api/projects/?ids={hidden['id']}").json()["count"] == 0
