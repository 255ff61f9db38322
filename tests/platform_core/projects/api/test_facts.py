"""Annotators, model versions, summary, result schema and sample task of a project."""

import jsonschema
import pytest

CONFIG = (
    '<View><Text name="text" value="$text"/><Choices name="topic" toName="text">'
    '<Choice value="Weather"/><Choice value="Traffic"/></Choices>'
    '<Labels name="words" toName="text"><Label value="PER"/></Labels></View>'
)


def choice(value):
    return {"from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": [value]}}


SPAN = {
    "id": "s",
    "from_name": "words",
    "to_name": "text",
    "type": "labels",
    "value": {"start": 0, "end": 1, "labels": ["PER"]},
}


@pytest.fixture
def project(alpha_client):
    made = alpha_client.post("/api/projects/", {"title": "Conflicts", "label_config": CONFIG})
    return f"/api/projects/{made.json()['id']}/"


@pytest.fixture
def tasks(alpha_client, project):
    items = [{"text": "one"}, {"text": "two", "phase": "taxi"}]
    return alpha_client.post(f"{project}import?return_task_ids=1", items).json()["task_ids"]


def test_annotators_are_those_with_an_annotation(alpha_client, alpha, make_client, project, tasks):
    annotator, other = make_client(alpha, role="AN"), make_client(alpha, role="AN")
    alpha_client.patch(f"{project}access/", {"members": [annotator.member.pk, other.member.pk]})
    assert alpha_client.get(f"{project}annotators/").json() == []
    for client, task in ((annotator, tasks[0]), (annotator, tasks[1]), (alpha_client, tasks[0])):
        assert client.post(f"/api/tasks/{task}/annotations/", {"result": [choice("Weather")]}).status_code == 201

    found = alpha_client.get(f"{project}annotators/").json()
    assert {row["id"] for row in found} == {alpha_client.member.pk, annotator.member.pk}
    assert set(found[0]) == {"id", "username", "first_name", "last_name", "email", "avatar"}
    assert [row["id"] for row in annotator.get(f"{project}annotators/").json()] == [annotator.member.pk]
    assert other.get(f"{project}annotators/").json() == []


def test_model_versions_are_counted_the_latest_first(alpha_client, project, tasks):
    assert alpha_client.get(f"{project}model-versions").json() == {}
    for task, version in ((tasks[0], "a"), (tasks[0], "b"), (tasks[1], "a")):
        body = {"task": task, "result": [choice("Weather")], "model_version": version}
        assert alpha_client.post("/api/predictions/", body).status_code == 201

    assert alpha_client.get(f"{project}model-versions/").json() == {"a": 2, "b": 1}
    extended = alpha_client.get(f"{project}model-versions/?extended=true").json()
    assert [(row["model_version"], row["count"]) for row in extended["static"]] in (
        [("a", 2), ("b", 1)],
        [("b", 1), ("a", 2)],
    )
    assert extended["live"] == []


def test_summary_counts_columns_controls_and_labels(alpha_client, project, tasks):
    results = [(tasks[0], [choice("Weather"), SPAN]), (tasks[0], [choice("Traffic")]), (tasks[1], [choice("Weather")])]
    for task, result in results:
        assert alpha_client.post(f"/api/tasks/{task}/annotations/", {"result": result}).status_code == 201

    summary = alpha_client.get(f"{project}summary/").json()
    assert summary["all_data_columns"] == {"text": 2, "phase": 1}
    assert summary["common_data_columns"] == ["text"]
    assert summary["created_annotations"] == {"topic|text|choices": 3, "words|text|labels": 1}
    assert summary["created_labels"] == {"topic": {"Weather": 2, "Traffic": 1}, "words": {"PER": 1}}


def test_summary_of_an_empty_project_is_empty(alpha_client, project):
    assert {key: value for key, value in alpha_client.get(f"{project}summary/").json().items() if value} == {
        "project": int(project.split("/")[-2])
    }


def test_result_schema_takes_what_the_project_takes(alpha_client, project, tasks):
    schema = alpha_client.get(f"{project}label-config-schema/").json()
    jsonschema.Draft202012Validator.check_schema(schema)
    for result, is_valid in (([choice("Weather"), SPAN], True), ([choice("Snow")], False)):
        assert jsonschema.Draft202012Validator(schema).is_valid(result) is is_valid
        answer = alpha_client.post(f"/api/tasks/{tasks[0]}/annotations/", {"result": result})
        assert (answer.status_code == 201) is is_valid


def test_result_schema_without_a_config_takes_any_regions(alpha_client):
    made = alpha_client.post("/api/projects/", {"title": "Empty"}).json()["id"]
    schema = alpha_client.get(f"/api/projects/{made}/label-config-schema/").json()
    assert schema == {"type": "array", "items": {"type": "object"}}


def test_sample_task_fits_the_config_that_is_given(alpha_client, project):
    config = '<View><Image name="i" value="$a.b"/><Rating name="r" toName="i"/></View>'
    sample = alpha_client.post(f"{project}sample-task/", {"label_config": config}).json()["sample_task"]
    assert set(sample) == {"a"}
    assert isinstance(sample["a"]["b"], str)
    assert set(alpha_client.post(f"{project}sample-task/", {}).json()["sample_task"]) == {"text"}
    assert alpha_client.post(f"{project}sample-task/", {"label_config": "<View"}).status_code == 400


def test_whole_sample_task_can_be_imported(alpha_client, project):
    body = {"include_annotation_and_prediction": True}
    sample = alpha_client.post(f"{project}sample-task/", body).json()["sample_task"]
    assert {region["from_name"] for region in sample["annotations"][0]["result"]} == {"topic", "words"}
    report = alpha_client.post(f"{project}import", [sample])
    assert report.status_code == 201, report.content
    assert (report.json()["annotation_count"], report.json()["prediction_count"]) == (1, 1)


@pytest.mark.parametrize("name", ["annotators", "model-versions", "summary", "label-config-schema"])
def test_facts_of_an_invisible_project_are_not_told(alpha, make_client, project, name):
    annotator = make_client(alpha, role="AN")
    assert annotator.get(f"{project}{name}/").status_code == (403 if name == "summary" else 404)
    assert annotator.post(f"{project}sample-task/", {}).status_code == 404
