import re

import pytest
from django.core import mail
from rest_framework.test import APIClient

from platform_core.accounts.models import LoginAttempt, User
from platform_core.accounts.services.attempts import MAIL, SIGN_IN
from platform_core.accounts.services.passwords import reset_link_parts
from platform_core.events.models import AuditEntry
from platform_core.members.models import RefreshToken, Session
from platform_core.members.services.refresh_tokens import issue_refresh_token
from tenants.models import GlobalAuditEntry
from tenants.scope import tenant_scope

OWNER = {"email": "owner@alpha.example", "password": "correct-horse-1"}
NEW = "another-horse-2"


def _login(client, body=OWNER, **extra):
    return client.post("/api/auth/login/", body, **extra)


def test_login_opens_a_session_of_this_organization(alpha, client_of):
    client = client_of(alpha)

    answer = _login(client)

    assert answer.status_code == 200
    assert answer.json()["user"]["email"] == OWNER["email"]
    cookie = answer.cookies["tenon_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["domain"] == ""
    assert client.get("/api/current-user/whoami").status_code == 200
    with tenant_scope(alpha):
        assert cookie.value not in Session.objects.values_list("session_key", flat=True)
        assert AuditEntry.objects.filter(action="member.signed_in").count() == 1


def test_session_cookie_of_another_organization_is_worth_nothing(alpha, beta, client_of):
    cookie = _login(client_of(alpha)).cookies["tenon_session"].value
    stranger = client_of(beta)
    stranger.client.cookies["tenon_session"] = cookie

    assert stranger.get("/api/current-user/whoami").status_code == 401


def test_writes_by_cookie_need_the_csrf_token(alpha):
    client = APIClient(HTTP_HOST="alpha.testserver", enforce_csrf_checks=True)
    token = _login(client).json()["csrf_token"]

    assert client.post("/api/teams/", {"name": "A"}).status_code == 403
    assert client.post("/api/teams/", {"name": "A"}, HTTP_X_CSRFTOKEN=token).status_code == 201


def test_page_of_another_site_cannot_sign_somebody_in(alpha, client_of):
    client = client_of(alpha)

    assert _login(client, HTTP_ORIGIN="https://evil.example").status_code == 403
    assert _login(client, HTTP_ORIGIN="null").status_code == 403
    assert _login(client, HTTP_ORIGIN="http://alpha.testserver").status_code == 200


def test_login_replaces_a_planted_session(alpha, client_of):
    planted = _login(client_of(alpha)).cookies["tenon_session"].value
    client = client_of(alpha)
    client.client.cookies["tenon_session"] = planted

    fresh = _login(client).cookies["tenon_session"].value

    assert fresh != planted
    client.client.cookies["tenon_session"] = planted
    assert client.get("/api/current-user/whoami").status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {"email": "owner@alpha.example", "password": "wrong-horse-1"},
        {"email": "nobody@alpha.example", "password": "correct-horse-1"},
        {"email": "owner@beta.example", "password": "correct-horse-1"},
    ],
)
def test_every_refused_login_looks_the_same(alpha, beta, client_of, body):
    answer = _login(client_of(alpha), body)

    assert answer.status_code == 401
    assert answer.json()["detail"] == "Wrong e-mail or password."
    assert "tenon_session" not in answer.cookies


@pytest.mark.parametrize("address", ["owner@alpha.example", "nobody@alpha.example"])
def test_known_and_unknown_addresses_cost_one_hash_each(alpha, client_of, monkeypatch, address):
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashes = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda self, *args: hashes.append(1) or encode(self, *args))

    _login(client_of(alpha), {"email": address, "password": "wrong-horse-1"})

    assert len(hashes) == 1


def test_switched_off_account_is_refused(alpha, client_of):
    User.objects.filter(email=OWNER["email"]).update(is_active=False)

    assert _login(client_of(alpha)).status_code == 401


@pytest.mark.parametrize(
    "body", [{}, {"email": "a\x00", "password": "x"}, {"email": "x", "password": "y" * 300}, [], {"email": 1}]
)
def test_malformed_login_is_a_bad_request(alpha, client_of, body):
    assert _login(client_of(alpha), body).status_code == 400


def test_login_with_token_answers_with_a_pair_and_no_cookie(alpha, client_of):
    client = client_of(alpha)

    answer = _login(client, {**OWNER, "token": True})

    assert "tenon_session" not in answer.cookies
    access, refresh = answer.json()["access"], answer.json()["refresh"]
    assert client.get("/api/users/", HTTP_AUTHORIZATION=f"Bearer {access}").status_code == 200
    assert client.post("/api/token/refresh/", {"refresh": refresh}).status_code == 200


def test_logout_ends_the_session_on_the_server(alpha, client_of, django_capture_on_commit_callbacks):
    client = client_of(alpha)
    cookie = _login(client).cookies["tenon_session"].value
    assert client.get("/api/current-user/whoami").status_code == 200

    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/api/auth/logout/").status_code == 204

    client.client.cookies["tenon_session"] = cookie
    assert client.get("/api/current-user/whoami").status_code == 401


def test_logout_by_access_token_revokes_its_refresh_token(alpha, client_of, django_capture_on_commit_callbacks):
    client = client_of(alpha)
    pair = _login(client, {**OWNER, "token": True}).json()
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {pair['access']}"}
    assert client.get("/api/users/", **bearer).status_code == 200

    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/api/auth/logout/", **bearer).status_code == 204

    assert client.get("/api/users/", **bearer).status_code == 401
    assert client.post("/api/token/refresh/", {"refresh": pair["refresh"]}).status_code == 401


def test_logout_with_a_key_says_what_to_do(alpha, client_of):
    answer = client_of(alpha, "AN").post("/api/auth/logout/")

    assert answer.status_code == 400
    assert "api/api-keys" in answer.json()["detail"]


def test_account_is_throttled_whatever_the_host_or_address(alpha, beta, client_of):
    for number in range(SIGN_IN.per_account):
        organization = alpha if number % 2 else beta
        answer = _login(client_of(organization), {**OWNER, "password": "wrong"}, REMOTE_ADDR=f"10.0.0.{number}")
        assert answer.status_code == 401

    refused = _login(client_of(alpha), REMOTE_ADDR="10.9.9.9")

    assert refused.status_code == 429
    assert 0 < refused.json()["data"]["retry_after"] <= SIGN_IN.window.total_seconds()
    assert int(refused["Retry-After"]) > 0


def test_unknown_account_is_throttled_like_a_known_one(alpha, client_of):
    body = {"email": "nobody@alpha.example", "password": "wrong"}
    statuses = [
        _login(client_of(alpha), body, REMOTE_ADDR=f"10.0.0.{n}").status_code for n in range(SIGN_IN.per_account + 1)
    ]

    assert statuses == [401] * SIGN_IN.per_account + [429]


def test_address_is_throttled_over_many_accounts_and_ipv6_by_network(alpha, client_of):
    for number in range(SIGN_IN.per_address):
        body = {"email": f"n{number}@alpha.example", "password": "wrong"}
        assert _login(client_of(alpha), body, REMOTE_ADDR=f"2001:db8::{number:x}").status_code == 401

    assert _login(client_of(alpha), REMOTE_ADDR="2001:db8::ffff").status_code == 429
    assert _login(client_of(alpha), REMOTE_ADDR="2001:db8:0:1::1").status_code == 200


def test_success_clears_the_account_and_does_not_count_for_the_address(alpha, client_of):
    client = client_of(alpha)
    _login(client, {**OWNER, "password": "wrong"})
    _login(client)

    assert list(LoginAttempt.objects.filter(key__startswith="account:")) == []
    assert LoginAttempt.objects.get(key__startswith="ip:").failures == 1


def test_forwarded_address_of_an_untrusted_peer_does_not_evade_the_throttle(alpha, client_of):
    for number in range(SIGN_IN.per_address):
        body = {"email": f"n{number}@alpha.example", "password": "wrong"}
        _login(client_of(alpha), body, REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=f"10.1.0.{number}")

    assert _login(client_of(alpha), REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="10.2.0.1").status_code == 429


def test_password_change_ends_every_sign_in_everywhere_and_keeps_keys(
    alpha, beta, client_of, new_member, key_of, django_capture_on_commit_callbacks
):
    member = new_member(alpha, email="both@example.com")
    new_member(beta, email="both@example.com")
    key = key_of(alpha, member)
    credentials = {"email": "both@example.com", "password": "correct-horse-1"}
    here, there = client_of(alpha), client_of(beta)
    _login(here, credentials)
    _login(there, credentials)
    with tenant_scope(beta):
        issue_refresh_token(member_id=member.pk, actor=None)
    assert there.get("/api/current-user/whoami").status_code == 200

    with django_capture_on_commit_callbacks(execute=True):
        answer = here.post("/api/auth/password/change/", {"current_password": "correct-horse-1", "new_password": NEW})

    assert answer.status_code == 204
    assert here.get("/api/current-user/whoami").status_code == 401
    assert there.get("/api/current-user/whoami").status_code == 401
    with tenant_scope(beta):
        assert not RefreshToken.objects.filter(revoked_at=None).exists()
    assert here.get("/api/current-user/whoami", HTTP_AUTHORIZATION=f"Token {key}").status_code == 200
    assert _login(here, credentials).status_code == 401
    assert _login(here, {**credentials, "password": NEW}).status_code == 200
    assert GlobalAuditEntry.objects.filter(action="account.password_changed", actor_user_id=member.pk).count() == 1


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [
        ("wrong", NEW, "current_password"),
        ("correct-horse-1", "short", "new_password"),
        ("correct-horse-1", "1" * 12, "new_password"),
    ],
)
def test_refused_password_change_changes_nothing(alpha, client_of, current, new, field):
    client = client_of(alpha)
    _login(client)

    answer = client.post("/api/auth/password/change/", {"current_password": current, "new_password": new})

    assert answer.status_code == 400
    assert list(answer.json()["validation_errors"]) == [field]
    assert client.get("/api/current-user/whoami").status_code == 200
    assert _login(client).status_code == 200


def test_guessing_the_current_password_is_throttled(alpha, client_of):
    client = client_of(alpha, "OW")
    body = {"current_password": "wrong", "new_password": NEW}

    statuses = [client.post("/api/auth/password/change/", body).status_code for _ in range(SIGN_IN.per_account + 1)]

    assert statuses == [400] * SIGN_IN.per_account + [429]


def _mailed_link():
    return re.search(r'"uid": "([^"]+)", "token": "([^"]+)"', mail.outbox[-1].body).groups()


@pytest.mark.parametrize("host", ["alpha.testserver", "testserver"])
def test_password_reset_by_mail_works_once_on_every_host(alpha, client_of, host):
    client = APIClient(HTTP_HOST=host)
    client.post("/api/auth/password/reset/", {"email": "OWNER@alpha.example"})
    uid, token = _mailed_link()
    body = {"uid": uid, "token": token, "new_password": NEW}

    first, second = (client.post("/api/auth/password/reset/confirm/", body) for _ in range(2))

    assert (first.status_code, second.status_code) == (204, 400)
    assert _login(client_of(alpha), {**OWNER, "password": NEW}).status_code == 200


def test_reset_answers_the_same_for_unknown_addresses(alpha, client_of):
    client = client_of(alpha)

    known = client.post("/api/auth/password/reset/", {"email": OWNER["email"]})
    unknown = client.post("/api/auth/password/reset/", {"email": "nobody@alpha.example"})

    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json()) == (202, known.json())
    assert len(mail.outbox) == 2
    assert "token" not in mail.outbox[1].body


def test_reset_mail_takes_its_address_from_the_settings(alpha, settings):
    settings.TENON_PUBLIC_URL = "https://tenon.example"
    client = APIClient(HTTP_HOST="alpha.testserver", HTTP_X_FORWARDED_HOST="evil.example")

    client.post("/api/auth/password/reset/", {"email": OWNER["email"]})

    assert "https://tenon.example/api/auth/password/reset/confirm/" in mail.outbox[0].body
    assert "evil" not in mail.outbox[0].body
    assert "alpha.testserver" not in mail.outbox[0].body


def test_reset_link_dies_after_an_hour_and_with_a_sign_in(alpha, client_of, settings):
    user = User.objects.get(email=OWNER["email"])
    uid, token = reset_link_parts(user)
    body = {"uid": uid, "token": token, "new_password": NEW}
    client = client_of(alpha)
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert client.post("/api/auth/password/reset/confirm/", body).status_code == 400
    settings.PASSWORD_RESET_TIMEOUT = 3600

    _login(client)

    assert client.post("/api/auth/password/reset/confirm/", body).status_code == 400


def test_reset_link_of_one_account_does_not_open_another(alpha, beta, client_of):
    uid, _token = reset_link_parts(User.objects.get(email="owner@beta.example"))
    _uid, token = reset_link_parts(User.objects.get(email=OWNER["email"]))

    answer = client_of(alpha).post(
        "/api/auth/password/reset/confirm/", {"uid": uid, "token": token, "new_password": NEW}
    )

    assert answer.status_code == 400


@pytest.mark.parametrize("uid", ["", "x", "\u00e9", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "a\x00"])
def test_malformed_reset_links_are_bad_requests(alpha, client_of, uid):
    body = {"uid": uid, "token": "x-y", "new_password": NEW}

    assert client_of(alpha).post("/api/auth/password/reset/confirm/", body).status_code == 400


def test_mails_are_throttled_per_account(alpha, client_of):
    client = client_of(alpha)
    statuses = [
        client.post("/api/auth/password/reset/", {"email": "nobody@alpha.example"}).status_code
        for _ in range(MAIL.per_account + 1)
    ]

    assert statuses == [202] * MAIL.per_account + [429]
    assert len(mail.outbox) == MAIL.per_account


def test_mail_server_that_is_down_changes_no_answer(alpha, client_of, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    answer = client_of(alpha).post("/api/auth/password/reset/", {"email": OWNER["email"]})

    assert answer.status_code == 202
    assert "could not be sent" in caplog.text
    assert OWNER["email"] not in caplog.text
