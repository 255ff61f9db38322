"""The catalogue over REST, and projects that begin with a template."""

import pytest

from platform_core.projects.catalogue import core_templates


def test_catalogue_is_listed_by_group_and_cut_by_filters(alpha_client):
    found = alpha_client.get("/api/project-templates/").json()
    own = [template for template in found if not template["plugin"]]
    assert [template["key"] for template in own] == [template.key for template in core_templates()]
    assert {"key", "name", "title", "group", "description", "label_config", "object_types", "control_types"} <= set(
        own[0]
    )

    def keys(query):
        return [template["key"] for template in alpha_client.get(f"/api/project-templates/?{query}").json()]

    assert set(keys("group=ranking")) == {"response_ranking", "search_relevance", "pairwise_comparison"}
    assert keys("object_type=Pdf") == ["document_pages"]
    assert keys("search=no%20such%20thing") == []


def test_template_comes_with_sample_tasks(alpha_client):
    template = alpha_client.get("/api/project-templates/sentiment/").json()
    assert set(template["tasks"][0]) == {"review"}
    assert alpha_client.get("/api/project-templates/nothing/").status_code == 404


ONE_A_GROUP = {template.group: template for template in core_templates()}.values()


@pytest.mark.parametrize("template", ONE_A_GROUP, ids=lambda template: template.key)
def test_project_begins_with_a_template_and_takes_its_tasks(alpha_client, template):
    made = alpha_client.post("/api/projects/", {"template": template.key})
    assert made.status_code == 201, made.content
    project = made.json()
    assert (project["title"], project["description"], project["label_config"]) == (
        template.title,
        template.description,
        template.label_config,
    )
    report = alpha_client.post(f"/api/projects/{project['id']}/import", list(template.tasks))
    assert (report.status_code, report.json()["task_count"]) == (201, len(template.tasks))


def test_title_and_description_that_are_sent_win(alpha_client):
    body = {"template": "sentiment", "title": "Mine", "description": "own", "label_config": "<View></View>"}
    made = alpha_client.post("/api/projects/", body).json()
    assert (made["title"], made["description"]) == ("Mine", "own")
    assert "sentiment" in made["parsed_label_config"]


@pytest.mark.parametrize(
    "body",
    [
        {"template": "nothing"},
        {"template": "../sentiment"},
        {"template": "sentiment", "label_config": '<View><Text name="t" value="$t"/></View>'},
        {"template": ["sentiment"]},
    ],
)
def test_template_that_makes_no_sense_is_refused(alpha_client, body):
    refused = alpha_client.post("/api/projects/", {"title": "Conflicts", **body})
    assert refused.status_code == 400
    assert set(refused.json()["validation_errors"]) == {"template"}
    assert alpha_client.get("/api/projects/").json()["count"] == 0


def test_template_is_ignored_where_a_project_is_changed(alpha_client):
    made = alpha_client.post("/api/projects/", {"title": "Conflicts"}).json()
    changed = alpha_client.patch(f"/api/projects/{made['id']}/", {"template": "sentiment"}).json()
    assert changed["label_config"] == made["label_config"]
