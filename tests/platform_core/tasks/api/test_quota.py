"""What an organization keeps of uploads and exports is bounded by one quota."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from platform_core.files import organization_files
from platform_core.tasks.queries.storage import kept_bytes
from tenants.scope import tenant_scope

CSV = b"text,n\none,1\ntwo,2\n"


@pytest.fixture(autouse=True)
def files_root(settings, tmp_path):
    settings.TENON_FILES_ROOT = tmp_path / "files"


@pytest.fixture
def project(alpha_client):
    made = alpha_client.post("/api/projects/", {"title": "Quota", "label_config": "<View/>"}).json()
    return f"/api/projects/{made['id']}"


def upload(client, project, content=CSV):
    file = SimpleUploadedFile("a.csv", content)
    return client.post(f"{project}/import", {"file": file}, format="multipart")


def test_uploads_snapshots_and_conversions_count_together(alpha, alpha_client, project, jobs_run_at_once):
    assert upload(alpha_client, project).status_code == 201
    snapshot = alpha_client.post(f"{project}/exports/", {}).json()
    alpha_client.post(f"{project}/exports/{snapshot['id']}/convert", {"export_type": "CSV"})
    (found,) = alpha_client.get(f"{project}/exports/").json()

    with tenant_scope(alpha):
        assert kept_bytes() == len(CSV) + found["size"] + found["converted_formats"][0]["size"]


def test_upload_over_the_quota_is_refused_and_leaves_nothing(
    alpha, alpha_client, beta_client, project, settings, jobs_run_at_once
):
    settings.TENON_STORAGE_QUOTA_BYTES = len(CSV) + 5
    assert upload(alpha_client, project).status_code == 201
    answer = upload(alpha_client, project)

    assert (answer.status_code, answer.json()["code"]) == (413, "storage_full")
    assert answer.json()["data"] == {"limit": len(CSV) + 5, "used": len(CSV)}
    assert "Delete uploaded files or exports" in answer.json()["detail"]
    assert len(alpha_client.get(f"{project}/file-uploads").json()) == 1
    with tenant_scope(alpha):
        assert len(list(organization_files().keys("uploads"))) == 1

    other = beta_client.post("/api/projects/", {"title": "Quota", "label_config": "<View/>"}).json()["id"]
    assert upload(beta_client, f"/api/projects/{other}").status_code == 201


def test_snapshot_is_refused_when_full_and_its_job_fails_where_it_does_not_fit(
    alpha, alpha_client, project, settings, jobs_run_at_once
):
    assert upload(alpha_client, project).status_code == 201
    settings.TENON_STORAGE_QUOTA_BYTES = len(CSV) + 1
    made = alpha_client.post(f"{project}/exports/", {})
    assert (made.status_code, made.json()["status"]) == (201, "failed")
    job = alpha_client.get(f"/api/jobs/{made.json()['job']}/").json()
    assert job["result"]["error"]["code"] == "storage_full"

    settings.TENON_STORAGE_QUOTA_BYTES = len(CSV)
    answer = alpha_client.post(f"{project}/exports/", {})
    assert (answer.status_code, answer.json()["code"]) == (413, "storage_full")
    with tenant_scope(alpha):
        assert list(organization_files().keys("exports")) == []

    alpha_client.delete(f"{project}/file-uploads")
    settings.TENON_STORAGE_QUOTA_BYTES = 10_000
    assert alpha_client.post(f"{project}/exports/", {}).json()["status"] == "completed"
