from platform_core.events.models import AuditEntry, OutboxEvent
from platform_core.projects.models import Project
from platform_core.sealed_fields import open_secret
from tenants.scope import tenant_scope


def password_of(organization, project):
    with tenant_scope(organization):
        return open_secret(Project.objects.get(pk=project), "task_data_password")


def test_password_for_media_is_taken_kept_and_never_answered(alpha, alpha_client):
    made = alpha_client.post(
        "/api/projects/", {"title": "Media", "task_data_login": "ada", "task_data_password": " pw "}
    )
    project = made.json()["id"]
    path = f"/api/projects/{project}/"

    assert password_of(alpha, project) == " pw "
    changed = alpha_client.patch(path, {"title": "Renamed"})
    assert password_of(alpha, project) == " pw "
    replaced = alpha_client.patch(path, {"task_data_password": "geheim"})
    assert password_of(alpha, project) == "geheim"
    listed, one = alpha_client.get("/api/projects/"), alpha_client.get(path)
    for answer in (made, changed, replaced, listed, one):
        assert answer.status_code < 300
        assert "task_data_password" not in answer.content.decode()
        assert "geheim" not in answer.content.decode()
    with tenant_scope(alpha):
        told = f"{list(AuditEntry.objects.values_list('data'))}{list(OutboxEvent.objects.values_list('payload'))}"
    assert "'fields': ['task_data_password']" in told
    assert "geheim" not in told
    assert alpha_client.patch(path, {"task_data_password": None}).status_code == 200
    assert password_of(alpha, project) is None
