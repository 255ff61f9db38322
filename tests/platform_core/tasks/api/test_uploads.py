import os

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from platform_core.files import organization_files
from platform_core.tasks.import_jobs import tidy_uploads
from platform_core.tasks.models import FileUpload, Task
from platform_core.tasks.services.file_uploads import sweep_files
from tenants.scope import public_scope, tenant_scope

CONFIG = '<View><Image name="img" value="$picture"/><Choices name="c" toName="img"><Choice value="A"/></Choices></View>'
TEXT = '<View><Text name="t" value="$report"/><Choices name="c" toName="t"><Choice value="A"/></Choices></View>'
CSV = b"report,n\none,1\ntwo,2\n"


@pytest.fixture(autouse=True)
def files_root(settings, tmp_path):
    settings.TENON_FILES_ROOT = tmp_path / "files"
    return settings.TENON_FILES_ROOT


def new_project(client, config):
    return client.post("/api/projects/", {"title": "Files", "label_config": config}).json()["id"]


@pytest.fixture
def project(alpha_client):
    return new_project(alpha_client, TEXT)


def file(name, content, kind="application/octet-stream"):
    return SimpleUploadedFile(name, content, kind)


def send(client, project, *files, query=""):
    return client.post(f"/api/projects/{project}/import?{query}", {"file": list(files)}, format="multipart")


def tasks_of(client, project):
    return client.get(f"/api/tasks/?project={project}").json()["tasks"]


def stored(root):
    return [path for path in root.rglob("*") if path.is_file()]


def test_files_become_tasks_and_stay(alpha_client, project, files_root):
    made = send(alpha_client, project, file("a.csv", CSV), file("b.json", b'[{"report": "three"}]'))

    assert made.status_code == 201, made.content
    body = made.json()
    assert (body["task_count"], body["found_formats"], len(body["file_upload_ids"])) == (3, ["csv", "json"], 2)
    tasks = tasks_of(alpha_client, project)
    assert [task["data"]["report"] for task in tasks] == ["one", "two", "three"]
    first, second = body["file_upload_ids"]
    assert [task["file_upload"] for task in tasks] == [first, first, second]
    listed = alpha_client.get(f"/api/projects/{project}/file-uploads").json()
    assert [(one["id"], one["size"]) for one in listed] == [(first, len(CSV)), (second, 21)]
    assert len(stored(files_root)) == 2
    answer = alpha_client.get(f"/data/{listed[0]['file']}")
    assert (answer.status_code, answer.getvalue(), answer["Content-Type"]) == (200, CSV, "text/csv; charset=utf-8")


def test_media_become_one_task_each_that_names_them(alpha_client):
    project = new_project(alpha_client, CONFIG)
    png = b"\x89PNG\r\n\x1a\n<script>alert(1)</script>"

    body = send(alpha_client, project, file("a b.png", png, "text/html"), file("b.SVG", b"<svg/>")).json()

    assert (body["task_count"], body["could_be_tasks_list"]) == (2, False)
    first, second = (task["data"]["picture"] for task in tasks_of(alpha_client, project))
    assert first.startswith(f"/data/upload/{project}/")
    assert first.endswith("-a_b.png")
    whole = alpha_client.get(first)
    assert (whole.getvalue(), whole["Content-Type"], whole["X-Content-Type-Options"]) == (png, "image/png", "nosniff")
    part = alpha_client.get(first, HTTP_RANGE="bytes=1-3")
    assert (part.status_code, part.getvalue()) == (206, b"PNG")
    svg = alpha_client.get(second)
    assert svg.getvalue() == b"<svg/>"
    assert svg["Content-Disposition"].startswith("attachment")
    assert "sandbox" in svg["Content-Security-Policy"]


def test_lines_of_a_text_and_pages_become_tasks(alpha_client, project):
    send(alpha_client, project, file("a.txt", "eins\n\nzw\u00f6lf\r\n".encode()), file("p.html", b"<b>page</b>"))

    assert [task["data"] for task in tasks_of(alpha_client, project)] == [
        {"report": "eins"}, {"report": "zw\u00f6lf"}, {"report": "<b>page</b>"},
    ]  # fmt: skip


def test_one_line_of_plain_text_is_one_task(alpha_client, project):
    path = f"/api/projects/{project}/import"
    made = alpha_client.generic("POST", path, b"Engine failed.", content_type="text/plain")
    header_only = alpha_client.generic("POST", path, b"report\n", content_type="text/csv")

    assert (made.status_code, made.json()["task_count"]) == (201, 1)
    assert tasks_of(alpha_client, project)[0]["data"] == {"report": "Engine failed."}
    assert header_only.status_code == 400


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"other\nx\n"),
        ("a.exe", b"MZ"),
        ("a", b"x"),
        ("a.json", b"[{]"),
        ("a.txt", b"\xff\xfe\x00"),
        ("a.txt", b"a\x00b"),
        ("a.txt", b"\n \n"),
        ("a.html", b""),
    ],
)
def test_refused_file_leaves_nothing(alpha_client, alpha, project, files_root, name, content):
    refused = send(alpha_client, project, file("good.csv", CSV), file(name, content))

    assert refused.status_code == 400, refused.content
    assert stored(files_root) == []
    with tenant_scope(alpha):
        assert not FileUpload.objects.exists()
        assert not Task.objects.exists()


def test_too_many_files_and_none_are_refused(alpha_client, project):
    def many(count):
        return [file(f"{n}.txt", b"x") for n in range(count)]

    assert send(alpha_client, project, *many(101)).status_code == 400
    assert alpha_client.post(f"/api/projects/{project}/import", {"a": "b"}, format="multipart").status_code == 400
    assert send(alpha_client, project, *many(100)).json()["task_count"] == 100


def test_body_over_the_limit_is_413(alpha_client, project, settings):
    settings.TENON_MAX_IMPORT_BYTES = 1000

    assert send(alpha_client, project, file("a.txt", b"x" * 2000)).status_code == 413


@pytest.mark.parametrize(
    "path",
    ["../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "x-a.csv", "%00", "0" * 32 + "-a.csv", "\u0430" * 32 + "-a.csv"],
)
def test_paths_that_lead_elsewhere_find_nothing(alpha_client, project, path):
    send(alpha_client, project, file("a.csv", CSV))

    assert alpha_client.get(f"/data/upload/{project}/{path}").status_code == 404


def test_file_is_found_only_under_its_whole_name_and_by_who_may(alpha_client, beta_client, project):
    send(alpha_client, project, file("a.csv", CSV))
    path = alpha_client.get(f"/api/projects/{project}/file-uploads").json()[0]["file"]
    other = new_project(alpha_client, TEXT)

    assert alpha_client.get(f"/data/{path}").getvalue() == CSV
    assert alpha_client.get(f"/data/{path}x").status_code == 404
    assert alpha_client.get(f"/data/{path.replace(f'/{project}/', f'/{other}/')}").status_code == 404
    assert beta_client.get(f"/data/{path}").status_code == 404


def test_file_is_replaced_and_its_old_url_is_gone(
    alpha_client, project, files_root, django_capture_on_commit_callbacks
):
    (pk,) = send(alpha_client, project, file("a.csv", CSV)).json()["file_upload_ids"]
    old = alpha_client.get(f"/api/import/file-upload/{pk}").json()["file"]
    with django_capture_on_commit_callbacks(execute=True):
        new = alpha_client.patch(
            f"/api/import/file-upload/{pk}", {"file": file("b.csv", b"report\nthree\n")}, format="multipart"
        ).json()

    assert (new["id"], new["size"]) == (pk, 13)
    assert alpha_client.get(f"/data/{new['file']}").getvalue() == b"report\nthree\n"
    assert alpha_client.get(f"/data/{old}").status_code == 404
    assert len(stored(files_root)) == 1


def test_deleted_files_are_gone_and_their_tasks_stay(
    alpha_client, project, files_root, django_capture_on_commit_callbacks
):
    ids = send(alpha_client, project, *(file(f"{n}.csv", CSV) for n in range(3))).json()["file_upload_ids"]
    path = f"/api/projects/{project}/file-uploads"
    with django_capture_on_commit_callbacks(execute=True):
        assert alpha_client.delete(path, {"file_upload_ids": []}).json() == {"deleted": 0}
        assert alpha_client.delete(path, {"file_upload_ids": [ids[0], 10**9]}).status_code == 400
        assert alpha_client.delete(f"{path}?ids=[{ids[0]}]").json() == {"deleted": 1}
        assert alpha_client.delete(f"/api/import/file-upload/{ids[1]}").status_code == 204
        assert alpha_client.get(f"{path}?ids=[{ids[2]}]").json()[0]["id"] == ids[2]
        assert alpha_client.delete(path).json() == {"deleted": 1}

    assert stored(files_root) == []
    assert [task["file_upload"] for task in tasks_of(alpha_client, project)] == [None] * 6


def test_files_are_imported_again_in_place_of_their_tasks(alpha_client, project):
    ids = send(alpha_client, project, file("a.csv", CSV), query="commit_to_project=false").json()["file_upload_ids"]
    assert tasks_of(alpha_client, project) == []
    path = f"/api/projects/{project}/reimport"

    for _ in range(2):
        again = alpha_client.post(f"{path}?return_task_ids=1", {"file_upload_ids": ids}).json()
        assert [task["id"] for task in tasks_of(alpha_client, project)] == again["task_ids"]
        assert again["task_count"] == 2
    single = alpha_client.post(path, {"file_upload_ids": ids, "files_as_tasks_list": False}).json()
    assert (single["task_count"], single["could_be_tasks_list"]) == (1, False)
    assert tasks_of(alpha_client, project)[0]["data"]["report"].startswith("/data/upload/")
    assert alpha_client.post(path, {"file_upload_ids": []}).status_code == 400


def test_bytes_without_a_row_are_swept(alpha_client, alpha, project, files_root):
    send(alpha_client, project, file("a.csv", CSV))
    with tenant_scope(alpha):
        organization_files().write(f"uploads/{project}/{'0' * 32}", [b"lost"])
        organization_files().write("uploads/999/short", [b"lost"])
        assert sweep_files() == 0
        assert sweep_files(older_than_seconds=-1) == 2
    assert len(stored(files_root)) == 1


def test_housekeeping_sweeps_organizations_and_forgets_those_that_are_gone(
    alpha_client, alpha, project, files_root, jobs_run_at_once
):
    send(alpha_client, project, file("a.csv", CSV))
    with tenant_scope(alpha):
        organization_files().write(f"uploads/{project}/{'0' * 32}", [b"lost"])
    os.utime(files_root / alpha.schema / f"uploads/{project}/{'0' * 32}", (1, 1))
    (files_root / "o_gone/uploads").mkdir(parents=True)

    with public_scope():
        tidy_uploads()

    assert not (files_root / "o_gone").exists()
    assert len(stored(files_root)) == 1


@pytest.mark.parametrize("name", ["\u0420\u0430\u043f\u043e\u0440\u0442.csv", "a'b;<x>.csv", "x" * 300 + ".csv"])
def test_names_of_any_kind_are_kept_cleaned(alpha_client, project, name):
    (pk,) = send(alpha_client, project, file(name, CSV)).json()["file_upload_ids"]
    path = alpha_client.get(f"/api/import/file-upload/{pk}").json()["file"]

    assert alpha_client.get(f"/data/{path}").getvalue() == CSV
