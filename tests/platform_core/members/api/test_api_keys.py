from datetime import timedelta

import pytest
from django.utils import timezone

from platform_core.members.models import ApiKey
from platform_core.members.services.api_keys import MAX_LIVE_KEYS
from tenants.scope import tenant_scope


def _call(client_of, organization, key):
    return client_of(organization).get("/api/users/", HTTP_AUTHORIZATION=f"Token {key}").status_code


def test_key_is_shown_once_and_stored_as_a_digest(alpha, client_of):
    client = client_of(alpha, "AN")

    made = client.post("/api/api-keys/", {"name": "ci"})

    assert made.status_code == 201
    key = made.json()["key"]
    assert _call(client_of, alpha, key) == 200
    rows = client.get("/api/api-keys/").json()
    assert {row["name"] for row in rows} == {"ci", "test"}
    assert all("key" not in row and "digest" not in row for row in rows)
    with tenant_scope(alpha):
        row = ApiKey.objects.get(name="ci")
    assert key not in (row.digest, row.prefix)
    assert key.startswith(row.prefix)


def test_key_of_another_organization_is_refused(alpha, beta, client_of, key_of, owner_of):
    assert _call(client_of, alpha, key_of(beta, owner_of(beta))) == 401


def test_key_gives_no_more_than_its_scopes(alpha, client_of):
    client = client_of(alpha, "OW")
    key = client.post("/api/api-keys/", {"name": "read", "scopes": ["members.view"]}).json()["key"]
    scoped = client_of(alpha)

    assert scoped.get("/api/users/", HTTP_AUTHORIZATION=f"Token {key}").status_code == 200
    assert scoped.post("/api/users/", {"email": "x@example.com"}, HTTP_AUTHORIZATION=f"Token {key}").status_code == 403


def test_scopes_cannot_exceed_ones_own_permissions(alpha, client_of):
    answer = client_of(alpha, "AN").post("/api/api-keys/", {"name": "x", "scopes": ["members.view", "members.remove"]})

    assert answer.status_code == 400
    assert "members.remove" in answer.json()["validation_errors"]["scopes"][0]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "a\x00"},
        {"name": "a" * 101},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": "members.view"},
        {"name": "x", "scopes": ["nothing.here"]},
        {"name": "x", "expires_at": "2001-01-01T00:00:00Z"},
        {"name": "x", "expires_at": "soon"},
    ],
)
def test_malformed_keys_are_refused_and_none_is_made(alpha, client_of, body):
    client = client_of(alpha, "OW")

    assert client.post("/api/api-keys/", body).status_code == 400
    assert len(client.get("/api/api-keys/").json()) == 1


def test_expired_key_is_refused(alpha, client_of, key_of, new_member):
    key = key_of(alpha, new_member(alpha), expires_at=timezone.now() - timedelta(seconds=1))

    assert _call(client_of, alpha, key) == 401


def test_revoked_key_is_refused_at_once(alpha, client_of, django_capture_on_commit_callbacks):
    client = client_of(alpha, "AN")
    made = client.post("/api/api-keys/", {"name": "ci"}).json()
    assert _call(client_of, alpha, made["key"]) == 200

    with django_capture_on_commit_callbacks(execute=True):
        assert client.delete(f"/api/api-keys/{made['id']}/").status_code == 204

    assert _call(client_of, alpha, made["key"]) == 401
    assert client.delete(f"/api/api-keys/{made['id']}/").status_code == 404


def test_keys_of_others_are_invisible_even_to_owners(alpha, beta, client_of, key_of, new_member, owner_of):
    key_of(alpha, new_member(alpha))
    key_of(beta, owner_of(beta))
    client = client_of(alpha, "OW")

    assert len(client.get("/api/api-keys/").json()) == 1
    for organization in (alpha, beta):
        with tenant_scope(organization):
            ids = list(ApiKey.objects.exclude(member_id=client.member.pk).values_list("pk", flat=True))
        assert [client.delete(f"/api/api-keys/{pk}/").status_code for pk in ids] == [404]


def test_there_is_an_end_to_the_number_of_keys(alpha, client_of):
    client = client_of(alpha, "AN")
    with tenant_scope(alpha):
        ApiKey.objects.bulk_create(
            ApiKey(member_id=client.member.pk, prefix="x", digest=f"{n:064}") for n in range(MAX_LIVE_KEYS - 1)
        )

    assert client.post("/api/api-keys/", {"name": "one too many"}).status_code == 400


@pytest.mark.parametrize(
    "header", ["Token ", "Token x", "Token \u00e9", "Token " + "x" * 5000, "Token a b", "Basic YTpi"]
)
def test_malformed_headers_are_no_failure(alpha, client_of, header):
    assert client_of(alpha).get("/api/users/", HTTP_AUTHORIZATION=header).status_code == 401
