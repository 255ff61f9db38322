from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from platform_core.events.models import AuditEntry
from platform_core.members.gate import memory
from platform_core.members.models import OrganizationPolicy, RefreshToken, Session
from tenants.scope import tenant_scope

WHOAMI = "/api/current-user/whoami"
TOKENS, SESSIONS = "/api/jwt/settings", "/api/session-policy/"


@pytest.fixture
def owner(alpha, client_of):
    return client_of(alpha, "OW")


@pytest.fixture
def tokens(owner):
    refresh = owner.post("/api/token/").json()["token"]
    return refresh, owner.post("/api/token/refresh/", {"refresh": refresh}).json()["access"]


@pytest.fixture
def browser(alpha, client_of, owner):
    client = client_of(alpha)
    login = client.post("/api/auth/login/", {"email": owner.member.email, "password": "correct-horse-1"})
    assert login.status_code == 200
    return client


def by_token(client_of, organization, access):
    memory.clear()
    return client_of(organization).get(WHOAMI, HTTP_AUTHORIZATION=f"Bearer {access}").status_code


def moved(model, **changes):
    """Make rows older than they are."""
    model.objects.update(**{name: timezone.now() - past for name, past in changes.items()})
    memory.clear()


def test_defaults_are_shown_and_nothing_is_stored(alpha, owner):
    assert owner.get(TOKENS).json() == {
        "api_token_ttl_days": 7,
        "api_tokens_enabled": True,
        "legacy_api_tokens_enabled": True,
    }
    sessions = owner.get(SESSIONS).json()
    assert (sessions["max_session_age"], sessions["max_time_between_activity"]) == (20_160, None)
    assert sessions.keys() == {"max_session_age", "max_time_between_activity", "created_at", "updated_at"}
    with tenant_scope(alpha):
        assert not OrganizationPolicy.objects.exists()


def test_rules_are_kept_told_and_of_this_organization(alpha, beta, owner, client_of):
    rules = {"api_token_ttl_days": 30, "api_tokens_enabled": True, "legacy_api_tokens_enabled": True}
    assert owner.post(TOKENS, rules).json() == rules == owner.get(TOKENS).json()
    changed = owner.patch(SESSIONS, {"max_session_age": 60})

    assert (changed.status_code, changed.json()["max_session_age"]) == (200, 60)
    with tenant_scope(alpha):
        entries = AuditEntry.objects.filter(action="organization.policy_changed").order_by("pk")
        assert [entry.data for entry in entries] == [{"api_token_ttl_days": 30}, {"max_session_age": 60}]
    assert client_of(beta, "OW").get(TOKENS).json()["api_token_ttl_days"] == 7


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (TOKENS, {}),
        (TOKENS, {"api_token_ttl_days": 0}),
        (TOKENS, {"api_token_ttl_days": 73_001}),
        (TOKENS, {"api_token_ttl_days": 7, "api_tokens_enabled": "maybe"}),
        (SESSIONS, {"max_session_age": 0}),
        (SESSIONS, {"max_session_age": 20_161}),
        (SESSIONS, {"max_time_between_activity": -1}),
    ],
)
def test_impossible_rules_are_refused(owner, path, body):
    call = owner.post if path == TOKENS else owner.patch
    assert call(path, body).status_code == 400


def test_keys_that_are_switched_off_open_nothing_and_say_why(alpha, owner, client_of, tokens):
    owner.post(TOKENS, {"api_token_ttl_days": 7, "legacy_api_tokens_enabled": False})
    memory.clear()

    refused = owner.get(WHOAMI)
    assert (refused.status_code, refused.json()["detail"]) == (401, "The organization has switched API keys off.")
    assert by_token(client_of, alpha, tokens[1]) == 200


def test_tokens_that_are_switched_off_open_nothing_and_none_are_made(alpha, owner, client_of, tokens):
    refresh, access = tokens
    owner.post(TOKENS, {"api_token_ttl_days": 7, "api_tokens_enabled": False})

    assert by_token(client_of, alpha, access) == 401
    assert owner.post("/api/token/refresh/", {"refresh": refresh}).status_code == 401
    assert owner.post("/api/token/rotate/", {"refresh": refresh}).status_code == 400
    assert owner.post("/api/token/").status_code == 403
    login = {"email": owner.member.email, "password": "correct-horse-1", "token": True}
    assert client_of(alpha).post("/api/auth/login/", login).status_code == 403
    owner.post(TOKENS, {"api_token_ttl_days": 7, "api_tokens_enabled": True})
    assert by_token(client_of, alpha, access) == 200


def test_life_of_tokens_holds_for_new_ones_and_for_those_that_exist(alpha, owner, client_of, tokens):
    refresh, access = tokens
    owner.post(TOKENS, {"api_token_ttl_days": 2})
    made = owner.post("/api/token/").json()
    assert timedelta(days=1.9) < timezone.datetime.fromisoformat(made["expires_at"]) - timezone.now() < timedelta(2.1)
    with tenant_scope(alpha):
        moved(RefreshToken, created_at=timedelta(days=1.9))
        assert by_token(client_of, alpha, access) == 200
        moved(RefreshToken, created_at=timedelta(days=2.1))

    assert by_token(client_of, alpha, access) == 401
    assert owner.post("/api/token/refresh/", {"refresh": refresh}).status_code == 401


def test_session_ends_at_its_greatest_age(alpha, owner, browser):
    owner.patch(SESSIONS, {"max_session_age": 60})
    with tenant_scope(alpha):
        moved(Session, created_at=timedelta(minutes=59), updated_at=timedelta(0))
        assert browser.get(WHOAMI).status_code == 200
        moved(Session, created_at=timedelta(minutes=61))
        assert browser.get(WHOAMI).status_code == 401
    owner.patch(SESSIONS, {"max_session_age": None})
    memory.clear()
    assert browser.get(WHOAMI).status_code == 200


def test_session_ends_when_it_is_not_used(alpha, owner, browser):
    owner.patch(SESSIONS, {"max_time_between_activity": 10})
    with tenant_scope(alpha):
        moved(Session, updated_at=timedelta(minutes=9))
        assert browser.get(WHOAMI).status_code == 200
        assert Session.objects.get().updated_at > timezone.now() - timedelta(minutes=1)
        moved(Session, updated_at=timedelta(minutes=12))

    assert browser.get(WHOAMI).status_code == 401


def test_organization_has_one_row_of_rules(in_alpha):
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE conname = 'organization_policy_single'")
        assert cursor.fetchone()
