import pytest

from platform_core.tasks.models import Task
from tenants.scope import tenant_scope

pytestmark = pytest.mark.usefixtures("installed")


@pytest.fixture
def project(alpha_client):
    plan = alpha_client.get("/api/plugins/aviation/plan/").json()
    enabled = alpha_client.post("/api/plugins/aviation/enable/?wait=60", {"plan_hash": plan["plan_hash"]})
    assert enabled.status_code == 200, enabled.content
    config = alpha_client.get("/api/aviation/templates/").json()["results"][0]["label_config"]
    return alpha_client.post("/api/projects/", {"title": "Conflicts", "label_config": config}).json()["id"]


def test_uploaded_asrs_file_is_recognised_and_becomes_tasks(alpha_client, alpha, project, extract_path):
    with extract_path.open("rb") as stream:
        answer = alpha_client.post(f"/api/projects/{project}/import", {"file": stream}, format="multipart")

    assert answer.status_code == 201, answer.content
    assert answer.json()["found_formats"] == ["aviation.asrs_csv"]
    with tenant_scope(alpha):
        assert Task.objects.filter(project=project).count() == answer.json()["task_count"] > 30


def test_asrs_body_without_a_file_name_is_recognised_too(alpha_client, project, extract_path):
    answer = alpha_client.post(f"/api/projects/{project}/import", extract_path.read_bytes(), content_type="text/csv")

    assert answer.status_code == 201, answer.content
    assert answer.json()["found_formats"] == ["aviation.asrs_csv"]
