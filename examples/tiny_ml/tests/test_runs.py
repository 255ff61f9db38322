import pytest

from platform_core.sdk import MLBackendSpec, MLContext, MLTask
from platform_core.sdk.backends import BackendFailedError, ml_backends, predict, train
from platform_core.sdk.testing.scopes import records_of, tenant_scope

RUNS = "/api/tiny_ml/runs/"
CONFIG = """
<View>
  <Text name="text" value="$text"/>
  <Choices name="tone" toName="text"><Choice value="calm"/><Choice value="loud"/></Choices>
</View>
"""
TEXTS = {"Quiet rain all night": "calm", "Quiet sea": "calm", "Thunder and shouting": "loud", "Shouting crowd": "loud"}


@pytest.fixture
def project(enabled, api_client):
    made = api_client.post("/api/projects/", {"title": "Weather", "label_config": CONFIG})
    assert made.status_code == 201, made.content
    return made.json()["id"]


@pytest.fixture
def import_tasks(api_client, project):
    def act(*texts):
        rows = [{"text": text} for text in texts]
        report = api_client.post(f"/api/projects/{project}/import?return_task_ids=1", rows)
        return report.json()["task_ids"]

    return act


@pytest.fixture
def annotated(api_client, import_tasks):
    for task, choice in zip(import_tasks(*TEXTS), TEXTS.values(), strict=True):
        region = {"from_name": "tone", "to_name": "text", "type": "choices", "value": {"choices": [choice]}}
        assert api_client.post(f"/api/tasks/{task}/annotations/", {"result": [region]}).status_code == 201


def test_run_learns_from_people_and_predicts_what_is_left(organization, api_client, project, annotated, import_tasks):
    calm, loud = import_tasks("A quiet night", "Thunder, shouting")
    run = api_client.post(RUNS, {"project": project})

    assert (run.status_code, run.json()["learned"], run.json()["predicted"]) == (201, 4, 2)
    found = {item["task"]: item for item in api_client.get(f"/api/predictions/?project={project}").json()}
    assert {task: item["result"][0]["value"]["choices"] for task, item in found.items()} == {
        calm: ["calm"],
        loud: ["loud"],
    }
    assert all(item["model_version"] == run.json()["version"] and 0.5 < item["score"] <= 1 for item in found.values())
    assert len(records_of(organization).audit("tiny_ml.run")) == 1
    assert api_client.post(RUNS, {"project": project}).json()["predicted"] == 0


def test_project_without_annotations_is_refused_with_the_reason(api_client, project):
    refused = api_client.post(RUNS, {"project": project})

    body = refused.json()
    assert (refused.status_code, body["code"], body["data"]["kind"]) == (400, "backend_failed", "untrained")
    assert "annotate some tasks" in body["detail"]


def test_unknown_project_is_not_found_and_annotators_may_not_run(api_client, enabled, make_client, project):
    assert api_client.post(RUNS, {"project": project + 1}).status_code == 404
    assert make_client(enabled, role="AN").post(RUNS, {"project": project}).status_code == 403


def test_model_route_and_menu_are_there_only_where_the_plugin_is_enabled(
    enabled, other_organization, api_client, make_client
):
    elsewhere = make_client(other_organization)
    with tenant_scope(enabled):
        assert ml_backends()["tiny_ml.words"].capabilities == {"predict", "train", "interactive"}
    with tenant_scope(other_organization):
        assert ml_backends() == {}
    item = {"plugin": "tiny_ml", "key": "runs", "title": "Tiny model", "path": "/tiny_ml/runs/", "order": 100}
    assert api_client.get("/api/navigation/").json() == [item]
    assert make_client(enabled, role="AN").get("/api/navigation/").json() == []
    assert (elsewhere.get("/api/navigation/").json(), elsewhere.post(RUNS, {"project": 1}).status_code) == ([], 404)


def test_model_that_has_not_learned_says_so(enabled):
    parsed = {"tone": {"type": "Choices", "to_name": ["text"], "inputs": [{"type": "Text", "value": "text"}]}}
    with tenant_scope(enabled):
        context = MLContext(organization=enabled, project_id=1, parsed=parsed)
        with pytest.raises(BackendFailedError, match="has not learned"):
            list(predict("tiny_ml.words", context, [MLTask(id=1, data={"text": "Rain"})]))
        with pytest.raises(BackendFailedError, match="no Choices"):
            train("tiny_ml.words", MLContext(organization=enabled, project_id=1, parsed={}), [])


def test_backend_says_what_it_suits():
    (spec,) = [item for item in vars(__import__("tenon_tiny_ml.words").words).values() if type(item) is MLBackendSpec]
    assert not spec.suits({})
