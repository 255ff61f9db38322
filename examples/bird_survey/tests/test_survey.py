import pytest

PLACE = "/api/project-templates/bird_survey.survey/"


@pytest.fixture
def annotate(enabled, api_client):
    """Return a function that answers a task of a survey whose label config has a choice that is no garden bird."""
    config = api_client.get(PLACE).json()["label_config"].replace("</Choices>", '<Choice value="dodo"/></Choices>')
    project = api_client.post("/api/projects/", {"title": "Garden", "label_config": config}).json()["id"]
    report = api_client.post(f"/api/projects/{project}/import?return_task_ids=1", [{"text": "Two robins."}]).json()

    def act(species, count):
        bird = {"from_name": "species", "type": "choices", "value": {"choices": [species]}}
        number = {"from_name": "count", "type": "number", "value": {"number": count}}
        result = [{**item, "id": item["type"], "to_name": "note"} for item in (bird, number)]
        return api_client.post(f"/api/tasks/{report['task_ids'][0]}/annotations/", {"result": result})

    return act


def test_bird_of_the_list_is_taken(annotate):
    made = annotate("robin", 2)

    assert made.status_code == 201, made.content


def test_bird_that_the_taxonomy_does_not_have_is_refused(annotate):
    refused = annotate("dodo", 1)

    assert refused.status_code == 400
    assert "B-SPECIES" in str(refused.json())


def test_flock_that_nobody_can_have_counted_is_taken_with_a_warning(annotate):
    made = annotate("starling", 5000)

    assert made.status_code == 201
    assert [warning["code"] for warning in made.json()["warnings"]] == ["B-CROWD"]


def test_survey_is_offered_only_where_the_plugin_is_enabled(enabled, other_organization, make_client):
    assert make_client(enabled).get(PLACE).status_code == 200
    assert make_client(other_organization).get(PLACE).status_code == 404
