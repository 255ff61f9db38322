"""Copies of projects."""

import pytest

from platform_core.projects.models import Project
from platform_core.projects.services import duplication
from platform_core.sdk.testing.scopes import records_of
from platform_core.sealed_fields import open_secret
from tenants.scope import tenant_scope

CONFIG = (
    '<View><Text name="text" value="$text"/><Choices name="topic" toName="text"><Choice value="Weather"/></Choices>'
    "</View>"
)
RESULT = [{"from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": ["Weather"]}}]


@pytest.fixture
def source(alpha_client):
    """A project with three tasks, of which one was deleted and one is annotated."""
    body = {"title": "Conflicts", "label_config": CONFIG, "maximum_annotations": 2, "pinned_at": "2026-01-01T00:00:00Z"}
    made = alpha_client.post("/api/projects/", {**body, "control_weights": {"topic": {"overall": 0.5}}}).json()
    path = f"/api/projects/{made['id']}/import?return_task_ids=1"
    tasks = alpha_client.post(path, [{"data": {"text": str(n)}, "meta": {"n": n}} for n in range(4)]).json()["task_ids"]
    alpha_client.delete(f"/api/tasks/{tasks[1]}/")
    alpha_client.post(f"/api/tasks/{tasks[0]}/annotations/", {"result": RESULT})
    return alpha_client.get(f"/api/projects/{made['id']}/").json()


def duplicate(client, source, **body):
    path = f"/api/projects/{source['id']}/duplicate/"
    return client.post(path, {"mode": "settings,data", "title": "A copy", "workspace": 3, **body})


def tasks_of(client, project):
    return client.get(f"/api/tasks/?project={project}&fields=all").json()["tasks"]


def test_copy_has_the_settings_and_the_tasks_but_no_work(alpha_client, alpha, source):
    answer = duplicate(alpha_client, source)
    assert answer.status_code == 201, answer.content
    copy = alpha_client.get(f"/api/projects/{answer.json()['id']}/").json()

    own = {"id", "title", "created_at", "updated_at", "pinned_at", "assignment_settings", "review_settings", "state"}
    counters = {name for name in source if name.endswith(("_number", "with_annotations")) or name.startswith("queue_")}
    assert {k: v for k, v in copy.items() if k not in own | counters} == {
        k: v for k, v in source.items() if k not in own | counters
    }
    assert (copy["title"], copy["pinned_at"], copy["task_number"], copy["total_annotations_number"]) == (
        "A copy",
        None,
        3,
        0,
    )
    tasks = tasks_of(alpha_client, copy["id"])
    assert [(task["data"], task["meta"], task["inner_id"]) for task in tasks] == [
        ({"text": "0"}, {"n": 0}, 1),
        ({"text": "2"}, {"n": 2}, 2),
        ({"text": "3"}, {"n": 3}, 3),
    ]
    assert all(task["annotations"] == [] and not task["is_labeled"] for task in tasks)
    assert records_of(alpha).events("project.created")[-1] == {
        "project": copy["id"],
        "duplicated_from": source["id"],
    }
    assert records_of(alpha).audit("project.duplicated")[-1][2]["mode"] == "settings,data"


def test_copy_has_a_password_of_its_own(alpha_client, alpha, source):
    alpha_client.patch(f"/api/projects/{source['id']}/", {"task_data_password": "hunter2"})
    made = duplicate(alpha_client, source, mode="settings").json()
    with tenant_scope(alpha):
        assert open_secret(Project.objects.get(pk=made["id"]), "task_data_password") == "hunter2"


def test_copy_of_the_settings_has_no_tasks(alpha_client, source):
    made = duplicate(alpha_client, source, mode="settings", description="new").json()
    copy = alpha_client.get(f"/api/projects/{made['id']}/").json()
    assert (copy["task_number"], copy["description"], made["job"]) == (0, "new", None)


def test_copy_can_be_worked_on(alpha_client, source):
    made = duplicate(alpha_client, source).json()["id"]
    (first, *_) = tasks_of(alpha_client, made)
    alpha_client.post(f"/api/projects/{made}/import", [{"text": "more"}])
    assert alpha_client.post(f"/api/tasks/{first['id']}/annotations/", {"result": RESULT}).status_code == 201
    assert [task["inner_id"] for task in tasks_of(alpha_client, made)] == [1, 2, 3, 4]
    counted = alpha_client.get(f"/api/projects/{made}/").json()
    assert (counted["task_number"], counted["total_annotations_number"]) == (4, 1)


def test_many_tasks_are_copied_by_a_job_once(alpha_client, alpha, source, monkeypatch, jobs_run_at_once):
    monkeypatch.setattr(duplication, "MAX_TASKS_AT_ONCE", 2)
    made = duplicate(alpha_client, source).json()

    assert alpha_client.get(f"/api/jobs/{made['job']}/").json()["result"] == {"project": made["id"], "tasks": 3}
    with tenant_scope(alpha):
        again = duplication.copy_tasks(source_id=source["id"], target_id=made["id"], actor=None)
    assert again == 0
    assert len(tasks_of(alpha_client, made["id"])) == 3


def test_members_and_teams_come_along_only_when_asked_for(alpha_client, alpha, make_client, source):
    annotator = make_client(alpha, role="AN")
    team = alpha_client.post("/api/teams/", {"name": "Team"}).json()["id"]
    alpha_client.patch(f"/api/projects/{source['id']}/access/", {"members": [annotator.member.pk], "teams": [team]})

    alone, shared = duplicate(alpha_client, source).json(), duplicate(alpha_client, source, include_members=True).json()

    def access(made):
        return alpha_client.get(f"/api/projects/{made['id']}/access/").json()

    owner = alpha_client.member.pk
    assert access(alone) == {"members": [owner], "teams": []}
    assert access(shared) == {"members": sorted([owner, annotator.member.pk]), "teams": [team]}


@pytest.mark.parametrize(
    ("body", "name"),
    [({"mode": "data"}, "mode"), ({"title": "x"}, "title"), ({"title": None}, "title"), ({"mode": None}, "mode")],
)
def test_copy_that_makes_no_sense_is_refused(alpha_client, alpha, source, body, name):
    refused = duplicate(alpha_client, source, **body)
    assert refused.status_code == 400
    assert set(refused.json()["validation_errors"]) == {name}
    with tenant_scope(alpha):
        assert Project.objects.count() == 1


def test_invisible_project_cannot_be_copied(alpha, make_client, source, beta_client):
    assert duplicate(make_client(alpha, role="AN"), source).status_code == 403
    assert duplicate(beta_client, source).status_code == 404
