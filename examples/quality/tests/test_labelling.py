import json

import pytest
from tenon_quality.exporters import labels_of

EXPORT = "quality.text_labels"


@pytest.mark.parametrize("value", [{"certainty": 101}, {"certainty": "high"}, {}])
def test_certainty_outside_its_schema_is_refused(annotate, region, task_ids, value):
    refused = annotate(task_ids[0], [region("sure", "certainty", **value)])

    assert refused.status_code == 400
    assert "sure" in refused.json()["validation_errors"]["result"][0]


def test_tag_exists_only_where_the_plugin_is_enabled(organization, make_client, project, other_organization):
    elsewhere = make_client(other_organization)
    refused = elsewhere.post("/api/projects/", {"title": "Reports", "label_config": project["label_config"]})

    assert refused.status_code == 400
    assert "Certainty" in str(refused.json()["validation_errors"])


def test_export_is_a_line_for_each_submitted_annotation(api_client, project, annotate, result, task_ids):
    assert annotate(task_ids[0], result).status_code == 201
    assert annotate(task_ids[1], [], was_cancelled=True).status_code == 201
    answer = api_client.get(f"/api/projects/{project['id']}/export?export_type={EXPORT}")

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/x-ndjson")
    (line,) = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
    assert (line["task"], line["texts"]) == (task_ids[0], {"text": "Anna shouts."})
    assert line["labels"] == {
        "tone": ["loud"],
        "spans": [{"start": 0, "end": 4, "text": "Anna", "labels": ["Who"]}],
        "sure": [80],
    }


def test_relations_are_no_labels():
    assert labels_of([{"type": "relation", "from_id": "a", "to_id": "b", "direction": "right"}]) == {}


def test_format_is_offered_only_where_the_plugin_is_enabled(api_client, make_client, project, other_organization):
    formats = {item["name"] for item in api_client.get(f"/api/projects/{project['id']}/export/formats").json()}
    elsewhere = make_client(other_organization)
    other = elsewhere.post("/api/projects/", {"title": "Other"}).json()
    refused = elsewhere.get(f"/api/projects/{other['id']}/export?export_type={EXPORT}")

    assert EXPORT in formats
    assert (refused.status_code, list(refused.json()["validation_errors"])) == (400, ["export_type"])


def test_text_over_the_limit_of_the_settings_is_refused_with_nothing_written(
    api_client, change_settings, import_tasks, project
):
    assert change_settings(max_characters=10).status_code == 200
    refused = import_tasks("Short.", "This is too long.")

    assert refused.status_code == 400
    body = refused.json()
    assert (body["data"]["item"], body["data"]["issues"][0]["code"]) == (1, "Q-LENGTH")
    assert api_client.get(f"/api/tasks/?project={project['id']}").json()["total"] == 0
    assert import_tasks("Short.").status_code == 201


def test_blank_text_is_imported_with_a_warning_that_names_the_item(api_client, import_tasks, project):
    made = import_tasks("Rain.", " ", "Wind.")

    assert made.status_code == 201
    (warning,) = made.json()["warnings"]
    assert (warning["item"], warning["code"], warning["plugin"]) == (1, "Q-BLANK", "quality")
    run = api_client.get(f"/api/projects/{project['id']}/imports/{made.json()['id']}/").json()
    assert run["warnings"] == [warning]


@pytest.mark.parametrize("values", [{"max_characters": 0}, {"kinds": []}, {"colour": "red"}])
def test_settings_outside_their_schema_are_refused(enabled, change_settings, values):
    assert change_settings(**values).status_code == 400
