import base64
import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from platform_core.events.models import AuditEntry
from platform_core.members.models import ApiKey, RefreshToken
from platform_core.members.services.refresh_tokens import issue_refresh_token
from tenants.scope import tenant_scope


@pytest.fixture
def refresh_of(new_member):
    """Return a function that makes a member's refresh token."""

    def make(organization, member=None):
        member = member or new_member(organization)
        with tenant_scope(organization):
            return issue_refresh_token(member_id=member.pk, actor=None).secret

    return make


def _claims(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def test_refresh_token_gives_access_again_and_again_without_rotation(alpha, client_of):
    owner = client_of(alpha, "OW")
    made = owner.post("/api/token/")
    refresh = made.json()["token"]
    client = client_of(alpha)

    assert made.status_code == 201
    assert _claims(refresh)["token_type"] == "refresh"
    assert _claims(refresh)["exp"] > timezone.now().timestamp()
    for _ in range(3):
        answer = client.post("/api/token/refresh/", {"refresh": refresh})
        assert answer.status_code == 200
        access = answer.json()["access"]
        assert _claims(access)["exp"] > timezone.now().timestamp()
        whoami = client.get("/api/current-user/whoami", HTTP_AUTHORIZATION=f"Bearer {access}")
        assert whoami.json()["id"] == owner.member.pk


def test_tokens_of_another_organization_are_refused(alpha, beta, client_of, refresh_of):
    foreign = refresh_of(beta)
    access = client_of(beta).post("/api/token/refresh/", {"refresh": foreign}).json()["access"]
    client = client_of(alpha)

    assert client.post("/api/token/refresh/", {"refresh": foreign}).status_code == 401
    assert client.post("/api/token/rotate/", {"refresh": foreign}).status_code == 400
    assert client.get("/api/users/", HTTP_AUTHORIZATION=f"Bearer {access}").status_code == 401


def test_access_token_of_the_same_user_id_and_row_id_does_not_cross(alpha, beta, client_of, new_member, refresh_of):
    """The same person belongs to both, and the row exists in both: only the audience tells them apart."""
    member = new_member(alpha, email="both@example.com")
    new_member(beta, email="both@example.com", role="OW")
    access = client_of(beta).post("/api/token/refresh/", {"refresh": refresh_of(beta, member)}).json()["access"]
    with tenant_scope(beta):
        row = RefreshToken.objects.get()
    with tenant_scope(alpha):
        RefreshToken.objects.create(pk=row.pk, member_id=member.pk, digest="x" * 64, expires_at=row.expires_at)

    assert client_of(beta).get("/api/users/", HTTP_AUTHORIZATION=f"Bearer {access}").status_code == 200
    assert client_of(alpha).get("/api/users/", HTTP_AUTHORIZATION=f"Bearer {access}").status_code == 401


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b.c",
        "a" * 5000,
        "\u00e9.\u00e9.\u00e9",
        base64.urlsafe_b64encode(b"[" * 2900).decode().rstrip("=") + ".e30.eA",
    ],
)
def test_malformed_tokens_are_refused_without_a_failure(alpha, client_of, token):
    client = client_of(alpha)

    assert client.post("/api/token/refresh/", {"refresh": token}).status_code in (400, 401)
    assert client.get("/api/users/", HTTP_AUTHORIZATION=f"Bearer {token}x").status_code == 401
    assert client_of(alpha, "OW").post("/api/token/blacklist/", {"refresh": token}).status_code in (400, 404)


def test_refresh_needs_its_key_in_the_body(alpha, client_of):
    answer = client_of(alpha).post("/api/token/refresh/", {})

    assert answer.status_code == 400
    assert "refresh" in answer.json()["validation_errors"]


def test_an_access_token_is_no_refresh_token_and_the_reverse(alpha, client_of, refresh_of):
    refresh = refresh_of(alpha)
    client = client_of(alpha)
    access = client.post("/api/token/refresh/", {"refresh": refresh}).json()["access"]

    assert client.post("/api/token/refresh/", {"refresh": access}).status_code == 401
    assert client.get("/api/users/", HTTP_AUTHORIZATION=f"Bearer {refresh}").status_code == 401


def test_expired_refresh_token_is_refused(alpha, client_of, refresh_of, settings):
    settings.JWT_REFRESH_TOKEN_LIFETIME = timedelta(seconds=-1)

    assert client_of(alpha).post("/api/token/refresh/", {"refresh": refresh_of(alpha)}).status_code == 401


def test_access_token_ends_no_later_than_its_refresh_token(alpha, client_of, refresh_of, settings):
    settings.JWT_REFRESH_TOKEN_LIFETIME = timedelta(minutes=1)
    refresh = refresh_of(alpha)

    access = client_of(alpha).post("/api/token/refresh/", {"refresh": refresh}).json()["access"]

    assert _claims(access)["exp"] == _claims(refresh)["exp"]


def test_list_shows_own_live_tokens_without_signature(alpha, beta, client_of, refresh_of):
    client = client_of(alpha, "AN")
    refresh = client.post("/api/token/").json()["token"]
    refresh_of(alpha)
    refresh_of(beta)

    rows = client.get("/api/token/?ordering=-created_at").json()

    assert [row["token"] for row in rows] == [refresh.rpartition(".")[0]]


def test_list_of_tokens_takes_the_same_statements_for_one_and_for_three(steady_gate, alpha, client_of):
    client = client_of(alpha, "AN")
    counts = []
    client.post("/api/token/")
    client.get("/api/token/")
    for more in (0, 2):
        for _ in range(more):
            client.post("/api/token/")
        client.get("/api/token/")
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get("/api/token/").json()) == 1 + more
        counts.append(len([q for q in queries.captured_queries if not q["sql"].startswith("SET ")]))

    assert counts[0] == counts[1] == 1


@pytest.mark.parametrize("cut", [True, False])
def test_blacklist_takes_whole_and_cut_tokens(alpha, client_of, django_capture_on_commit_callbacks, cut):
    client = client_of(alpha, "AN")
    refresh = client.post("/api/token/").json()["token"]
    access = client.post("/api/token/refresh/", {"refresh": refresh}, HTTP_AUTHORIZATION="").json()["access"]
    named = refresh.rpartition(".")[0] if cut else refresh
    anonymous = client_of(alpha)
    assert anonymous.get("/api/users/", HTTP_AUTHORIZATION=f"Bearer {access}").status_code == 200

    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/api/token/blacklist/", {"refresh": named}).status_code == 204

    assert client.post("/api/token/blacklist/", {"refresh": named}).status_code == 404
    assert anonymous.post("/api/token/refresh/", {"refresh": refresh}).status_code == 401
    assert anonymous.get("/api/users/", HTTP_AUTHORIZATION=f"Bearer {access}").status_code == 401


def test_nobody_revokes_somebody_elses_token(alpha, client_of, refresh_of):
    refresh = refresh_of(alpha)

    assert client_of(alpha, "OW").post("/api/token/blacklist/", {"refresh": refresh}).status_code == 404
    assert client_of(alpha).post("/api/token/refresh/", {"refresh": refresh}).status_code == 200


def test_forged_signature_revokes_nothing(alpha, client_of):
    client = client_of(alpha, "AN")
    refresh = client.post("/api/token/").json()["token"]

    assert (
        client.post("/api/token/blacklist/", {"refresh": refresh.rpartition(".")[0] + ".Zm9yZ2Vk"}).status_code == 404
    )


def test_rotation_replaces_the_token_once(alpha, client_of, refresh_of):
    refresh = refresh_of(alpha)
    client = client_of(alpha)

    new = client.post("/api/token/rotate/", {"refresh": refresh})

    assert new.status_code == 200
    assert client.post("/api/token/refresh/", {"refresh": new.json()["refresh"]}).status_code == 200
    assert client.post("/api/token/refresh/", {"refresh": refresh}).status_code == 401
    assert client.post("/api/token/rotate/", {"refresh": refresh}).status_code == 400


def test_tokens_of_a_removed_member_die_at_once(
    alpha, client_of, refresh_of, new_member, django_capture_on_commit_callbacks
):
    member = new_member(alpha)
    refresh = refresh_of(alpha, member)
    client = client_of(alpha)
    access = client.post("/api/token/refresh/", {"refresh": refresh}).json()["access"]
    assert client.get("/api/users/", HTTP_AUTHORIZATION=f"Bearer {access}").status_code == 200

    with django_capture_on_commit_callbacks(execute=True):
        client_of(alpha, "OW").delete(f"/api/members/{member.pk}/")

    assert client.get("/api/users/", HTTP_AUTHORIZATION=f"Bearer {access}").status_code == 401
    assert client.post("/api/token/refresh/", {"refresh": refresh}).status_code == 401


@pytest.mark.parametrize(
    "limits", [{"scopes": ["credentials.own"]}, {"expires_at": timezone.now() + timedelta(hours=1)}]
)
@pytest.mark.parametrize("path", ["/api/token/", "/api/current-user/reset-token/", "/api/api-keys/"])
def test_a_limited_key_makes_no_other_credentials(alpha, client_of, limits, path):
    client = client_of(alpha, "OW", **limits)

    answer = client.post(path, {"name": "wider"})

    assert answer.status_code == 403
    with tenant_scope(alpha):
        assert (ApiKey.objects.count(), RefreshToken.objects.count()) == (1, 0)


def test_current_token_echoes_the_key_that_was_sent_and_nothing_else(alpha, client_of, refresh_of, key_of, new_member):
    member = new_member(alpha)
    key = key_of(alpha, member)
    client = client_of(alpha)

    by_header = client.get("/api/current-user/token", HTTP_AUTHORIZATION=f"Token {key}")
    by_other_header = client.get("/api/current-user/token", HTTP_X_API_KEY=key)
    access = client.post("/api/token/refresh/", {"refresh": refresh_of(alpha, member)}).json()["access"]
    by_token = client.get("/api/current-user/token", HTTP_AUTHORIZATION=f"Bearer {access}")

    assert by_header.json() == by_other_header.json() == {"token": key}
    assert by_token.json()["token"] is None


def test_reset_token_replaces_the_key_in_use(alpha, client_of, django_capture_on_commit_callbacks):
    client = client_of(alpha, "AN")
    assert client.get("/api/users/").status_code == 200

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/api/current-user/reset-token/")

    assert answer.status_code == 201
    assert client.get("/api/users/").status_code == 401
    new = answer.json()["token"]
    assert client_of(alpha).get("/api/users/", HTTP_AUTHORIZATION=f"Token {new}").status_code == 200


def test_secrets_are_nowhere_in_the_audit_trail(alpha, client_of):
    client = client_of(alpha, "AN")
    secrets = [client.post("/api/token/").json()["token"], client.post("/api/api-keys/", {"name": "k"}).json()["key"]]

    with tenant_scope(alpha):
        trail = json.dumps(list(AuditEntry.objects.values("action", "data", "target_id")))
        actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"refresh_token.issued", "api_key.created"} <= actions
    assert not any(secret in trail for secret in secrets)


def test_token_of_a_former_secret_key_works_while_that_key_is_listed(alpha, client_of, settings):
    client, former = client_of(alpha, "AN"), settings.SECRET_KEY
    refresh = client.post("/api/token/").json()["token"]
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-secret-key-" * 4, [former]

    access = client.post("/api/token/refresh/", {"refresh": refresh})
    assert access.status_code == 200
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {access.json()['access']}"}
    assert client_of(alpha).get("/api/current-user/whoami", **bearer).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert client.post("/api/token/refresh/", {"refresh": refresh}).status_code == 401
