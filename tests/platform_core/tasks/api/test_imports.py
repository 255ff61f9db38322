import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from platform_core.tasks.models import FileUpload, ImportRun, Task
from tenants.scope import tenant_scope
from tests.platform_core.tasks.api.test_flow import CONFIG, choice, import_tasks

FILES = {"/tasks.csv": b"text\none\ntwo\n", "/tasks": b'[{"text": "three"}]', "/page": b"<p>"}


@pytest.fixture(autouse=True)
def files_root(settings, tmp_path):
    settings.TENON_FILES_ROOT = tmp_path / "files"


@pytest.fixture
def project(alpha_client):
    return alpha_client.post("/api/projects/", {"title": "Conflicts", "label_config": CONFIG}).json()


@pytest.fixture
def neighbour():
    """Serve FILES on the loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = FILES.get(self.path.partition("?")[0])
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "application/json" if self.path == "/tasks" else "text/html")
            self.end_headers()
            self.wfile.write(body or b"secret inside")

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def fetch(client, project, url, kind="application/x-www-form-urlencoded"):
    path = f"/api/projects/{project['id']}/import"
    return client.generic("POST", path, f"url={url}".encode(), content_type=kind)


def data_of(client, project):
    return [task["data"] for task in client.get(f"/api/tasks/?project={project['id']}").json()["tasks"]]


def test_file_behind_a_url_is_fetched_and_kept(alpha_client, alpha, project, neighbour, settings):
    settings.TENON_OUTBOUND_ALLOW = ["127.0.0.1"]

    made = fetch(alpha_client, project, f"{neighbour}/tasks.csv?token=x")
    by_type = fetch(alpha_client, project, f"{neighbour}/tasks")
    refused = fetch(alpha_client, project, f"{neighbour}/page")
    path = f"/api/projects/{project['id']}/import"
    in_a_form = alpha_client.post(path, {"url": f"{neighbour}/tasks"}, format="multipart")

    assert [one.status_code for one in (made, by_type, refused, in_a_form)] == [201, 201, 400, 201]
    assert data_of(alpha_client, project) == [{"text": "one"}, {"text": "two"}, {"text": "three"}, {"text": "three"}]
    with tenant_scope(alpha):
        names = FileUpload.objects.order_by("pk").values_list("name", flat=True)
        assert list(names) == ["tasks.csv", "tasks.json", "tasks.json"]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://2130706433/",
        "http://[::ffff:127.0.0.1]/x.csv",
        "http://localhost/x.csv",
        "tasks.csv",
    ],
)
def test_urls_that_must_not_be_fetched_are_refused(alpha_client, alpha, project, url):
    refused = fetch(alpha_client, project, url)

    assert refused.status_code == 400
    with tenant_scope(alpha):
        assert not FileUpload.objects.exists()


def test_private_neighbour_is_not_reached_and_errors_of_others_are_not_shown(
    alpha_client, project, neighbour, settings
):
    hidden = fetch(alpha_client, project, f"{neighbour}/tasks.csv").json()
    settings.TENON_OUTBOUND_ALLOW = ["127.0.0.1"]
    missing = fetch(alpha_client, project, f"{neighbour}/missing.csv").json()

    assert hidden["code"] == "outbound_refused"
    assert (missing["code"], missing["data"]["status"]) == ("outbound_failed", 404)
    assert "secret" not in str(missing)


def test_nothing_is_written_without_commit_to_project(alpha_client, alpha, project):
    tasks = [{"data": {"text": "a"}, "predictions": [{"result": []}]}, {"text": "b"}]

    found = import_tasks(alpha_client, project, tasks, commit_to_project="false", return_task_ids="1")

    body = found.json()
    assert (found.status_code, body["id"], body["task_count"], body["prediction_count"]) == (201, None, 2, 1)
    assert (body["data_columns"], body["task_ids"]) == (["text"], [])
    with tenant_scope(alpha):
        assert not Task.objects.exists()
        assert not ImportRun.objects.exists()


@pytest.mark.parametrize("fields", ["topic", "guess", "[guess]", '["guess"]', "missing,guess"])
@pytest.mark.parametrize("value", ["Weather", ["Weather"], choice("Weather")])
def test_fields_become_predictions(alpha_client, project, fields, value):
    key = "topic" if fields == "topic" else "guess"

    made = import_tasks(alpha_client, project, [{"text": "a", key: value}], preannotated_from_fields=fields)

    assert made.status_code == 201, made.content
    assert made.json()["prediction_count"] == 1
    (prediction,) = alpha_client.get(f"/api/predictions/?project={project['id']}").json()
    assert prediction["result"] == choice("Weather")


@pytest.mark.parametrize("value", ["Snow", {"a": 1}, 7])
def test_field_that_is_no_prediction_is_refused_with_its_item(alpha_client, project, value):
    tasks = [{"text": "a", "guess": "Weather"}, {"text": "a", "guess": value}]

    refused = import_tasks(alpha_client, project, tasks, preannotated_from_fields="guess")

    assert refused.status_code == 400
    assert "item 1" in refused.content.decode()


def test_import_runs_as_a_job_where_asked(alpha_client, project, jobs_run_at_once):
    planned = import_tasks(alpha_client, project, [{"text": "a"}, {"text": "b"}], **{"async": "1"})

    body = planned.json()
    assert planned.status_code == 201, planned.content
    run = alpha_client.get(f"/api/projects/{project['id']}/imports/{body['import']}/").json()
    assert (run["status"], run["task_count"], run["job_id"]) == ("completed", 2, body["job"])
    assert len(run["task_ids"]) == 2
    assert alpha_client.get(f"/api/jobs/{body['job']}/").json()["status"] == "completed"
    assert data_of(alpha_client, project) == [{"text": "a"}, {"text": "b"}]


def test_job_that_fails_says_why_and_writes_no_task(alpha_client, project, jobs_run_at_once):
    file = SimpleUploadedFile("a.csv", b"other\nx\n")
    path = f"/api/projects/{project['id']}/import?async=1"

    body = alpha_client.post(path, {"file": file}, format="multipart").json()

    job = alpha_client.get(f"/api/jobs/{body['job']}/").json()
    assert job["status"] == "failed"
    assert "item 0" in job["error"]
    assert data_of(alpha_client, project) == []


def test_report_of_an_import_lists_the_tasks_that_are_left(alpha_client, project):
    report = import_tasks(alpha_client, project, [{"text": str(n)} for n in range(3)], return_task_ids="1").json()
    alpha_client.delete(f"/api/tasks/{report['task_ids'][1]}/")

    run = alpha_client.get(f"/api/projects/{project['id']}/imports/{report['id']}/").json()

    assert run["task_ids"] == [report["task_ids"][0], report["task_ids"][2]]
    assert (run["status"], run["found_formats"], run["file_upload_ids"]) == ("completed", ["json"], [])


def test_body_that_comes_too_slowly_is_refused(alpha_client, project, settings):
    settings.TENON_MAX_BODY_SECONDS = -1

    refused = import_tasks(alpha_client, project, [{"text": "a"}])

    assert (refused.status_code, refused.json()["code"]) == (400, "bad_request")
