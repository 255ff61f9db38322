import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from platform_core.events.models import AuditEntry
from platform_core.files import organization_files
from tenants.scope import tenant_scope
from tests.support.pictures import ALL, png


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.TENON_FILES_ROOT = tmp_path


@pytest.fixture
def upload(django_capture_on_commit_callbacks):
    def send(client, pk, content, *, name="me.html", kind="text/html"):
        file = SimpleUploadedFile(name, content, kind)
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(f"/api/users/{pk}/avatar/", {"avatar": file}, format="multipart")

    return send


def stored(organization):
    with tenant_scope(organization):
        return [key for key, _ in organization_files().keys("avatars")]


@pytest.mark.parametrize("extension", ALL)
def test_picture_is_kept_by_what_it_is_and_shown_on_every_card(alpha, client_of, upload, extension):
    client = client_of(alpha, "AN")
    pk = client.member.pk

    saved = upload(client, pk, ALL[extension]())

    assert (saved.status_code, saved.json()) == (200, {"detail": "avatar saved"})
    path = client.get("/api/current-user/whoami").json()["avatar"]
    assert path.startswith(f"/data/avatars/{pk}/")
    assert path.endswith(extension)
    seen = client.get(path)
    assert seen.getvalue() == ALL[extension]()
    assert seen["Content-Type"].startswith("image/")
    assert seen["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in seen["Content-Security-Policy"]


def test_other_cards_show_the_picture(alpha, client_of, upload):
    client = client_of(alpha, "OW")
    upload(client, client.member.pk, png())
    path = client.get(f"/api/users/{client.member.pk}/").json()["avatar"]

    project = client.post("/api/projects/", {"title": "Mine alone"}).json()

    assert path is not None
    assert project["created_by"]["avatar"] == path
    assert client.get(f"/api/projects/{project['id']}/?include=members").status_code == 200


def test_new_picture_replaces_the_old_one_and_its_bytes(alpha, client_of, upload):
    client = client_of(alpha, "AN")
    upload(client, client.member.pk, png())
    first = client.get("/api/current-user/whoami").json()["avatar"]

    upload(client, client.member.pk, png(3, 3))

    assert len(stored(alpha)) == 1
    assert client.get(first).status_code == 404


def test_picture_is_set_by_oneself_and_taken_away_by_administrators_too(
    alpha, client_of, upload, django_capture_on_commit_callbacks
):
    annotator, other, administrator = client_of(alpha, "AN"), client_of(alpha, "AN"), client_of(alpha, "AD")
    path = f"/api/users/{annotator.member.pk}/avatar/"
    assert upload(administrator, annotator.member.pk, png()).status_code == 403
    assert stored(alpha) == []
    upload(annotator, annotator.member.pk, png())

    assert other.delete(path).status_code == 403
    assert annotator.get("/api/current-user/whoami").json()["avatar"] is not None
    with django_capture_on_commit_callbacks(execute=True):
        assert administrator.delete(path).status_code == 204
    assert administrator.delete(path).status_code == 204
    assert administrator.delete("/api/users/999999/avatar/").status_code == 404
    assert annotator.get("/api/current-user/whoami").json()["avatar"] is None
    assert stored(alpha) == []
    with tenant_scope(alpha):
        entries = AuditEntry.objects.filter(action="member.changed", target_id=str(annotator.member.pk))
        assert [entry.actor_id for entry in entries.order_by("pk")] == [annotator.member.pk, administrator.member.pk]


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        png() + b"<script>alert(1)</script>",
        png(1201, 1),
        png().replace(b"\0\0\0\2\0\0\0\2", b"\0\1\x86\xa0\0\1\x86\xa0"),  # says 100,000 x 100,000
        png(text=b"x" * 1024 * 1024),
        b"",
    ],
)
def test_what_is_no_small_picture_is_refused(alpha, client_of, upload, content):
    client = client_of(alpha, "AN")

    refused = upload(client, client.member.pk, content, name="me.png", kind="image/png")

    assert refused.status_code == 400
    assert list(refused.json()["validation_errors"]) == ["avatar"]
    assert stored(alpha) == []


def test_body_that_announces_too_much_is_not_read(alpha, client_of, upload):
    client = client_of(alpha, "AN")

    assert upload(client, client.member.pk, b"x" * (1024 * 1024 + 65 * 1024)).status_code == 413


def test_script_in_a_comment_of_a_picture_stays_inside_a_picture(alpha, client_of, upload):
    client = client_of(alpha, "AN")
    upload(client, client.member.pk, png(text=b"<script>alert(1)</script>"), name="me.html")

    path = client.get("/api/current-user/whoami").json()["avatar"]

    assert path.endswith(".png")
    seen = client.get(path)
    assert b"<script>" in seen.getvalue()
    assert (seen["Content-Type"], seen["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert client.get(path.removesuffix(".png") + ".html").status_code == 404
    assert client.get(f"/data/avatars/{client.member.pk}/..%2f..%2fuploads").status_code == 404


def test_picture_of_another_organization_is_not_found(alpha, beta, client_of, upload):
    client = client_of(alpha, "AN")
    upload(client, client.member.pk, png())
    path = client.get("/api/current-user/whoami").json()["avatar"]

    assert client_of(beta, "OW").get(path).status_code == 404
    assert client_of(alpha).get(path).status_code == 401
