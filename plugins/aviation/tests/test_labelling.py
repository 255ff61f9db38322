import json

import pytest

from platform_core.sdk.testing.clients import client_of
from tenants.scope import tenant_scope

PLUGIN = "/api/plugins/aviation/"


@pytest.fixture
def enabled(alpha_client):
    plan_hash = alpha_client.get(f"{PLUGIN}plan/").json()["plan_hash"]
    assert alpha_client.post(f"{PLUGIN}enable/?wait=60", {"plan_hash": plan_hash}).status_code == 200
    return alpha_client


@pytest.fixture
def template(enabled):
    return enabled.get("/api/aviation/templates/").json()["results"][0]["label_config"]


@pytest.fixture
def project(enabled, template):
    made = enabled.post("/api/projects/", {"title": "Reports", "label_config": template})
    assert made.status_code == 201, made.content
    return made.json()


@pytest.fixture
def task_ids(enabled, project, extract_path):
    with extract_path.open("rb") as file:
        report = enabled.post(
            f"/api/projects/{project['id']}/import?return_task_ids=1", {"file": file}, format="multipart"
        )
    assert report.status_code == 201, report.content
    assert report.json()["found_formats"] == ["aviation.asrs_csv"]
    return report.json()["task_ids"]


def coding(*, categories, phase="ENR", event_class="Incident"):
    def region(name, kind, value):
        key = "text" if kind == "textarea" else kind
        return {"from_name": name, "to_name": "narrative", "type": kind, "value": {key: value}}

    return [
        region("phase", "choices", [phase]),
        region("categories", "choices", categories),
        region("event_class", "choices", [event_class]),
        region("synopsis", "textarea", ["Two aircraft came close."]),
    ]


def annotate(client, task_id, result, **extra):
    return client.post(f"/api/tasks/{task_id}/annotations/", {"result": result, **extra})


def test_reports_of_the_shipped_extract_become_tasks(enabled, project, task_ids):
    page = enabled.get(f"/api/tasks/?project={project['id']}").json()

    assert page["total"] == len(task_ids) == 41
    assert page["tasks"][0]["data"]["narrative"]


def test_good_coding_is_accepted_and_exported(enabled, project, task_ids):
    made = annotate(enabled, task_ids[0], coding(categories=["MAC"]))

    assert made.status_code == 201, made.content
    export = enabled.get(f"/api/projects/{project['id']}/export?export_type=JSON")
    assert [task["id"] for task in json.loads(b"".join(export.streaming_content))] == [task_ids[0]]


def test_cfit_with_loss_of_control_is_refused_by_v_excl(enabled, task_ids):
    refused = annotate(enabled, task_ids[0], coding(categories=["CFIT", "LOC-I"]))

    assert refused.status_code == 400
    body = refused.json()
    assert {issue["code"] for issue in body["data"]["issues"] if issue["severity"] == "error"} == {"V-EXCL"}
    assert "CFIT" in body["detail"]
    assert "LOC-I" in body["detail"]
    assert enabled.get(f"/api/tasks/{task_ids[0]}/annotations/").json() == []


def test_unlikely_phase_is_a_warning_that_a_project_may_want_reasons_for(enabled, project, task_ids):
    unlikely = coding(categories=["TURB"], phase="TOF")
    warned = annotate(enabled, task_ids[0], unlikely)
    enabled.patch(f"/api/projects/{project['id']}/", {"require_warning_reasons": True})
    silent = annotate(enabled, task_ids[1], unlikely)
    reasoned = annotate(enabled, task_ids[1], unlikely, warning_reasons={"V-PHASE": "Wake of a heavy at rotation."})

    assert (warned.status_code, [item["code"] for item in warned.json()["warnings"]]) == (201, ["V-PHASE"])
    assert silent.status_code == 400
    assert "V-PHASE" in silent.json()["validation_errors"]["warning_reasons"][0]
    assert reasoned.status_code == 201


def test_project_stays_readable_and_refuses_writes_while_the_plugin_is_off(enabled, project, task_ids):
    assert enabled.post(f"{PLUGIN}disable/?wait=60").status_code == 200

    refused = annotate(enabled, task_ids[0], coding(categories=["MAC"]))

    assert (refused.status_code, refused.json()["code"]) == (400, "plugin_disabled")
    assert enabled.get(f"/api/projects/{project['id']}/").status_code == 200
    assert enabled.get(f"/api/tasks/?project={project['id']}").json()["total"] == len(task_ids)


def test_config_that_names_the_taxonomy_is_refused_where_the_plugin_is_off(beta_client, template):
    refused = beta_client.post("/api/projects/", {"title": "Reports", "label_config": template})

    assert (refused.status_code, refused.json()["code"]) == (400, "plugin_disabled")


def test_annotator_outside_the_project_cannot_annotate_it(alpha, enabled, project, task_ids):
    annotator = client_of(alpha, role="AN")
    assert annotate(annotator, task_ids[0], coding(categories=["MAC"])).status_code == 404
    with tenant_scope(alpha):
        members = [annotator.member.pk]
    assert enabled.patch(f"/api/projects/{project['id']}/access/", {"members": members}).status_code == 200
    assert annotate(annotator, task_ids[0], coding(categories=["MAC"])).status_code == 201
