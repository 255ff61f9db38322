import re

import pytest
from django.core import mail
from rest_framework.test import APIClient

from platform_core.accounts.models import BrowserSession, User
from platform_core.accounts.services.sign_up import sign_up_token
from platform_core.members.services import organizations
from tenants.models import GlobalAuditEntry, Organization

PASSWORD = "correct-horse-1"
OWNER = {"email": "owner@alpha.example", "password": PASSWORD}


def _sign_up(client, email="new@person.example", **body):
    token = sign_up_token(email)
    return client.post("/api/auth/signup/confirm/", {"token": token, "password": PASSWORD, **body})


def _signed_in(client):
    assert client.post("/api/auth/login/", OWNER).status_code == 200
    return client


def test_sign_up_by_mail_makes_an_account_and_signs_it_in(public_client):
    asked = public_client.post("/api/auth/signup/", {"email": "New@Person.example"})
    token = re.search(r'"token": "([^"]+)"', mail.outbox[0].body).group(1)

    made = public_client.post(
        "/api/auth/signup/confirm/", {"token": token, "password": PASSWORD, "first_name": "Ada", "is_super_admin": True}
    )

    assert (asked.status_code, made.status_code) == (202, 201)
    assert public_client.get("/api/organizations/").json() == []
    user = User.objects.get(email="new@person.example")
    assert (user.first_name, user.is_super_admin, user.is_staff) == ("Ada", False, False)
    assert GlobalAuditEntry.objects.filter(action="account.created", actor_user_id=user.pk).exists()


def test_sign_up_answers_the_same_for_known_addresses(alpha, public_client):
    known = public_client.post("/api/auth/signup/", {"email": OWNER["email"]})
    unknown = public_client.post("/api/auth/signup/", {"email": "new@person.example"})

    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    assert "token" not in mail.outbox[0].body
    assert len(mail.outbox) == 2


def test_sign_up_link_works_once_and_for_its_address_only(public_client):
    assert _sign_up(public_client).status_code == 201
    assert _sign_up(public_client, password="taken-over-1").status_code == 400
    assert User.objects.get(email="new@person.example").check_password(PASSWORD)


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "a\x00", "é" * 20])
def test_forged_sign_up_links_make_no_account(public_client, token):
    before = User.objects.count()

    assert public_client.post("/api/auth/signup/confirm/", {"token": token, "password": PASSWORD}).status_code == 400
    assert User.objects.count() == before


def test_expired_sign_up_link_makes_no_account(public_client, monkeypatch):
    monkeypatch.setattr("platform_core.accounts.services.sign_up.LIFETIME_SECONDS", -1)

    assert _sign_up(public_client).status_code == 400


@pytest.mark.parametrize("password", ["short", "123456789012", "new@person.example"])
def test_weak_password_makes_no_account(public_client, password):
    answer = _sign_up(public_client, password=password)

    assert answer.status_code == 400
    assert "password" in answer.json()["validation_errors"]
    assert not User.objects.filter(email="new@person.example").exists()


def test_own_organizations_carry_their_address(alpha, beta, public_client):
    rows = _signed_in(public_client).get("/api/organizations/").json()

    assert [(row["slug"], row["role"], row["url"]) for row in rows] == [("alpha", "OW", "http://alpha.testserver/")]


def test_addresses_take_scheme_and_port_of_the_public_host(alpha, public_client, settings):
    settings.TENON_PUBLIC_URL = "https://tenon.example:8443"

    rows = _signed_in(public_client).get("/api/organizations/").json()

    assert rows[0]["url"] == "https://alpha.testserver:8443/"


def test_new_organization_answers_and_belongs_to_its_maker(alpha, public_client, client_of):
    answer = _signed_in(public_client).post("/api/organizations/", {"slug": "gamma", "title": "Gamma"})

    assert answer.status_code == 201
    assert answer.json()["url"] == "http://gamma.testserver/"
    client = APIClient(HTTP_HOST="gamma.testserver")
    assert client.post("/api/auth/login/", OWNER).status_code == 200
    assert client.get("/api/current-user/whoami").json()["role"] == "OW"
    assert GlobalAuditEntry.objects.filter(action="organization.created", data={"slug": "gamma"}).exists()


@pytest.mark.parametrize(
    "body",
    [{}, {"slug": "gamma"},
     {"slug": "Ga", "title": "x"}, {"slug": "api", "title": "x"}, {"slug": "alpha", "title": "x"},
     {"slug": "gamma", "title": "a\x00"}, {"slug": "g\x00a", "title": "x"}],
)  # fmt: skip
def test_refused_organization_leaves_nothing(alpha, public_client, body):
    before = Organization.objects.count()

    assert _signed_in(public_client).post("/api/organizations/", body).status_code == 400
    assert Organization.objects.count() == before


def test_there_is_an_end_to_the_number_of_organizations(alpha, public_client, monkeypatch):
    monkeypatch.setattr(organizations, "MAX_OWN_ORGANIZATIONS", 1)
    client = _signed_in(public_client)

    assert client.post("/api/organizations/", {"slug": "gamma", "title": "x"}).status_code == 400


@pytest.mark.parametrize(
    ("method", "path"), [("get", "/api/organizations/"), ("post", "/api/organizations/"), ("post", "/api/auth/logout/")]
)
def test_anonymous_is_refused(public_client, method, path):
    assert getattr(public_client, method)(path).status_code == 401


def test_writes_by_cookie_need_the_csrf_token(alpha):
    client = APIClient(HTTP_HOST="testserver", enforce_csrf_checks=True)
    token = client.post("/api/auth/login/", OWNER).json()["csrf_token"]

    assert client.post("/api/auth/logout/").status_code == 403
    assert client.post("/api/auth/logout/", HTTP_X_CSRFTOKEN=token).status_code == 204


def test_logout_ends_the_session_on_the_server(alpha, public_client):
    _signed_in(public_client)
    cookie = public_client.client.cookies["tenon_session"].value

    assert public_client.post("/api/auth/logout/").status_code == 204

    assert not BrowserSession.objects.exists()
    public_client.client.cookies["tenon_session"] = cookie
    assert public_client.get("/api/organizations/").status_code == 401


def test_session_of_the_public_host_opens_no_organization_and_the_reverse(alpha, public_client, client_of):
    _signed_in(public_client)
    inside = client_of(alpha)
    inside.client.cookies["tenon_session"] = public_client.client.cookies["tenon_session"].value
    assert inside.get("/api/current-user/whoami").status_code == 401

    inside.post("/api/auth/login/", OWNER)
    outside = APIClient(HTTP_HOST="testserver")
    outside.cookies["tenon_session"] = inside.client.cookies["tenon_session"].value
    assert outside.get("/api/organizations/").status_code == 401


def test_api_key_of_an_organization_opens_nothing_on_the_public_host(alpha, key_of, owner_of, public_client):
    key = key_of(alpha, owner_of(alpha))

    assert public_client.get("/api/organizations/", HTTP_AUTHORIZATION=f"Token {key}").status_code == 401


def test_switched_off_account_loses_its_session(alpha, public_client):
    _signed_in(public_client)
    User.objects.filter(email=OWNER["email"]).update(is_active=False)

    assert public_client.get("/api/organizations/").status_code == 401


def test_password_change_ends_the_sessions_of_the_account(alpha, public_client):
    other = APIClient(HTTP_HOST="testserver")
    other.post("/api/auth/login/", OWNER)
    body = {"current_password": PASSWORD, "new_password": "another-horse-2"}

    assert _signed_in(public_client).post("/api/auth/password/change/", body).status_code == 204

    assert other.get("/api/organizations/").status_code == 401
    assert public_client.get("/api/organizations/").status_code == 401
    assert public_client.post("/api/auth/login/", {**OWNER, "password": "another-horse-2"}).status_code == 200


def test_super_administrator_opens_no_organization(alpha, client_of):
    User.objects.create_superuser("root@example.com", PASSWORD)

    assert (
        client_of(alpha).post("/api/auth/login/", {"email": "root@example.com", "password": PASSWORD}).status_code
        == 401
    )
