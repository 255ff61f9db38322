import json

import pytest

from platform_core.events.models import AuditEntry, OutboxEvent
from platform_core.projects.models import ProjectCounters
from tenants.scope import tenant_scope

CONFIG = """<View><Text name="text" value="$text"/><Choices name="topic" toName="text" choice="single">
<Choice value="Weather"/><Choice value="Traffic"/></Choices></View>"""


def choice(value):
    return [{"from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": [value]}}]


@pytest.fixture
def project(alpha_client):
    return alpha_client.post("/api/projects/", {"title": "Conflicts", "label_config": CONFIG}).json()


def body_of(response):
    return b"".join(response.streaming_content)


def import_tasks(client, project, tasks, **query):
    path = f"/api/projects/{project['id']}/import"
    return client.post(f"{path}?{'&'.join(f'{k}={v}' for k, v in query.items())}", tasks)


def test_created_project_has_label_studios_keys_and_its_parsed_config(project):
    assert project["title"] == "Conflicts"
    assert project["parsed_label_config"]["topic"]["labels"] == ["Weather", "Traffic"]
    assert project["created_by"]["email"] == "owner@alpha.example"
    assert project["task_number"] == 0


def test_imported_tasks_are_listed_annotated_and_exported(alpha_client, alpha, project):
    tasks = [{"data": {"text": f'report {i} \\ " \n \u00e9'}} for i in range(250)]
    report = import_tasks(alpha_client, project, tasks, return_task_ids="true")
    assert report.status_code == 201, report.content
    ids = report.json()["task_ids"]
    assert len(ids) == 250

    page = alpha_client.get(f"/api/tasks/?project={project['id']}&page=3&page_size=100&fields=all").json()
    assert [task["id"] for task in page["tasks"]] == ids[200:]
    assert page["tasks"][0]["data"] == tasks[200]["data"]
    assert page["total"] == 250

    made = alpha_client.post(f"/api/tasks/{ids[0]}/annotations/", {"result": choice("Weather"), "lead_time": 2.5})
    assert made.status_code == 201, made.content
    assert made.json()["completed_by"] == alpha_client.member.id

    exported = json.loads(body_of(alpha_client.get(f"/api/projects/{project['id']}/export?export_type=JSON")))
    assert [task["id"] for task in exported] == [ids[0]]
    assert exported[0]["annotations"][0]["result"] == choice("Weather")
    everything = alpha_client.get(f"/api/projects/{project['id']}/export?export_type=JSON&download_all_tasks=true")
    assert [task["data"] for task in json.loads(body_of(everything))] == [task["data"] for task in tasks]
    with tenant_scope(alpha):
        counters = ProjectCounters.objects.get(project=project["id"])
        assert (counters.task_number, counters.total_annotations_number, counters.finished_task_number) == (250, 1, 1)
        assert AuditEntry.objects.filter(action="annotation.created").count() == 1
        assert OutboxEvent.objects.filter(type="tasks.imported").count() == 1


def test_import_with_a_wrong_item_names_it_and_writes_nothing(alpha_client, project):
    tasks = [{"data": {"text": "x"}} for _ in range(3000)]
    tasks[2731] = {"data": {"txt": "x"}}

    refused = import_tasks(alpha_client, project, tasks)

    assert refused.status_code == 400
    assert "item 2731" in refused.json()["detail"]
    assert '"text"' in refused.json()["detail"]
    assert alpha_client.get(f"/api/tasks/?project={project['id']}").json()["total"] == 0


def test_imported_annotations_and_predictions_are_counted(alpha_client, project):
    task = {
        "data": {"text": "x"},
        "annotations": [{"result": choice("Weather"), "completed_by": {"email": "OWNER@alpha.example"}}],
        "predictions": [{"result": choice("Traffic"), "score": 0.5, "model_version": "m1"}],
    }
    report = import_tasks(alpha_client, project, [task, {"data": {"text": "y"}}]).json()

    assert (report["task_count"], report["annotation_count"], report["prediction_count"]) == (2, 1, 1)
    found = alpha_client.get(f"/api/projects/{project['id']}/").json()
    assert (found["total_annotations_number"], found["total_predictions_number"], found["finished_task_number"]) == (
        1,
        1,
        1,
    )
    page = alpha_client.get(f"/api/tasks/?project={project['id']}&fields=all").json()
    assert page["tasks"][0]["annotations"][0]["ground_truth"] is True
    assert page["tasks"][0]["predictions"][0]["score"] == 0.5
    assert page["tasks"][1]["annotations"] == []


def test_annotation_with_unknown_choice_is_refused_with_region_and_key(alpha_client, project):
    (task_id,) = import_tasks(alpha_client, project, [{"text": "x"}], return_task_ids="1").json()["task_ids"]

    refused = alpha_client.post(f"/api/tasks/{task_id}/annotations/", {"result": choice("Snow")})

    assert refused.status_code == 400
    assert "Snow" in refused.json()["validation_errors"]["result"][0]
    assert alpha_client.get(f"/api/tasks/{task_id}/annotations/").json() == []


def test_counters_follow_update_skip_and_delete(alpha_client, project):
    (task_id,) = import_tasks(alpha_client, project, [{"text": "x"}], return_task_ids="1").json()["task_ids"]
    annotation = alpha_client.post(f"/api/tasks/{task_id}/annotations/", {"result": choice("Weather")}).json()

    def counters():
        found = alpha_client.get(f"/api/projects/{project['id']}/").json()
        return found["total_annotations_number"], found["skipped_annotations_number"], found["finished_task_number"]

    assert counters() == (1, 0, 1)
    skipped = alpha_client.patch(f"/api/annotations/{annotation['id']}/", {"was_cancelled": True})
    assert skipped.status_code == 200, skipped.content
    assert counters() == (0, 1, 0)
    assert alpha_client.delete(f"/api/annotations/{annotation['id']}/").status_code == 204
    assert counters() == (0, 0, 0)


def test_deep_pages_are_right_after_a_deletion(alpha_client, project):
    ids = import_tasks(alpha_client, project, [{"text": str(i)} for i in range(25)], return_task_ids="1").json()[
        "task_ids"
    ]
    assert alpha_client.delete(f"/api/tasks/{ids[3]}/").status_code == 204
    left = ids[:3] + ids[4:]

    pages = [
        alpha_client.get(f"/api/tasks/?project={project['id']}&page={n}&page_size=10").json()["tasks"]
        for n in (1, 2, 3, 4)
    ]

    assert [[task["id"] for task in page] for page in pages] == [left[:10], left[10:20], left[20:], []]


def test_last_page_says_so_to_the_legacy_client(alpha_client, project):
    import_tasks(alpha_client, project, [{"text": str(i)} for i in range(3)])

    def ends(query):
        return alpha_client.get(f"/api/tasks/?project={project['id']}&page_size=2&{query}").json().get("end_pagination")

    assert [ends("page=1"), ends("page=2"), ends("page=3")] == [None, True, True]


def test_cursor_walks_all_tasks_and_a_forged_one_is_refused(alpha_client, project):
    ids = import_tasks(alpha_client, project, [{"text": str(i)} for i in range(25)], return_task_ids="1").json()[
        "task_ids"
    ]
    seen, cursor = [], ""
    while cursor is not None:
        page = alpha_client.get(f"/api/tasks/?project={project['id']}&page_size=10&cursor={cursor}").json()
        seen += [task["id"] for task in page["tasks"]]
        cursor = page["next_cursor"]

    assert seen == ids
    assert alpha_client.get(f"/api/tasks/?project={project['id']}&cursor=abc%00").status_code == 400


def test_cursor_of_another_organization_is_refused(alpha_client, beta_client, project):
    import_tasks(alpha_client, project, [{"text": str(i)} for i in range(3)])
    cursor = alpha_client.get(f"/api/tasks/?project={project['id']}&page_size=2").json()["next_cursor"]
    theirs = beta_client.post("/api/projects/", {"title": "Conflicts", "label_config": CONFIG}).json()
    import_tasks(beta_client, theirs, [{"text": str(i)} for i in range(3)])

    assert alpha_client.get(f"/api/tasks/?project={project['id']}&cursor={cursor}").status_code == 200
    assert beta_client.get(f"/api/tasks/?project={theirs['id']}&cursor={cursor}").status_code == 400


def test_other_organization_sees_nothing(alpha_client, beta_client, project):
    (task_id,) = import_tasks(alpha_client, project, [{"text": "secret"}], return_task_ids="1").json()["task_ids"]

    assert beta_client.get("/api/projects/").json()["results"] == []
    for path in (f"/api/projects/{project['id']}/", f"/api/tasks/?project={project['id']}", f"/api/tasks/{task_id}/"):
        assert beta_client.get(path).status_code == 404
    foreign_key = {"HTTP_HOST": "beta.testserver", "HTTP_AUTHORIZATION": f"Token {alpha_client.api_key}"}
    assert alpha_client.get("/api/projects/", **foreign_key).status_code == 401


def test_csv_export_escapes_formulas(alpha_client, project):
    (task_id,) = import_tasks(alpha_client, project, [{"text": "=1+1"}], return_task_ids="1").json()["task_ids"]
    alpha_client.post(f"/api/tasks/{task_id}/annotations/", {"result": choice("Weather")})

    lines = body_of(alpha_client.get(f"/api/projects/{project['id']}/export?export_type=CSV")).decode().splitlines()

    assert lines[0].startswith("text,id,annotation_id")
    assert lines[1].startswith("'=1+1,")


def test_task_list_query_count_does_not_grow_with_rows(alpha_client, project, steady_gate, django_assert_num_queries):
    for rows in (1, 3):
        import_tasks(alpha_client, project, [{"text": "x"} for _ in range(rows)])
        alpha_client.get("/api/projects/")  # fills the gate's memory
        with django_assert_num_queries(2, exact=True):
            alpha_client.get(f"/api/tasks/?project={project['id']}&fields=all")


def test_pages_by_number_stay_exact_after_deletions(alpha_client, project):
    ids = import_tasks(
        alpha_client, project, [{"data": {"text": str(n)}} for n in range(60)], return_task_ids="1"
    ).json()["task_ids"]

    def listed(page):
        answer = alpha_client.get(f"/api/tasks/?project={project['id']}&page={page}&page_size=10").json()
        return [task["id"] for task in answer["tasks"]]

    for gone in (ids[3], ids[31], ids[32], ids[59]):
        assert alpha_client.delete(f"/api/tasks/{gone}/").status_code == 204
        ids.remove(gone)
        # Backwards, forwards, and again from what was remembered.
        for page in (5, 3, 1, 2, 3, 4, 5, 6, 5):
            assert listed(page) == ids[(page - 1) * 10 : page * 10]


def test_patched_parent_must_belong_to_the_same_task(alpha_client, project):
    first, second = import_tasks(alpha_client, project, [{"text": "x"}] * 2, return_task_ids="1").json()["task_ids"]
    mine = alpha_client.post(f"/api/tasks/{first}/annotations/", {"result": choice("Weather")}).json()["id"]
    predictions = [
        alpha_client.post("/api/predictions/", {"task": task, "result": choice("Traffic")}).json()["id"]
        for task in (first, second)
    ]

    kept = alpha_client.patch(f"/api/annotations/{mine}/", {"parent_prediction": predictions[0]})
    refused = alpha_client.patch(f"/api/annotations/{mine}/", {"parent_prediction": predictions[1]})

    assert (kept.status_code, kept.json()["parent_prediction"]) == (200, predictions[0])
    assert refused.status_code == 400
    assert "parent_prediction" in refused.json()["validation_errors"]


def test_format_of_an_import_can_be_named(alpha_client, project):
    path = f"/api/projects/{project['id']}/import"

    made = alpha_client.generic("POST", f"{path}?format=csv", b"text\none\ntwo\n", content_type="text/plain")
    unknown = alpha_client.generic("POST", f"{path}?format=nothing", b"text\none\n", content_type="text/plain")

    assert (made.status_code, made.json()["task_count"], made.json()["found_formats"]) == (201, 2, ["csv"])
    assert unknown.status_code == 400
    assert "nothing" in str(unknown.json()["validation_errors"])
