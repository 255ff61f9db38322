"""What the OpenAPI document says of nulls, optional fields and partial answers."""

import json

import pytest

from platform_core.api.openapi import document_for, simplified_nulls


@pytest.fixture(scope="module")
def document():
    return json.loads(document_for("platform_core.urls.tenant", frozenset()).content)


def test_anything_or_null_is_anything():
    schema = {"a": [{"oneOf": [{}, {"type": "null"}], "description": "x"}], "b": {"oneOf": [{"type": "string"}, {}]}}

    assert simplified_nulls(schema) == {"a": [{"description": "x"}], "b": {"oneOf": [{"type": "string"}, {}]}}


def test_field_that_is_absent_at_times_is_not_required(document):
    required = document["components"]["schemas"]["Project"]["required"]

    assert "title" in required or "id" in required
    assert {"members", "members_count"}.isdisjoint(required)


@pytest.mark.parametrize(
    "path", ["/api/api-keys/", "/api/organizations/", "/api/project-templates/", "/api/token/", "/api/users/"]
)
def test_plain_list_is_described_as_an_array(document, path):
    answer = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]

    assert answer["type"] == "array"


def test_page_of_states_is_described_as_a_page(document):
    operation = document["paths"]["/api/fsm/entities/{entity}/{id}/history"]["get"]
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]

    assert answer["$ref"].endswith("PaginatedStateChangeList")
    assert [parameter["name"] for parameter in operation["parameters"]].count("page") == 1


@pytest.mark.parametrize(
    "path", ["/data/upload/{project_pk}/{name}", "/api/projects/{id}/exports/{export_pk}/download"]
)
def test_download_documents_its_partial_answers(document, path):
    responses = document["paths"][path]["get"]["responses"]

    assert {"200", "206", "416"} <= set(responses)
    assert set(responses["206"]["content"]) == {"*/*"}
