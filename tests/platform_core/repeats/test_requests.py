import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from platform_core.projects.models import Project
from platform_core.repeats.models import KeptAnswer
from platform_core.repeats.services import Answer, answer_once
from platform_core.tasks.models import Annotation, Prediction, Task
from tenants.scope import tenant_scope
from tests.platform_core.tasks.api.test_flow import CONFIG, choice

KEY = {"HTTP_IDEMPOTENCY_KEY": "order-1"}


@pytest.fixture(autouse=True)
def files_root(settings, tmp_path):
    settings.TENON_FILES_ROOT = tmp_path / "files"


@pytest.fixture
def project(alpha_client):
    return alpha_client.post("/api/projects/", {"title": "Conflicts", "label_config": CONFIG}).json()["id"]


@pytest.fixture
def task(alpha_client, project):
    return alpha_client.post("/api/tasks/", {"project": project, "data": {"text": "x"}}).json()["id"]


def twice(client, path, body, **kwargs):
    """Send a request twice with one key, check that the answers are the same, and return one."""
    first, second = (client.post(path, body() if callable(body) else body, **KEY, **kwargs) for _ in range(2))
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert "Idempotency-Replayed" not in first
    assert second["Idempotency-Replayed"] == "true"
    assert second["Content-Type"] == first["Content-Type"]
    return first


def test_creating_twice_with_one_key_creates_once(alpha_client, alpha, project, task):
    made = [
        twice(alpha_client, path, body).status_code
        for path, body in (
            ("/api/projects/", {"title": "Another"}),
        )
    ]  # fmt: skip
    with tenant_scope(alpha):
        KeptAnswer.objects.all().delete()
        before = Project.objects.count()
    for path, body in (
        ("/api/tasks/", {"project": project, "data": {"text": "y"}}),
        (f"/api/tasks/{task}/annotations/", {"result": choice("Weather")}),
        ("/api/predictions/", {"task": task, "result": choice("Traffic")}),
        (f"/api/projects/{project}/import/predictions", [{"task": task, "result": []}]),
        (f"/api/projects/{project}/import?return_task_ids=1", [{"text": "z"}]),
    ):
        made.append(twice(alpha_client, path, body).status_code)
        with tenant_scope(alpha):
            KeptAnswer.objects.all().delete()

    assert made == [201] * 6
    with tenant_scope(alpha):
        assert (Project.objects.count(), Task.objects.count()) == (before, 3)
        assert (Annotation.objects.count(), Prediction.objects.count()) == (1, 2)


def test_files_are_imported_once_whatever_their_boundary(alpha_client, alpha, project):
    def body():
        return {"file": SimpleUploadedFile("a.csv", b"text\none\n")}

    twice(alpha_client, f"/api/projects/{project}/import", body, format="multipart")

    with tenant_scope(alpha):
        assert Task.objects.count() == 1


def test_another_body_query_or_route_with_the_same_key_is_refused(alpha_client, alpha, project):
    path = f"/api/projects/{project}/import"
    assert alpha_client.post(path, [{"text": "a"}], **KEY).status_code == 201

    for other in (
        alpha_client.post(path, [{"text": "b"}], **KEY),
        alpha_client.post(f"{path}?return_task_ids=1", [{"text": "a"}], **KEY),
        alpha_client.post("/api/tasks/", {"project": project, "data": {"text": "a"}}, **KEY),
    ):
        assert other.status_code == 400
        assert "Idempotency-Key" in other.json()["validation_errors"]
    with tenant_scope(alpha):
        assert Task.objects.count() == 1


def test_refused_request_leaves_its_key_free(alpha_client, alpha, project):
    path = f"/api/projects/{project}/import"

    assert alpha_client.post(path, [{"txt": "a"}], **KEY).status_code == 400
    assert alpha_client.post(path, [{"text": "a"}], **KEY).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\there"])
def test_malformed_key_is_refused(alpha_client, project, key):
    refused = alpha_client.post("/api/projects/", {"title": "Another"}, HTTP_IDEMPOTENCY_KEY=key)

    assert refused.status_code == 400


def test_keys_belong_to_members_and_organizations(alpha_client, beta_client, make_client, alpha):
    manager = make_client(alpha, role="MA")
    ids = [client.post("/api/projects/", {"title": "Same"}, **KEY) for client in (alpha_client, manager, beta_client)]

    assert [one.status_code for one in ids] == [201] * 3
    assert not any("Idempotency-Replayed" in one for one in ids)
    with tenant_scope(alpha):
        assert Project.objects.count() == 2


def test_key_is_free_after_a_day_and_old_answers_are_pruned(alpha_client, alpha):
    def age(hours):
        with tenant_scope(alpha), connection.cursor() as cursor:
            cursor.execute("UPDATE repeats_keptanswer SET created_at = now() - make_interval(hours => %s)", [hours])

    post = alpha_client.post
    first = post("/api/projects/", {"title": "Same"}, **KEY).json()["id"]
    age(23)
    assert post("/api/projects/", {"title": "Same"}, **KEY).json()["id"] == first
    age(25)
    assert post("/api/projects/", {"title": "Same"}, **KEY).json()["id"] != first
    age(25)
    post("/api/projects/", {"title": "Same"}, HTTP_IDEMPOTENCY_KEY="another")
    with tenant_scope(alpha):
        assert list(KeptAnswer.objects.values_list("key", flat=True)) == ["another"]


def test_the_second_of_two_at_once_waits_and_is_answered_alike(committed):
    from tenants.models import organization_refs

    organization = organization_refs(slug="alpha")[0]
    calls, answers, begun = [], [], threading.Event()

    def ask():
        def make():
            calls.append(1)
            begun.set()
            return Answer(status=201, content=b"%d" % len(calls))

        try:
            with tenant_scope(organization):
                member = connection.cursor().execute("SELECT min(id) FROM members_member").fetchone()[0]
                answers.append(answer_once(member_id=member, key="k", route="r", digest="d", make=make))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(calls) == 1
    assert {answer.content for answer in answers} == {b"1"}
    assert sorted(answer.replayed for answer in answers) == [False, True, True, True]
