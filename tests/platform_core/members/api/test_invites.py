import re
import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from platform_core.accounts.models import User
from platform_core.members.models import Invitation, Member
from tenants.models import MembershipIndex
from tenants.scope import tenant_scope

PASSWORD = "correct-horse-1"


@pytest.fixture
def invite(client_of, django_capture_on_commit_callbacks):
    """Return a function that invites an address and gives back (client, answer, mailed token)."""

    def send(organization, email, role="AN", by="OW"):
        client = client_of(organization, by)
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post("/api/invites/", {"email": email, "role": role})
        token = re.search(r'"token": "([^"]+)"', mail.outbox[-1].body).group(1) if answer.status_code == 201 else None
        return client, answer, token

    return send


def _accept(client, token, **body):
    return client.post("/api/invites/accept/", {"token": token, "password": PASSWORD, **body})


@pytest.mark.parametrize("on_public_host", [True, False])
def test_new_person_accepts_with_a_new_password(alpha, client_of, public_client, invite, on_public_host):
    _client, answer, token = invite(alpha, "New@Person.example", role="RE")
    anonymous = public_client if on_public_host else client_of(alpha)

    accepted = _accept(anonymous, token, first_name="Ada")

    assert answer.json()["email"] == "new@person.example"
    assert accepted.status_code == 201
    assert (accepted.json()["role"], accepted.json()["organization_slug"]) == ("RE", "alpha")
    login = client_of(alpha).post("/api/auth/login/", {"email": "new@person.example", "password": PASSWORD})
    assert login.json()["user"]["first_name"] == "Ada"
    assert MembershipIndex.objects.filter(
        user__email="new@person.example", organization_id=alpha.id, role="RE"
    ).exists()


def test_secret_is_in_the_mail_and_in_no_answer(alpha, invite):
    client, answer, token = invite(alpha, "new@person.example")

    assert "http://alpha.testserver/api/invites/accept/" in mail.outbox[0].body
    secret = token.partition(".")[2]
    assert secret not in answer.content.decode()
    assert secret not in client.get("/api/invites/").content.decode()
    with tenant_scope(alpha):
        assert Invitation.objects.get().digest != secret


def test_invitation_works_once(alpha, client_of, invite):
    _client, _answer, token = invite(alpha, "new@person.example")

    assert _accept(client_of(alpha), token).status_code == 201
    assert _accept(client_of(alpha), token).status_code == 400


def test_person_with_an_account_needs_its_password(alpha, beta, client_of, new_member, invite):
    new_member(beta, email="known@beta.example")
    _client, _answer, token = invite(alpha, "known@beta.example")

    assert _accept(client_of(alpha), token, password="wrong-horse-1").status_code == 401
    assert _accept(client_of(alpha), token, password="").status_code == 400
    assert _accept(client_of(alpha), token).status_code == 201
    assert User.objects.filter(email="known@beta.example").count() == 1


def test_signed_in_person_accepts_on_the_public_host(alpha, beta, new_member, public_client, invite):
    new_member(beta, email="known@beta.example")
    _client, _answer, token = invite(alpha, "known@beta.example")
    public_client.post("/api/auth/login/", {"email": "known@beta.example", "password": PASSWORD})

    assert public_client.post("/api/invites/accept/", {"token": token}).status_code == 201


def test_somebody_else_who_is_signed_in_cannot_accept(alpha, beta, new_member, public_client, invite):
    new_member(beta, email="other@beta.example")
    _client, _answer, token = invite(alpha, "known@beta.example")
    public_client.post("/api/auth/login/", {"email": "other@beta.example", "password": PASSWORD})

    assert public_client.post("/api/invites/accept/", {"token": token}).status_code == 403
    with tenant_scope(alpha):
        assert Member.objects.count() == 1


def test_weak_password_leaves_the_invitation_open(alpha, client_of, invite):
    _client, _answer, token = invite(alpha, "new@person.example")

    assert _accept(client_of(alpha), token, password="short").status_code == 400
    assert not User.objects.filter(email="new@person.example").exists()
    assert _accept(client_of(alpha), token).status_code == 201


def test_invitation_of_another_organization_is_refused(alpha, beta, client_of, invite):
    _client, _answer, token = invite(beta, "new@person.example")
    secret = token.partition(".")[2]

    assert _accept(client_of(alpha), token).status_code == 400
    assert _accept(client_of(alpha), f"{alpha.id}.{secret}").status_code == 400
    with tenant_scope(alpha):
        assert Member.objects.count() == 1


@pytest.mark.parametrize(
    "token", ["", "x", "1", "1.", ".x", "9999999999999999999999.x", "-1.x", "1.a\x00", "\u0661.x", "x" * 300]
)
def test_malformed_tokens_are_bad_requests(alpha, client_of, public_client, token):
    assert _accept(client_of(alpha), token).status_code == 400
    assert _accept(public_client, token).status_code == 400


def test_expired_invitation_is_refused(alpha, client_of, invite):
    client, _answer, token = invite(alpha, "new@person.example")
    with tenant_scope(alpha):
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert _accept(client_of(alpha), token).status_code == 400
    assert client.get("/api/invites/").json()["count"] == 0


def test_revoked_invitation_is_refused(alpha, beta, client_of, invite):
    client, answer, token = invite(alpha, "new@person.example")
    path = f"/api/invites/{answer.json()['id']}/"

    assert client_of(beta, "OW").delete(path).status_code == 404
    assert client.delete(path).status_code == 204
    assert client.delete(path).status_code == 404
    assert _accept(client_of(alpha), token).status_code == 400


def test_second_invitation_of_an_address_replaces_the_first(alpha, client_of, invite):
    _client, _answer, first = invite(alpha, "new@person.example", role="AD")
    _client, _answer, second = invite(alpha, "new@person.example", role="AN")

    assert _accept(client_of(alpha), first).status_code == 400
    assert _accept(client_of(alpha), second).json()["role"] == "AN"


@pytest.mark.parametrize(
    ("by", "role", "status"),
    [("OW", "OW", 201), ("AD", "OW", 403), ("AD", "AD", 201), ("MA", "AN", 403), ("RE", "AN", 403), ("AN", "AN", 403)],
)
def test_nobody_invites_above_themselves(alpha, invite, by, role, status):
    _client, answer, _token = invite(alpha, "new@person.example", role=role, by=by)

    assert answer.status_code == status


def test_role_of_the_inviter_counts_on_acceptance_too(alpha, client_of, invite):
    client, _answer, token = invite(alpha, "new@person.example", role="AD", by="AD")

    client_of(alpha, "OW").patch(f"/api/members/{client.member.pk}/", {"role": "MA"})

    assert _accept(client_of(alpha), token).status_code == 400


def test_invitations_of_a_removed_member_are_withdrawn(alpha, client_of, invite):
    client, _answer, token = invite(alpha, "new@person.example", by="AD")

    client_of(alpha, "OW").delete(f"/api/members/{client.member.pk}/")

    assert _accept(client_of(alpha), token).status_code == 400


def test_member_cannot_be_invited_again(alpha, client_of, invite):
    _client, answer, _token = invite(alpha, "owner@alpha.example")

    assert answer.status_code == 400
    assert mail.outbox == []


def test_removed_member_can_come_back(alpha, client_of, new_member, invite):
    member = new_member(alpha, "MA", email="back@alpha.example")
    client_of(alpha, "OW").delete(f"/api/members/{member.pk}/")
    _client, _answer, token = invite(alpha, "back@alpha.example", role="AN")

    accepted = _accept(client_of(alpha), token)

    assert (accepted.json()["user"], accepted.json()["role"]) == (member.pk, "AN")


def test_name_of_an_organization_cannot_forge_mail_headers(alpha, client_of, invite):
    owner = client_of(alpha, "OW")
    owner.patch(f"/api/organizations/{alpha.id}", {"title": "Alpha\nBcc: victim@example.com"})

    invite(alpha, "new@person.example")

    assert mail.outbox[0].subject == "Invitation to Alpha Bcc: victim@example.com"
    assert mail.outbox[0].recipients() == ["new@person.example"]


@pytest.fixture
def invite_as(client_of, django_capture_on_commit_callbacks):
    """Return a function that posts an invitation and gives back (answer, mailed token)."""

    def send(client, path="/api/invites/", **body):
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(path, body)
        found = re.search(r'"token": "([^"]+)"', mail.outbox[-1].body) if answer.status_code < 300 else None
        return answer, found and found.group(1)

    return send


def own_role(owner, **values):
    body = {"name": "Exporter", "base": "AN", "permissions": ["projects.view", "projects.export"], **values}
    answer = owner.post("/api/roles/", body)
    assert answer.status_code == 201, answer.content
    return answer.json()["id"]


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/api/invites/", {"email": "new@person.example"}),
        ("/api/users/", {"email": "new@person.example"}),
        ("/api/invite/send-email", {"emails": ["new@person.example"]}),
    ],
)
def test_invitation_gives_a_role_of_the_organizations_own(alpha, client_of, invite_as, path, address):
    owner = client_of(alpha, "OW")
    role = own_role(owner)

    answer, token = invite_as(owner, path, **address, custom_role=role)
    accepted = _accept(client_of(alpha), token)

    assert answer.json().get("custom_role", role) == role
    assert (accepted.status_code, accepted.json()["role"]) == (201, "AN")
    member = owner.get(f"/api/members/{accepted.json()['user']}/").json()
    assert (member["role"], member["custom_role"]) == ("AN", role)


def test_nobody_invites_with_a_role_above_their_own(alpha, client_of, invite_as):
    owner, manager = client_of(alpha, "OW"), client_of(alpha, "AD")
    strong = own_role(owner, name="Purger", base="AD", permissions=["plugins.purge_now"])
    reader = own_role(owner, name="Inviter", base="MA", permissions=["members.invite", "members.view"])
    assert owner.patch(f"/api/members/{manager.member.pk}/", {"custom_role": reader}).status_code == 200

    for role in (strong, own_role(owner)):  # the second is of a lower base, and holds what the inviter lacks
        answer, _ = invite_as(manager, email="new@person.example", custom_role=role)
        assert answer.status_code == 403
    with tenant_scope(alpha):
        assert not Invitation.objects.exists()


def test_unknown_or_doubled_roles_of_invitations_are_refused(alpha, client_of, invite_as):
    owner = client_of(alpha, "OW")
    role = own_role(owner)

    assert invite_as(owner, email="a@b.example", custom_role=str(uuid.uuid4()))[0].status_code == 404
    assert invite_as(owner, email="a@b.example", custom_role="x")[0].status_code == 400
    assert invite_as(owner, email="a@b.example", custom_role=role, role="AN")[0].status_code == 400


def test_invitation_ends_with_its_role(alpha, client_of, invite_as):
    owner = client_of(alpha, "OW")
    role = own_role(owner)
    _, token = invite_as(owner, email="new@person.example", custom_role=role)

    assert owner.delete(f"/api/roles/{role}/").status_code == 204

    assert _accept(client_of(alpha), token).status_code == 400
    assert owner.get("/api/invites/").json()["count"] == 0


def test_invitation_ends_when_its_role_outgrows_who_sent_it(alpha, client_of, invite_as):
    owner, administrator = client_of(alpha, "OW"), client_of(alpha, "AD")
    role = own_role(owner)
    _, token = invite_as(administrator, email="new@person.example", custom_role=role)

    grown = {"permissions": ["projects.view", "plugins.purge_now"]}
    assert owner.patch(f"/api/roles/{role}/", grown).status_code == 200

    assert _accept(client_of(alpha), token).status_code == 400
