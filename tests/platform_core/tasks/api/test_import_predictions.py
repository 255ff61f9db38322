import pytest

from platform_core.events.models import AuditEntry, OutboxEvent
from tenants.scope import tenant_scope
from tests.platform_core.tasks.api.test_flow import CONFIG, choice, import_tasks


@pytest.fixture
def project(alpha_client):
    return alpha_client.post("/api/projects/", {"title": "Conflicts", "label_config": CONFIG}).json()


@pytest.fixture
def tasks(alpha_client, project):
    return import_tasks(alpha_client, project, [{"text": "x"}] * 3, return_task_ids="1").json()["task_ids"]


def send(client, project, predictions):
    return client.post(f"/api/projects/{project['id']}/import/predictions", predictions)


def listed(client, project):
    return client.get(f"/api/predictions/?project={project['id']}").json()


def test_predictions_are_attached_and_counted(alpha_client, alpha, project, tasks):
    sent = [
        {"task": tasks[0], "result": choice("Weather"), "score": 0.5, "model_version": "m1"},
        {"task": tasks[1], "result": choice("Traffic")},
        {"task": tasks[0], "result": [], "cluster": 3, "mislabeling": 0.25},
    ]

    made = send(alpha_client, project, sent)

    assert (made.status_code, made.json()) == (201, {"created": 3})
    found = listed(alpha_client, project)
    assert [(one["task"], one["result"], one["score"], one["model_version"]) for one in found] == [
        (tasks[0], choice("Weather"), 0.5, "m1"), (tasks[1], choice("Traffic"), None, ""), (tasks[0], [], None, "")
    ]  # fmt: skip
    page = alpha_client.get(f"/api/tasks/?project={project['id']}").json()
    assert [task["total_predictions"] for task in page["tasks"]] == [2, 1, 0]
    assert page["total_predictions"] == 3
    with tenant_scope(alpha):
        assert AuditEntry.objects.get(action="predictions.imported").data["predictions"] == 3
        assert OutboxEvent.objects.get(type="predictions.imported").payload == {
            "project": project["id"], "predictions": 3, "tasks": 2,
        }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"task": 2**40}, "task"),
        ({"task": 2**70}, "2"),
        ({"task": "1"}, "task"),
        ({"task": True}, "task"),
        ({"task": None}, "task"),
        ({"result": "none"}, "result"),
        ({"result": choice("Snow")}, "Snow"),
        ({"score": 2}, "score"),
        ({"score": "high"}, "score"),
        ({"mislabeling": -1}, "mislabeling"),
        ({"cluster": 2**40}, "cluster"),
    ],
)
def test_wrong_item_is_named_and_nothing_is_written(alpha_client, project, tasks, change, key):
    right = {"task": tasks[0], "result": choice("Weather")}

    refused = send(alpha_client, project, [right, right, {**right, **change}])

    assert refused.status_code == 400
    assert "item 2" in refused.content.decode()
    assert key in refused.content.decode()
    assert listed(alpha_client, project) == []


def test_task_of_another_project_is_refused(alpha_client, project, tasks):
    other = alpha_client.post("/api/projects/", {"title": "Other", "label_config": CONFIG}).json()

    refused = send(alpha_client, other, [{"task": tasks[0], "result": []}])

    assert refused.status_code == 400
    assert refused.json()["data"] == {"item": 0, "key": "task", "task": tasks[0]}


@pytest.mark.parametrize("body", [b"", b"null", b"[1]", b'[{"task": 1, "result": []}', b'"x"'])
def test_body_that_is_no_array_of_objects_is_refused(alpha_client, project, body):
    path = f"/api/projects/{project['id']}/import/predictions"

    assert alpha_client.generic("POST", path, body, content_type="application/json").status_code == 400


def test_body_over_the_limit_is_refused(alpha_client, project, tasks, settings):
    settings.TENON_MAX_IMPORT_BYTES = 50

    assert send(alpha_client, project, [{"task": tasks[0], "result": []}] * 5).status_code == 413


def test_statements_do_not_grow_with_predictions(
    alpha_client, project, tasks, steady_gate, django_assert_max_num_queries
):
    send(alpha_client, project, [{"task": tasks[0], "result": []}])
    for count in (1, 300):
        with django_assert_max_num_queries(11):
            send(alpha_client, project, [{"task": task, "result": []} for task in tasks] * count)
