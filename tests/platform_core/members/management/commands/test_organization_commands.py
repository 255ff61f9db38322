import io
import json

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from platform_core.accounts.models import User
from platform_core.events.models import AuditEntry
from tenants.models import GlobalAuditEntry, Organization
from tenants.scope import tenant_scope

PASSWORD = "correct-horse-1"


def _run(*words, stdin=None, monkeypatch=None):
    out = io.StringIO()
    if stdin is not None:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
    call_command(*words, stdout=out)
    return out.getvalue()


def test_created_organization_answers_to_its_new_owner(alpha, monkeypatch):
    out = _run(
        "create_organization", "--slug", "gamma", "--name", "Gamma", "--owner-email", "Boss@gamma.example",
        "--owner-password-stdin", "--domain", "127.0.0.1:8001", "--json",
        stdin=f"{PASSWORD}\n", monkeypatch=monkeypatch,
    )  # fmt: skip

    facts = json.loads(out)
    assert facts["domains"] == ["gamma.testserver", "127.0.0.1:8001"]
    assert facts["url"] == "http://gamma.testserver/"
    for host in facts["domains"]:
        client = APIClient(HTTP_HOST=host)
        answer = client.post("/api/auth/login/", {"email": "boss@gamma.example", "password": PASSWORD})
        assert answer.json()["user"]["role"] == "OW"


def test_existing_account_becomes_owner_without_a_password(alpha):
    out = _run("create_organization", "--slug", "gamma", "--name", "Gamma", "--owner-email", "owner@alpha.example")

    assert "http://gamma.testserver/" in out


@pytest.mark.parametrize(
    ("slug", "email", "message"),
    [
        ("api", "owner@alpha.example", "reserved"),
        ("alpha", "owner@alpha.example", "exists already"),
        ("gamma", "new@x.example", "password"),
    ],
)
def test_refused_creation_says_why_and_leaves_nothing(alpha, slug, email, message):
    before = Organization.objects.count(), User.objects.count()

    with pytest.raises(CommandError, match=message):
        _run("create_organization", "--slug", slug, "--name", "X", "--owner-email", email)

    assert (Organization.objects.count(), User.objects.count()) == before


def test_deleted_organization_is_not_served_and_can_be_taken_back(alpha, client_of):
    from platform_core.members.host import forget_hosts

    _run("delete_organization", "alpha", "--yes", "--grace-days", "3")
    forget_hosts()
    assert client_of(alpha).get("/api/version/").status_code == 404

    _run("delete_organization", "alpha", "--cancel")
    forget_hosts()
    assert client_of(alpha).get("/api/version/").status_code == 200


def test_deletion_without_grace_drops_the_schema(alpha):
    assert "is deleted" in _run("delete_organization", "alpha", "--yes", "--grace-days", "0")

    assert not Organization.objects.filter(slug="alpha").exists()


@pytest.mark.parametrize(
    "words", [("nobody", "--yes"), ("alpha", "--cancel"), ("alpha", "--yes", "--grace-days", "-1")]
)
def test_refused_deletion_says_why(alpha, words):
    with pytest.raises(CommandError):
        _run("delete_organization", *words)


def test_deletion_asks_for_the_name(alpha, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda _question: "beta")

    with pytest.raises(CommandError, match="Nothing was deleted"):
        _run("delete_organization", "alpha")


def test_super_administrator_joins_for_all_to_see(alpha, client_of):
    user = User.objects.create_superuser("root@example.com", PASSWORD)

    _run("grant_access", "alpha", "--email", "root@example.com", "--reason", "ticket 7")

    answer = client_of(alpha).post("/api/auth/login/", {"email": "root@example.com", "password": PASSWORD})
    assert answer.json()["user"]["role"] == "AD"
    with tenant_scope(alpha):
        assert AuditEntry.objects.get(action="member.joined_as_operator").data == {"reason": "ticket 7"}
    assert GlobalAuditEntry.objects.filter(action="account.joined_as_operator", actor_user_id=user.pk).exists()


@pytest.mark.parametrize(
    ("email", "reason"), [("owner@beta.example", "x"), ("nobody@example.com", "x"), ("root@example.com", " ")]
)
def test_refused_joining_leaves_nothing(alpha, beta, email, reason):
    User.objects.create_superuser("root@example.com", PASSWORD)

    with pytest.raises(CommandError):
        _run("grant_access", "alpha", "--email", email, "--reason", reason)

    with tenant_scope(alpha):
        assert not AuditEntry.objects.filter(action="member.joined_as_operator").exists()
