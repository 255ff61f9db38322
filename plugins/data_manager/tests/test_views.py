import json
from urllib.parse import quote

import pytest
from tenon_data_manager.models import View

from platform_core.plugins.services.activation import enable_plugin
from platform_core.sdk.testing.clients import client_of
from platform_core.sdk.testing.scopes import records_of, tenant_scope

VIEWS = "/api/dm/views/"
RAIN = {
    "conjunction": "and",
    "items": [{"filter": "filter:tasks:data.text", "operator": "contains", "type": "String", "value": "rain"}],
}


@pytest.fixture
def view(alpha_client, project):
    data = {"title": "Rain", "filters": RAIN, "ordering": ["-tasks:id"], "hiddenColumns": {"explore": ["tasks:id"]}}
    made = alpha_client.post(VIEWS, {"project": project, "data": data})
    assert made.status_code == 201, made.content
    return made.json()


def test_view_is_stored_as_given_with_audit_and_event(alpha, alpha_client, project, view):
    assert view["data"]["filters"] == RAIN
    assert (view["project"], view["user"], view["order"]) == (project, alpha_client.member.pk, 0)
    assert alpha_client.get(f"{VIEWS}?project={project}").json() == [view]
    assert alpha_client.get(VIEWS).json() == [view]
    assert alpha_client.get(f"{VIEWS}{view['id']}/").json() == view
    facts = {"view": view["id"], "project": project}
    assert records_of(alpha).events("data_manager.view_created") == [facts]
    assert records_of(alpha).audit("data_manager.view_created") == [(alpha_client.member.pk, str(view["id"]), facts)]


def test_patch_merges_and_null_takes_away(alpha_client, view):
    changed = alpha_client.patch(f"{VIEWS}{view['id']}/", {"data": {"title": "Wet"}}).json()
    assert changed["data"] == {**view["data"], "title": "Wet"}
    cleared = alpha_client.patch(f"{VIEWS}{view['id']}/", {"data": {"filters": None}}).json()
    assert cleared["data"]["filters"] is None
    assert cleared["data"]["ordering"] == ["-tasks:id"]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"filters": {"items": [{"filter": "filter:tasks:updated_by__password", "operator": "contains"}]}}, "filters"),
        ({"ordering": ["tasks:updated_by__password"]}, "ordering"),
        ({"selectedItems": {"all": "yes"}}, "selectedItems"),
        ({"filters": []}, "filters"),
    ],
)
def test_view_that_could_not_be_shown_is_refused_at_creation_and_change(alpha_client, project, view, data, field):
    made = alpha_client.post(VIEWS, {"project": project, "data": data})
    changed = alpha_client.patch(f"{VIEWS}{view['id']}/", {"data": data})

    assert [(answer.status_code, list(answer.json()["validation_errors"])) for answer in (made, changed)] == [
        (400, [field])
    ] * 2
    assert alpha_client.get(f"{VIEWS}{view['id']}/").json() == view


def test_tasks_of_a_view_are_filtered_and_ordered_by_it(alpha_client, project, ids, view):
    for path in (f"/api/tasks/?view={view['id']}", f"/api/tasks?project={project}&view={view['id']}&fields=all"):
        body = alpha_client.get(path).json()
        assert ([task["id"] for task in body["tasks"]], body["total"]) == ([ids[3], ids[0]], 2)
    narrower = {"filters": {"items": [{"filter": "filter:tasks:id", "operator": "less", "value": ids[3]}]}}
    body = alpha_client.get(f"/api/tasks/?view={view['id']}&query={quote(json.dumps(narrower))}").json()
    assert [task["id"] for task in body["tasks"]] == [ids[0]]
    other = alpha_client.post("/api/projects/", {"title": "Another"}).json()["id"]
    assert alpha_client.get(f"/api/tasks/?project={other}&view={view['id']}").status_code == 404


def test_stored_filter_with_an_attribute_path_is_refused_when_it_is_used(alpha, alpha_client, ids, view):
    leak = {"items": [{"filter": "filter:tasks:updated_by__password", "operator": "contains", "value": "a"}]}
    with tenant_scope(alpha):
        View.objects.filter(pk=view["id"]).update(data={"filters": leak})

    answer = alpha_client.get(f"/api/tasks/?view={view['id']}")
    assert (answer.status_code, list(answer.json()["validation_errors"])) == (400, ["filters"])
    acted = alpha_client.post(f"/api/dm/actions/?id=delete_tasks&view={view['id']}", {})
    assert acted.status_code == 400


def test_views_are_put_in_order_and_deleted_together(alpha_client, project, view):
    others = [alpha_client.post(VIEWS, {"project": project, "data": {}}).json()["id"] for _ in range(2)]
    ordered = alpha_client.post(f"{VIEWS}order/", {"project": project, "ids": [others[1], view["id"]]})
    assert (ordered.status_code, ordered.content) == (200, b"")
    listed = [item["id"] for item in alpha_client.get(f"{VIEWS}?project={project}").json()]
    assert listed == [others[1], view["id"], others[0]]
    assert alpha_client.post(f"{VIEWS}order/", {"project": project, "ids": [10**9]}).status_code == 400

    assert alpha_client.delete(f"{VIEWS}{others[0]}/").status_code == 204
    assert alpha_client.delete(f"{VIEWS}reset/?project={project}").status_code == 204
    assert alpha_client.get(f"{VIEWS}?project={project}").json() == []
    assert alpha_client.delete(f"{VIEWS}reset/").status_code == 400


def test_member_without_the_project_sees_neither_views_nor_tasks_nor_columns(alpha, alpha_client, project, view):
    annotator = client_of(alpha, role="AN")
    for path in (f"{VIEWS}{view['id']}/", f"{VIEWS}?project={project}", f"/api/tasks/?view={view['id']}"):
        assert annotator.get(path).status_code == 404
    assert annotator.get(f"/api/dm/columns/?project={project}").status_code == 404
    assert annotator.get(VIEWS).json() == []
    alpha_client.patch(f"/api/projects/{project}/access/", {"members": [annotator.member.pk]})
    assert annotator.get(f"{VIEWS}{view['id']}/").status_code == 200
    assert annotator.patch(f"{VIEWS}{view['id']}/", {"data": {"title": "x"}}).status_code == 403


def test_view_of_another_organization_is_unknown(beta, beta_client, view):
    with tenant_scope(beta):
        enable_plugin(slug="data_manager", plan_hash=None, actor=None)
    assert beta_client.get(VIEWS).json() == []
    assert beta_client.get(f"{VIEWS}{view['id']}/").status_code == 404
    assert beta_client.get(f"/api/tasks/?view={view['id']}").status_code == 404


def test_views_go_with_their_project_and_outlive_their_author(alpha, alpha_client, project, view):
    assert alpha_client.delete(f"/api/projects/{project}/").status_code == 204

    with tenant_scope(alpha):
        assert not View.objects.exists()


def test_columns_are_those_that_filters_take(alpha_client, project, ids):
    columns = alpha_client.get(f"/api/dm/columns/?project={project}").json()["columns"]
    data = next(column for column in columns if column["id"] == "data")
    assert data["children"] == ["text"]
    assert next(column for column in columns if column.get("parent") == "data")["type"] == "Text"
    for column in columns:
        if column["id"] == "data":
            continue
        name = f"{column['parent']}.{column['id']}" if "parent" in column else column["id"]
        query = {
            "filters": {"items": [{"filter": f"filter:tasks:{name}", "operator": "exists", "type": column["type"]}]},
            "ordering": [f"-tasks:{name}"],
        }
        answer = alpha_client.get(f"/api/tasks/?project={project}&query={quote(json.dumps(query))}")
        assert answer.status_code == 200, (name, answer.content)


def test_state_of_a_project_has_its_counters_and_rights(alpha, alpha_client, project, ids):
    state = alpha_client.get(f"/api/dm/project/?project={project}").json()
    assert (state["id"], state["title"], state["task_count"], state["annotation_count"]) == (
        project,
        "Selections",
        5,
        2,
    )
    assert state["can_delete_tasks"] is True
    reviewer = client_of(alpha, role="RE")
    alpha_client.patch(f"/api/projects/{project}/access/", {"members": [reviewer.member.pk]})
    assert reviewer.get(f"/api/dm/project/?project={project}").json()["can_delete_tasks"] is False


def test_where_the_plugin_is_off_its_paths_and_views_are_unknown_and_filters_work(alpha_client, project, ids, view):
    assert alpha_client.post("/api/plugins/data_manager/disable/?wait=60", {}).status_code == 200

    unknown = alpha_client.get("/api/nothing-here/")
    for path in (VIEWS, f"{VIEWS}{view['id']}/", "/api/dm/columns/", "/api/dm/actions/"):
        answer = alpha_client.get(path)
        assert (answer.status_code, answer.json()["detail"]) == (404, unknown.json()["detail"])
    assert alpha_client.get(f"/api/tasks/?view={view['id']}").status_code == 404
    query = quote(json.dumps({"filters": RAIN}))
    assert alpha_client.get(f"/api/tasks/?project={project}&query={query}").json()["total"] == 2
