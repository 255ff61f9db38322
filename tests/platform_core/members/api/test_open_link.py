import re

import pytest
from django.core import mail

from platform_core.events.models import AuditEntry
from platform_core.members.models import Invitation, Member, OrganizationPolicy
from platform_core.projects.models import ProjectMembership
from tenants.scope import tenant_scope

JOIN = "/api/invite/join/"
PASSWORD = "a-good-horse-7"


@pytest.fixture
def owner(alpha, client_of):
    return client_of(alpha, "OW")


@pytest.fixture
def nobody(alpha, client_of):
    return client_of(alpha)


@pytest.fixture
def link(owner):
    answer = owner.post("/api/invite/reset-token")
    assert answer.status_code == 201
    return answer.json()


@pytest.fixture
def joined(nobody, django_capture_on_commit_callbacks):
    """Return a function that asks to join and returns the answer; mails go out at once."""

    def join(token, email):
        with django_capture_on_commit_callbacks(execute=True):
            return nobody.post(JOIN, {"token": token, "email": email})

    return join


def mailed_token():
    return re.search(r'"token": "([^"]+)"', mail.outbox[-1].body)[1]


def accept(client, token):
    return client.post("/api/invites/accept/", {"token": token, "password": PASSWORD})


def test_there_is_no_link_until_somebody_makes_one(alpha, owner, nobody):
    assert owner.get("/api/invite").json() == {"token": None, "invite_url": None}
    assert owner.get(f"/api/organizations/{alpha.id}").json()["token"] is None
    assert nobody.get(f"{JOIN}?token=").status_code == nobody.get(f"{JOIN}?token=x").status_code == 400
    assert nobody.post(JOIN, {"token": "x", "email": "new@else.example"}).status_code == 400


def test_link_is_shown_to_who_may_invite_and_to_nobody_else(alpha, owner, client_of, link):
    assert owner.get("/api/invite").json() == link
    assert link["invite_url"].endswith(f"{JOIN}?token={link['token']}")
    path = f"/api/organizations/{alpha.id}"
    assert owner.get(path).json()["token"] == link["token"]
    assert client_of(alpha, "MA").get(path).json()["token"] is None
    with tenant_scope(alpha):
        row = OrganizationPolicy.objects.get()
        assert link["token"] not in f"{row.invite_secret.token} {row.invite_digest}"
        assert link["token"] not in f"{list(AuditEntry.objects.values_list('data', flat=True))}"


def test_newcomer_joins_by_the_link_with_the_default_role(alpha, owner, nobody, link, joined):
    default = owner.patch(f"/api/organizations/{alpha.id}/set-default-role", {"default_role": "RE", "organization": 5})
    assert default.json() == {"default_role": "RE", "organization": alpha.id}
    card = nobody.get(f"{JOIN}?token={link['token']}").json()
    assert (card["title"], card["role"]) == ("Alpha", "RE")

    assert joined(link["token"], "New@else.example").status_code == 202
    answer = accept(nobody, mailed_token())

    assert (answer.status_code, answer.json()["role"]) == (201, "RE")
    with tenant_scope(alpha):
        assert Member.objects.get(email="new@else.example").role == "RE"
    assert accept(nobody, mailed_token()).status_code == 400


@pytest.mark.parametrize("act", ["reset", "close", "role"])
def test_end_of_the_link_ends_what_came_by_it(alpha, owner, nobody, link, joined, act):
    joined(link["token"], "new@else.example")
    if act == "reset":
        assert owner.post("/api/invite/reset-token").json()["token"] != link["token"]
    elif act == "close":
        assert owner.delete("/api/invite").status_code == owner.delete("/api/invite").status_code == 204
        assert owner.get("/api/invite").json()["token"] is None
    else:
        owner.patch(f"/api/organizations/{alpha.id}/set-default-role", {"default_role": "RE"})

    assert accept(nobody, mailed_token()).status_code == 400
    if act != "role":
        assert joined(link["token"], "other@else.example").status_code == 400


def test_answer_tells_nothing_and_nothing_of_others_is_replaced(alpha, owner, link, joined, new_member):
    new_member(alpha, email="member@alpha.example")
    owner.post("/api/invites/", {"email": "invited@else.example", "role": "MA"})
    answers = [
        joined(link["token"], email) for email in ("member@alpha.example", "invited@else.example", "x@y.example")
    ]

    assert {(answer.status_code, answer.content) for answer in answers} == {(202, answers[0].content)}
    bodies = [message.body for message in mail.outbox]
    assert "member already" in bodies[-3]
    assert "invited you already" in bodies[-2]
    with tenant_scope(alpha):
        assert Invitation.objects.get(email="invited@else.example").revoked_at is None


def test_link_whose_key_is_lost_works_and_is_not_shown(alpha, owner, nobody, link, settings):
    settings.SECRET_KEY = "another-secret-key-" * 4

    assert owner.get("/api/invite").json() == {"token": None, "invite_url": None}
    assert owner.get(f"/api/organizations/{alpha.id}").json()["token"] is None
    assert nobody.get(f"{JOIN}?token={link['token']}").status_code == 200
    assert owner.post("/api/invite/reset-token").json()["token"] not in (None, link["token"])
    assert owner.get("/api/invite").json()["token"]


def test_link_of_another_organization_is_worth_nothing(beta, client_of, link):
    assert client_of(beta).get(f"{JOIN}?token={link['token']}").status_code == 400
    assert client_of(beta).post(JOIN, {"token": link["token"], "email": "new@else.example"}).status_code == 400


def test_mails_to_one_address_are_limited(link, joined):
    answers = [joined(link["token"], "new@else.example").status_code for _ in range(6)]

    assert answers == [202] * 5 + [429]


def test_many_addresses_are_invited_at_once_with_projects(alpha, owner, nobody, django_capture_on_commit_callbacks):
    project = owner.post("/api/projects/", {"title": "Shared"}).json()["id"]
    emails = ["one@else.example", "two@else.example", "TWO@else.example"]
    with django_capture_on_commit_callbacks(execute=True):
        sent = owner.post("/api/invite/send-email", {"emails": emails, "role": "AN", "projects": [project]})

    assert (sent.status_code, sent.json()) == (200, {"emails": emails[:2]})
    assert accept(nobody, mailed_token()).status_code == 201
    with tenant_scope(alpha):
        newcomer = Member.objects.get(email="two@else.example")
        assert ProjectMembership.objects.filter(member=newcomer).values_list("project_id", flat=True).get() == project


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"emails": []}, 400),
        ({"emails": ["a@else.example", "owner@alpha.example"]}, 400),
        ({"emails": ["a@else.example", "nonsense"]}, 400),
        ({"emails": ["a@else.example"], "role": "DI"}, 400),
        ({"emails": ["a@else.example"], "projects": [10**6]}, 404),
    ],
)
def test_bad_invitations_are_refused_whole(alpha, owner, body, status):
    assert owner.post("/api/invite/send-email", body).status_code == status
    with tenant_scope(alpha):
        assert not Invitation.objects.exists()


def test_giving_projects_needs_the_permission_for_them(alpha, client_of, owner):
    project = owner.post("/api/projects/", {"title": "Shared"}).json()["id"]
    inviter = client_of(alpha, "OW", scopes=["members.invite", "projects.view"])

    answer = inviter.post("/api/invite/send-email", {"emails": ["a@else.example"], "projects": [project]})

    assert (answer.status_code, answer.json()["data"]) == (403, {"permission": "projects.change"})


def test_invitation_is_revoked_by_its_address(alpha, owner):
    owner.post("/api/invites/", {"email": "new@else.example"})

    assert owner.post("/api/invite/revoke", {"email": "NEW@else.example"}).status_code == 204
    assert owner.post("/api/invite/revoke", {"email": "new@else.example"}).status_code == 404


def test_nobody_opens_the_door_to_a_role_above_their_own(alpha, owner, client_of, link):
    administrator = client_of(alpha, "AD")
    path = f"/api/organizations/{alpha.id}/set-default-role"
    assert administrator.patch(path, {"default_role": "OW"}).status_code == 403
    assert owner.patch(path, {"default_role": "OW"}).status_code == 200

    assert administrator.post("/api/invite/reset-token").status_code == 403
    assert administrator.patch("/api/organizations/0/set-default-role", {"default_role": "AN"}).status_code == 404
