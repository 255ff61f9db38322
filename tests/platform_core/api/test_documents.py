import json

import pytest
from openapi_spec_validator import validate

from platform_core.api.openapi import document_for
from platform_core.sdk.testing.clients import anonymous_client

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture
def client(alpha):
    return anonymous_client(alpha)


def document(client):
    return json.loads(client.get("/api/schema/").content)


def operations(client):
    for path, item in document(client)["paths"].items():
        for method in METHODS & set(item):
            yield f"{method} {path}", item[method]


def test_document_is_valid_openapi(client):
    validate(document(client))


def test_every_operation_has_summary_errors_example_and_owner(client):
    lacking = []
    for name, operation in operations(client):
        codes = set(operation["responses"])
        bodies = [body for code, body in operation["responses"].items() if code.startswith("2") and "content" in body]
        has_example = all(
            "examples" in media or media["schema"].get("format") == "binary"
            for body in bodies
            for media in body["content"].values()
        )
        if not (
            operation.get("summary")
            and {"400", "401", "403", "404"} <= codes
            and has_example
            and operation.get("x-plugin")
        ):
            lacking.append(name)

    assert lacking == []
    assert sum(1 for _ in operations(client)) > 30


def test_operation_ids_are_unique(client):
    ids = [operation["operationId"] for _name, operation in operations(client)]

    assert sorted(ids) == sorted(set(ids))


def test_creations_lead_to_what_they_made(client):
    known = {operation["operationId"] for _, operation in operations(client)}
    made = {
        name: response["links"]
        for name, operation in operations(client)
        for response in operation["responses"].values()
        if "links" in response
    }

    assert {"post /api/projects/", "post /api/tasks/", "post /api/teams/", "post /api/predictions/"} <= set(made)
    assert {link["operationId"] for links in made.values() for link in links.values()} <= known
    deleted = made["post /api/teams/"]["team_delete"]
    assert deleted == {"operationId": "team_delete", "parameters": {"id": "$response.body#/id"}}
    assert "annotation_patch" in made["post /api/tasks/{id}/annotations/"]
    snapshot = made["post /api/projects/{id}/exports/"]["snapshot_get"]["parameters"]
    assert sorted(snapshot.values()) == ["$request.path.id", "$response.body#/id"]


def test_document_has_an_etag_that_saves_the_second_answer(client):
    first = client.get("/api/schema/")
    second = client.get("/api/schema/", HTTP_IF_NONE_MATCH=first["ETag"])

    assert second.status_code == 304
    assert second.content == b""


def test_document_without_plugins_names_no_plugin():
    whole = json.loads(document_for("platform_core.urls.tenant", frozenset()).content)

    operations = [operation for item in whole["paths"].values() for operation in item.values()]
    assert {operation["x-plugin"] for operation in operations} == {"core"}
    assert whole["info"]["x-plugins"] == {}


@pytest.mark.parametrize("path", ["/docs/", "/redoc/"])
def test_pages_load_nothing_from_elsewhere(client, path):
    page = client.get(path)

    assert page.status_code == 200
    assert "http" not in page.content.decode()
    assert "default-src 'none'" in page["Content-Security-Policy"]


@pytest.mark.parametrize(
    "name", ["tenon/../../settings/base.py", "../manage.py", "admin/css/base.css", "tenon/%2e%2e/x"]
)
def test_assets_outside_the_pages_folders_do_not_exist(client, name):
    assert client.get(f"/static/{name}").status_code == 404
    shown = client.get("/static/tenon/docs.js")
    shown.close()
    assert shown.status_code == 200


def test_document_of_the_public_host_is_valid_and_complete(public_client, capsys):
    found = json.loads(public_client.get("/api/schema/").content)

    validate(found)
    assert "/api/organizations/" in found["paths"]
    assert "/api/tasks/" not in found["paths"]
    assert "could not resolve" not in capsys.readouterr().err
