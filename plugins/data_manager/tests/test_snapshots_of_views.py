"""A snapshot of a view holds the tasks that the view shows."""

import json

import pytest


@pytest.fixture
def client(alpha_client, settings, tmp_path, jobs_run_at_once):
    settings.TENON_FILES_ROOT = tmp_path / "files"
    return alpha_client


def test_snapshot_of_a_view_holds_its_tasks(client):
    project = client.post("/api/projects/", {"title": "Reports", "label_config": "<View/>"}).json()["id"]
    client.post(f"/api/projects/{project}/import", [{"text": "wet"}, {"text": "dry"}, {"text": "wet too"}])
    item = {"filter": "filter:tasks:data.text", "operator": "contains", "type": "String", "value": "wet"}
    view = client.post(
        "/api/dm/views/", {"project": project, "data": {"filters": {"conjunction": "and", "items": [item]}}}
    ).json()

    taken = client.post(f"/api/projects/{project}/exports/", {"task_filter_options": {"view": view["id"]}})
    assert taken.status_code == 201, taken.content
    found = client.get(f"/api/projects/{project}/exports/{taken.json()['id']}/download").getvalue()

    assert [task["data"]["text"] for task in json.loads(found)] == ["wet", "wet too"]
    assert taken.json()["counters"] == {"task_number": 2}


def test_view_of_another_project_is_refused(client):
    projects = [client.post("/api/projects/", {"title": "Reports"}).json()["id"] for _ in range(2)]
    view = client.post("/api/dm/views/", {"project": projects[0], "data": {}}).json()

    refused = client.post(f"/api/projects/{projects[1]}/exports/", {"task_filter_options": {"view": view["id"]}})

    assert refused.status_code == 400
