"""Spans past the end of the text are refused on every way in that has the text."""

import pytest

CONFIG = '<View><Text name="t" value="$text"/><Labels name="l" toName="t"><Label value="A"/></Labels></View>'


def span(end):
    return [
        {
            "id": "r",
            "from_name": "l",
            "to_name": "t",
            "type": "labels",
            "value": {"start": 0, "end": end, "labels": ["A"]},
        }
    ]


@pytest.fixture
def project(alpha_client):
    return alpha_client.post("/api/projects/", {"title": "Spans", "label_config": CONFIG}).json()["id"]


@pytest.fixture
def task(alpha_client, project):
    report = alpha_client.post(f"/api/projects/{project}/import?return_task_ids=1", [{"text": "four"}])
    return report.json()["task_ids"][0]


def refused(answer):
    assert answer.status_code == 400, answer.content
    assert answer.json()["data"]["issues"][0]["code"] == "span_past_end"


def test_annotation_is_held_against_the_text(alpha_client, task):
    path = f"/api/tasks/{task}/annotations/"
    refused(alpha_client.post(path, {"result": span(5)}))
    made = alpha_client.post(path, {"result": span(4)})
    assert made.status_code == 201
    refused(alpha_client.patch(f"/api/annotations/{made.json()['id']}/", {"result": span(9)}))
    assert len(alpha_client.get(path).json()) == 1


def test_prediction_is_held_against_the_text(alpha_client, task):
    refused(alpha_client.post("/api/predictions/", {"task": task, "result": span(5)}))
    made = alpha_client.post("/api/predictions/", {"task": task, "result": span(4)})
    assert made.status_code == 201
    refused(alpha_client.patch(f"/api/predictions/{made.json()['id']}/", {"result": span(9)}))


@pytest.mark.parametrize("kind", ["annotations", "predictions"])
def test_imported_work_is_held_against_the_text_beside_it(alpha_client, project, kind):
    path = f"/api/projects/{project}/import"
    answer = alpha_client.post(
        path, [{"data": {"text": "four"}}, {"data": {"text": "one"}, kind: [{"result": span(4)}]}]
    )
    refused(answer)
    assert "item 1" in answer.json()["detail"]
    assert alpha_client.get(f"/api/tasks/?project={project}").json()["total"] == 0
    assert alpha_client.post(path, [{"data": {"text": "four"}, kind: [{"result": span(4)}]}]).status_code == 201
