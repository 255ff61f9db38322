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
        body = answer.json()
        # The key is there because Label Studio's clients read it; a secret is never answered.
        assert all(item["task_data_password"] is None for item in body.get("results", [body]))
        assert "geheim" not in answer.content.decode()
    with tenant_scope(alpha):
        told = f"{list(AuditEntry.objects.values_list('data'))}{list(OutboxEvent.objects.values_list('payload'))}"
    assert "'fields': ['task_data_password']" in told
    assert "geheim" not in told
    # Whoever sends an answered project back, secret hidden, does not take it away.
    assert alpha_client.patch(path, {"task_data_password": None}).status_code == 200
    assert password_of(alpha, project) == "geheim"
    assert alpha_client.patch(path, {"task_data_password": ""}).status_code == 200
    assert password_of(alpha, project) is None
