import json
from urllib.parse import quote

import pytest

from platform_core.projects.models import ProjectCounters
from platform_core.sdk.testing.clients import client_of
from platform_core.tasks.filters import limits
from tenants.scope import tenant_scope

CONFIG = """<View><Text name="text" value="$text"/><Choices name="topic" toName="text" choice="single">
<Choice value="Weather"/><Choice value="Traffic"/></Choices></View>"""
DATA = [
    {"text": "Castle in the rain", "n": 5, "tags": ["a", "b"], "source": {"lang": "en"}, "day": "2026-01-05"},
    {"text": "ÉCOLE de Paris", "n": "7", "tags": ["b"], "source": {"lang": "fr"}, "day": "2026-02-05T10:00:00Z"},
    {"text": "castles and 100% walls", "n": 12.5, "tags": [], "a.b": "dotted", "ok": True},
    {"text": "", "n": None, "day": "no date", "ok": False},
    {"text": "under_score \\ slash", "n": "many"},
    {"text": "École 2"},
]


def choice(value):
    return [{"from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": [value]}}]


@pytest.fixture
def project(alpha_client):
    return alpha_client.post("/api/projects/", {"title": "Filters", "label_config": CONFIG}).json()["id"]


@pytest.fixture
def ids(alpha_client, project):
    tasks = [{"data": data} for data in DATA]
    tasks[1]["annotations"] = [{"result": choice("Traffic"), "lead_time": 4}]
    tasks[2]["annotations"] = [{"result": choice("Weather"), "lead_time": 8, "ground_truth": False}]
    tasks[2]["predictions"] = [{"result": choice("Traffic"), "score": 0.25, "model_version": "m1"}]
    tasks[4]["predictions"] = [{"result": choice("Weather"), "score": 0.75, "model_version": "M2"}]
    made = alpha_client.post(f"/api/projects/{project}/import?return_task_ids=1", tasks)
    assert made.status_code == 201, made.content
    return made.json()["task_ids"]


def item(column, operator, value=None, type_=None, **more):
    typed = {"type": type_} if type_ else {}
    return {"filter": f"filter:tasks:{column}", "operator": operator, "value": value, **typed, **more}


def listed(client, project, *items, conjunction="and", path="", **parts):
    query = {"filters": {"conjunction": conjunction, "items": list(items)}, **parts}
    return client.get(f"/api/tasks/?project={project}&query={quote(json.dumps(query))}{path}")


@pytest.fixture
def find(alpha_client, project, ids):
    """Return a function: the places of the tasks that conditions find."""

    def act(*items, **parts):
        answer = listed(alpha_client, project, *items, **parts)
        assert answer.status_code == 200, answer.content
        body = answer.json()
        assert body["total"] == len(body["tasks"])
        return [ids.index(task["id"]) for task in body["tasks"]]

    return act


TEXTS = [
    (item("data.text", "contains", "CASTLE"), [0, 2]),
    (item("data.text", "contains", "école"), [1, 5]),
    (item("data.text", "contains", "100%"), [2]),
    (item("data.text", "contains", "_"), [4]),
    (item("data.text", "contains", "\\"), [4]),
    (item("data.text", "not_contains", "castle"), [1, 3, 4, 5]),
    (item("data.text", "starts_with", "castle"), [0, 2]),
    (item("data.text", "ends_with", "PARIS"), [1]),
    (item("data.text", "ends_with", "école 2"), [5]),
    (item("data.text", "regex", "^[Cc]astles? "), [0, 2]),
    (item("data.text", "regex", "^castle"), [2]),
    (item("data.text", "not_regex", "a"), [3, 5]),
    (item("data.text", "equal", "École 2"), [5]),
    (item("data.text", "not_equal", "École 2"), [0, 1, 2, 3, 4]),
    (item("data.text", "in_list", ["École 2", "", "x"]), [3, 5]),
    (item("data.text", "not_in_list", ["École 2", ""]), [0, 1, 2, 4]),
    (item("data.text", "in_list", []), []),
    (item("data.text", "not_in_list", []), [0, 1, 2, 3, 4, 5]),
    (item("data.text", "empty", True), [3]),
    (item("data.text", "empty", False), [0, 1, 2, 4, 5]),
    (item("data.tags", "empty", True), [2, 3, 4, 5]),
    (item("data.source.lang", "equal", "fr"), [1]),
    (item("data.a.b", "equal", "dotted"), [2]),
    (item("data.a.b", "exists"), [2]),
    (item("data.a.b", "not_exists"), [0, 1, 3, 4, 5]),
    (item("data.n", "exists", True), [0, 1, 2, 3, 4]),
    (item("data.n", "exists", False), [5]),
    (item("data.nothing", "exists"), []),
    (item("data.nothing", "not_equal", "x"), [0, 1, 2, 3, 4, 5]),
]
NUMBERS = [
    (item("data.n", "equal", 7, "Number"), [1]),
    (item("data.n", "not_equal", 7, "Number"), [0, 2, 3, 4, 5]),
    (item("data.n", "greater", 5, "Number"), [1, 2]),
    (item("data.n", "greater_or_equal", "5", "Number"), [0, 1, 2]),
    (item("data.n", "less", 7.5, "Number"), [0, 1]),
    (item("data.n", "less_or_equal", 12.5, "Number"), [0, 1, 2]),
    (item("data.n", "in", {"min": 5, "max": 7}, "Number"), [0, 1]),
    (item("data.n", "in", {"min": 6}, "Number"), [1, 2]),
    (item("data.n", "not_in", {"min": 5, "max": 7}, "Number"), [2, 3, 4, 5]),
    (item("data.n", "in_list", [5, 12.5], "Number"), [0, 2]),
    (item("data.n", "not_in_list", [5, 12.5], "Number"), [1, 3, 4, 5]),
    (item("data.n", "greater", 1e30, "Number"), []),
    (item("data.ok", "equal", True, "Boolean"), [2]),
    (item("data.ok", "not_equal", True, "Boolean"), [0, 1, 3, 4, 5]),
    (item("data.tags", "contains", "b", "List"), [0, 1]),
    (item("data.tags", "not_contains", "b", "List"), [2, 3, 4, 5]),
    (item("data.tags", "equal", ["b"], "List"), [1]),
    (item("data.day", "greater", "2026-01-31T00:00:00.000000Z", "Datetime"), [1]),
    (item("data.day", "less", "2026-01-31T00:00:00.000000Z", "Datetime"), [0]),
]
COLUMNS = [
    (item("total_annotations", "greater", 0), [1, 2]),
    (item("total_annotations", "equal", "1", "Number"), [1, 2]),
    (item("total_predictions", "in", {"min": 1, "max": 3}), [2, 4]),
    (item("cancelled_annotations", "greater", 0), []),
    (item("completed_at", "empty", False), [1, 2]),
    (item("completed_at", "empty", True), [0, 3, 4, 5]),
    (item("completed_at", "greater", "2020-01-01T00:00:00.000000Z", "Datetime"), [1, 2]),
    (item("created_at", "less", "2020-01-01T00:00:00.000000Z", "Datetime"), []),
    (item("annotations_results", "contains", "traffic", "String"), [1]),
    (item("annotations_results", "not_contains", "Traffic", "String"), [0, 2, 3, 4, 5]),
    (item("annotations_results", "empty", True, "String"), [0, 3, 4, 5]),
    (item("annotations_ids", "exists", None, "String"), [1, 2]),
    (item("predictions_results", "contains", "Weather", "String"), [4]),
    (item("predictions_score", "greater", 0.5), [4]),
    (item("predictions_model_versions", "contains", "m2", "String"), [4]),
    (item("avg_lead_time", "less", 5, "Number"), [1]),
    (item("ground_truth", "equal", True, "Boolean"), [1]),
    (item("is_labeled", "equal", False, "Boolean"), [0, 3, 4, 5]),
    (item("inner_id", "in", {"min": 2, "max": 3}), [1, 2]),
    (item("id", "contains", "x", "String"), []),
    (item("draft_exists", "equal", True, "Boolean"), []),
    (item("storage_filename", "empty", True), [0, 1, 2, 3, 4, 5]),
    (item("file_upload", "contains", "csv"), []),
]


@pytest.mark.parametrize("table", [TEXTS, NUMBERS, COLUMNS], ids=["texts", "numbers", "columns"])
def test_operators_find_exactly_what_they_say(find, table):
    found = [(condition, find(condition)) for condition, _ in table]

    assert found == table


def test_members_are_found_by_their_ids(find, alpha_client):
    me = alpha_client.member.pk
    assert find(item("annotators", "contains", me, "List")) == [1, 2]
    assert find(item("annotators", "not_contains", me, "List")) == [0, 3, 4, 5]
    assert find(item("annotators", "in_list", [me, 10**6], "List")) == [1, 2]
    assert find(item("annotators", "equal", me + 1, "List")) == []
    assert find(item("annotators", "empty", True, "List")) == [0, 3, 4, 5]
    assert find(item("updated_by", "contains", me + 1, "List")) == []


def test_groups_and_child_filters_nest(find):
    castle, number = item("data.text", "contains", "castle"), item("data.n", "equal", 7, "Number")
    assert find(castle, number) == []
    assert find(castle, number, conjunction="or") == [0, 1, 2]
    inner = {"conjunction": "and", "items": [castle, item("total_annotations", "greater", 0)]}
    assert find(inner, number, conjunction="or") == [1, 2]
    assert find({**castle, "child_filter": item("data.n", "greater", 10, "Number")}) == [2]
    assert find({**castle, "child_filter": item("data.n", "greater", 10, "Number")}, number, conjunction="or") == [1, 2]
    assert find({"conjunction": "or", "items": []}, castle) == [0, 2]


def test_orders_put_missing_values_last_and_later_columns_decide_ties(find):
    assert find(ordering=["tasks:data.text"])[0] == 3
    assert find(ordering=["-tasks:id"]) == [5, 4, 3, 2, 1, 0]
    assert find(ordering=["tasks:completed_at"])[2:] == [0, 3, 4, 5]
    assert find(ordering=["-tasks:completed_at", "-tasks:id"])[2:] == [5, 4, 3, 0]
    assert find(ordering=["-tasks:total_annotations", "tasks:data.source.lang"])[:2] == [1, 2]
    assert find(ordering=["-tasks:predictions_score"])[:2] == [4, 2]
    assert find(ordering=["tasks:data.source.lang", "-tasks:id"]) == [0, 1, 5, 4, 3, 2]
    by_number = find(ordering=["-tasks:data.n"])
    assert by_number.index(2) < by_number.index(0)
    assert set(by_number[-2:]) == {3, 5}


def test_selection_means_what_it_names_and_nothing_when_it_names_nothing(find, ids):
    assert find(selectedItems={"all": False, "included": [ids[4], ids[0], 10**12]}) == [0, 4]
    assert find(selectedItems={"all": True, "excluded": [ids[0]]}) == [1, 2, 3, 4, 5]
    assert find(selectedItems={"all": True}) == [0, 1, 2, 3, 4, 5]
    assert find(selectedItems={"all": False, "included": []}) == []
    castle = item("data.text", "contains", "castle")
    assert find(castle, selectedItems={"all": True, "excluded": [ids[0]]}) == [2]


def test_totals_are_those_of_the_filtered_tasks(alpha_client, project, ids):
    body = listed(alpha_client, project, item("total_annotations", "greater", 0), path="&page_size=1").json()

    assert len(body["tasks"]) == 1
    assert (body["total"], body["total_annotations"], body["total_predictions"]) == (2, 2, 1)
    only = alpha_client.get(f"/api/tasks/?project={project}&only_annotated=true").json()
    assert [task["id"] for task in only["tasks"]] == ids[1:3]
    assert alpha_client.get(f"/api/tasks/?project={project}&only_annotated=perhaps").status_code == 400


def test_pages_and_cursors_go_through_a_filtered_list(alpha_client, project, ids):
    everything = item("data.text", "not_equal", "x")
    pages = [listed(alpha_client, project, everything, path=f"&page={n}&page_size=4").json() for n in (1, 2, 3)]
    assert [[task["id"] for task in page["tasks"]] for page in pages] == [ids[:4], ids[4:], []]
    after = listed(alpha_client, project, everything, path=f"&page_size=4&cursor={pages[0]['next_cursor']}")
    assert [task["id"] for task in after.json()["tasks"]] == ids[4:]

    ordered = listed(alpha_client, project, ordering=["-tasks:id"], path="&page=2&page_size=4").json()
    assert [task["id"] for task in ordered["tasks"]] == [ids[1], ids[0]]
    assert ordered["next_cursor"] is None
    wrong = listed(alpha_client, project, ordering=["-tasks:id"], path=f"&cursor={pages[0]['next_cursor']}")
    assert (wrong.status_code, list(wrong.json()["validation_errors"])) == (400, ["cursor"])


def test_include_names_the_fields(alpha_client, project, ids):
    body = alpha_client.get(f"/api/tasks/?project={project}&include=total_annotations,annotations_ids").json()
    assert set(body["tasks"][1]) == {"id", "total_annotations", "annotations_ids"}
    only_ids = listed(alpha_client, project, include=["id"]).json()
    assert only_ids["tasks"] == [{"id": id_} for id_ in ids]
    refused = alpha_client.get(f"/api/tasks/?project={project}&include=password")
    assert (refused.status_code, list(refused.json()["validation_errors"])) == (400, ["include"])


def test_filtered_list_shows_the_same_tasks_as_the_plain_one(alpha_client, project, ids):
    plain = alpha_client.get(f"/api/tasks/?project={project}&fields=all").json()
    filtered = listed(alpha_client, project, item("id", "exists"), path="&fields=all").json()

    assert filtered["tasks"] == plain["tasks"]
    assert filtered["total"] == plain["total"]


WRITES = {
    "annotation": lambda client, project, ids: client.post(
        f"/api/tasks/{ids[0]}/annotations/", {"result": choice("Weather")}
    ),
    "changed annotation": lambda client, project, ids: client.patch(
        f"/api/annotations/{client.get(f'/api/tasks/{ids[1]}/').json()['annotations'][0]['id']}/",
        {"result": choice("Weather")},
    ),
    "deleted annotation": lambda client, project, ids: client.delete(
        f"/api/annotations/{client.get(f'/api/tasks/{ids[1]}/').json()['annotations'][0]['id']}/"
    ),
    "prediction": lambda client, project, ids: client.post(
        "/api/predictions/", {"task": ids[0], "result": choice("Weather")}
    ),
    "changed prediction": lambda client, project, ids: client.patch(
        f"/api/predictions/{client.get(f'/api/tasks/{ids[2]}/').json()['predictions'][0]['id']}/", {"score": 0.9}
    ),
    "deleted prediction": lambda client, project, ids: client.delete(
        f"/api/predictions/{client.get(f'/api/tasks/{ids[2]}/').json()['predictions'][0]['id']}/"
    ),
    "task": lambda client, project, ids: client.post("/api/tasks/", {"project": project, "data": {"text": "Weather"}}),
    "changed task": lambda client, project, ids: client.patch(f"/api/tasks/{ids[0]}/", {"data": {"text": "new"}}),
    "deleted task": lambda client, project, ids: client.delete(f"/api/tasks/{ids[0]}/"),
    "all tasks deleted": lambda client, project, ids: client.delete(f"/api/projects/{project}/tasks/"),
    "import": lambda client, project, ids: client.post(f"/api/projects/{project}/import", [{"text": "Weather"}]),
}


@pytest.mark.parametrize("write", WRITES)
def test_what_was_found_is_forgotten_with_every_write(alpha, alpha_client, project, ids, write):
    def revision():
        with tenant_scope(alpha):
            return ProjectCounters.objects.values_list("revision", flat=True).get(project=project)

    before = revision()
    answer = WRITES[write](alpha_client, project, ids)

    assert answer.status_code < 300, answer.content
    assert revision() > before


def test_pages_of_a_list_search_the_project_once_until_something_is_written(
    alpha_client, project, ids, steady_gate, django_assert_max_num_queries
):
    castle = item("data.text", "contains", "castle")
    assert listed(alpha_client, project, castle).json()["total"] == 2
    with django_assert_max_num_queries(2):
        assert listed(alpha_client, project, castle).json()["total"] == 2
    alpha_client.patch(f"/api/tasks/{ids[0]}/", {"data": {"text": "tower"}})

    body = listed(alpha_client, project, castle).json()
    assert (body["total"], [task["id"] for task in body["tasks"]]) == (1, [ids[2]])


def test_annotator_cannot_find_out_about_the_annotations_of_others(alpha, alpha_client, project, ids):
    annotator = client_of(alpha, role="AN")
    assert listed(annotator, project, item("id", "exists")).status_code == 404
    alpha_client.patch(f"/api/projects/{project}/access/", {"members": [annotator.member.pk]})

    assert listed(alpha_client, project, item("annotations_results", "contains", "Traffic")).json()["total"] == 1
    assert listed(annotator, project, item("annotations_results", "contains", "Traffic")).json()["total"] == 0
    assert listed(annotator, project, item("annotators", "contains", alpha_client.member.pk)).json()["total"] == 0


def test_broken_pattern_and_slow_filter_are_bad_input(alpha_client, project, ids, monkeypatch):
    broken = listed(alpha_client, project, item("data.text", "regex", "("))
    assert (broken.status_code, broken.json()["code"]) == (400, "validation_error")
    assert "parentheses" in broken.json()["validation_errors"]["filters"][0]

    monkeypatch.setattr(limits, "SECONDS", 0.001)
    slow = [item("data.text", "regex", f"^(([a-z])+.)+[A-Z]([a-z])+{n}$") for n in range(150)]
    ended = listed(alpha_client, project, *slow, conjunction="or")
    assert (ended.status_code, ended.json()["code"]) == (400, "filter_timeout")


def test_values_at_the_edge_are_answered(alpha_client, project, ids):
    conditions = [
        item("id", "in_list", [2**63 - 1, -5]),
        item("id", "equal", 1e300),
        item("id", "greater", -(2**63) + 1),
        item("created_at", "greater", "0001-01-01T00:00:00Z"),
        item("created_at", "less", "9999-12-31T23:59:59Z"),
        item("data." + "k" * 1000, "exists"),
        item("data....", "equal", "x"),
        item("data.text", "regex", "a" * 10_000),
        item("data.n", "less", 1e-300, "Number"),
    ]
    assert [listed(alpha_client, project, condition).status_code for condition in conditions] == [200] * len(conditions)


def test_unknown_view_and_missing_project_are_not_found(alpha_client, project):
    assert alpha_client.get("/api/tasks/?view=1").status_code == 404
    assert alpha_client.get(f"/api/tasks/?project={project}&view=1").status_code == 404
    assert alpha_client.get("/api/tasks/?view=x").status_code == 400
    missing = alpha_client.get("/api/tasks/")
    assert (missing.status_code, missing.json()["detail"]) == (404, "Neither project nor view id specified")
