import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from platform_core.accounts.models import User
from platform_core.events.models import AuditEntry
from platform_core.members.models import Invitation, Member
from tenants.scope import tenant_scope

WHOAMI_KEYS = {
    "id", "first_name", "last_name", "username", "email", "last_activity", "custom_hotkeys", "avatar", "initials",
    "phone", "active_organization", "active_organization_meta", "allow_newsletters", "date_joined", "permissions",
}  # fmt: skip


def _statements(queries):
    return [
        query["sql"]
        for query in queries.captured_queries
        if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "SET "))
    ]


def test_whoami_has_every_key_the_sdk_reads(alpha, client_of):
    client = client_of(alpha, "OW")

    answer = client.get("/api/current-user/whoami")

    assert answer.status_code == 200
    body = answer.json()
    assert body.keys() >= WHOAMI_KEYS
    assert body["id"] == client.member.pk
    assert body["active_organization"] == alpha.id
    assert body["active_organization_meta"] == {"title": "Alpha", "email": ""}
    assert "organization.delete" in body["permissions"]
    assert body["initials"] == "ow"


def test_whoami_of_a_scoped_key_shows_only_its_scopes(alpha, client_of):
    client = client_of(alpha, "OW", scopes=["organization.view"])

    assert client.get("/api/current-user/whoami").json()["permissions"] == ["organization.view"]


def test_users_are_a_plain_list_of_this_organization_only(alpha, beta, client_of, new_member):
    new_member(beta, email="secret@beta.example")
    client = client_of(alpha, "AN")

    users = client.get("/api/users/").json()

    assert [user["email"] for user in users] == ["owner@alpha.example", client.member.email]
    assert "permissions" not in users[0]


def test_list_of_users_takes_the_same_statements_for_one_and_for_three(steady_gate, alpha, client_of, new_member):
    client = client_of(alpha, "OW")
    client.get("/api/users/")
    with CaptureQueriesContext(connection) as one:
        assert len(client.get("/api/users/").json()) == 1
    new_member(alpha)
    new_member(alpha)
    with CaptureQueriesContext(connection) as three:
        assert len(client.get("/api/users/").json()) == 3

    assert len(_statements(one)) == len(_statements(three)) == 2


@pytest.mark.parametrize(
    "path", ["/api/users/", "/api/current-user/whoami", "/api/users/1/", "/api/current-user/token"]
)
def test_anonymous_is_refused(alpha, client_of, path):
    answer = client_of(alpha).get(path)

    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"


def test_member_of_another_organization_is_not_found(alpha, beta, client_of, owner_of):
    client = client_of(alpha, "OW")
    stranger = owner_of(beta).pk

    assert client.get(f"/api/users/{stranger}/").status_code == 404
    assert client.patch(f"/api/users/{stranger}/", {"first_name": "X"}).status_code == 404
    assert client.delete(f"/api/users/{stranger}/").status_code == 404
    with tenant_scope(beta):
        assert Member.objects.get(pk=stranger).is_active


def test_id_beyond_the_database_is_not_found(alpha, client_of):
    assert client_of(alpha, "OW").get(f"/api/users/{10**30}/").status_code == 404


def test_inviting_answers_the_same_for_known_and_unknown_addresses(
    alpha, beta, client_of, new_member, django_capture_on_commit_callbacks
):
    new_member(beta, email="known@beta.example", first_name="Known", last_name="Person")
    client = client_of(alpha, "AD")

    with django_capture_on_commit_callbacks(execute=True):
        known = client.post("/api/users/", {"email": "known@beta.example", "username": "x", "password": "p"})
        unknown = client.post("/api/users/", {"email": "unknown@beta.example", "username": "x", "password": "p"})

    assert known.status_code == unknown.status_code == 201
    anonymous = [{**a.json(), "email": 0, "username": 0, "invitation": 0, "expires_at": 0} for a in (known, unknown)]
    assert anonymous[0] == anonymous[1]
    assert len(client.get("/api/users/").json()) == 2
    assert [message.to for message in mail.outbox] == [["known@beta.example"], ["unknown@beta.example"]]
    assert not User.objects.filter(email="unknown@beta.example").exists()
    with tenant_scope(alpha):
        assert Invitation.objects.count() == 2
        assert AuditEntry.objects.filter(action="invitation.created", actor_id=client.member.pk).count() == 2


@pytest.mark.parametrize(
    "body",
    [{}, {"email": "no address"}, {"email": "a\x00b@example.com"}, {"email": "a" * 300 + "@example.com"}, {"email": 5}],
)
def test_bad_address_is_refused_and_nothing_is_written(alpha, client_of, body):
    answer = client_of(alpha, "OW").post("/api/users/", body)

    assert answer.status_code == 400
    with tenant_scope(alpha):
        assert Invitation.objects.count() == 0


@pytest.mark.parametrize("role", ["MA", "RE", "AN"])
def test_only_administrators_invite(alpha, client_of, role):
    assert client_of(alpha, role).post("/api/users/", {"email": "x@example.com"}).status_code == 403


def test_own_card_changes_here_and_the_account_stays(alpha, client_of):
    client = client_of(alpha, "AN")

    answer = client.patch(
        f"/api/users/{client.member.pk}/",
        {
            "first_name": "Here",
            "phone": "+49 1",
            "role": "OW",
            "id": 1,
            "is_super_admin": True,
            "password": "new-password-1",
        },
    )

    assert answer.status_code == 200
    assert (answer.json()["first_name"], answer.json()["phone"], answer.json()["role"]) == ("Here", "+49 1", "AN")
    account = User.objects.get(pk=client.member.pk)
    assert account.first_name in ("", None)
    assert account.check_password("correct-horse-1")
    assert not account.is_super_admin
    with tenant_scope(alpha):
        assert AuditEntry.objects.get(action="member.changed").data == {"fields": ["first_name", "phone"]}


def test_address_cannot_be_changed(alpha, client_of):
    client = client_of(alpha, "OW")

    answer = client.patch(f"/api/users/{client.member.pk}/", {"email": "other@example.com"})

    assert answer.status_code == 405


@pytest.mark.parametrize(("role", "status"), [("OW", 200), ("AD", 200), ("MA", 403), ("RE", 403), ("AN", 403)])
def test_other_cards_need_members_change(alpha, client_of, new_member, role, status):
    other = new_member(alpha)

    assert client_of(alpha, role).patch(f"/api/users/{other.pk}/", {"first_name": "Y"}).status_code == status


def test_hotkeys_of_others_are_theirs_alone(alpha, client_of, new_member):
    other = new_member(alpha)
    body = {"custom_hotkeys": {"annotation:submit": {"key": "k", "active": True}}}

    assert client_of(alpha, "OW").patch(f"/api/users/{other.pk}/", body).status_code == 403


@pytest.mark.parametrize(
    "names", [{"first_name": "a\x00"}, {"first_name": "a" * 141}, {"phone": "1" * 41}, {"first_name": {}}]
)
def test_bad_names_are_refused(alpha, client_of, names):
    client = client_of(alpha, "AN")

    assert client.patch(f"/api/users/{client.member.pk}/", names).status_code == 400


def test_hotkeys_are_kept_and_read_back(alpha, client_of):
    client = client_of(alpha, "AN")
    keys = {"custom_hotkeys": {"annotation:submit": {"key": "ctrl+enter", "active": True}}}

    assert client.patch("/api/current-user/hotkeys/", keys).json() == keys
    assert client.get("/api/current-user/hotkeys/").json() == keys


@pytest.mark.parametrize(
    "keys",
    [
        [],
        {"no colon": {"key": "k"}},
        {"a:b": {"key": "</script>"}},
        {"a:b": {"key": "k" * 51}},
        {"a:b": {"key": "k", "active": "yes"}},
        {"a:b": {"key": "k", "more": 1}},
        {"a:</script>": {"key": "k"}},
        {f"a:b{n}": {"key": "k"} for n in range(201)},
    ],
)
def test_malformed_hotkeys_are_refused(alpha, client_of, keys):
    assert client_of(alpha, "AN").patch("/api/current-user/hotkeys/", {"custom_hotkeys": keys}).status_code == 400


def test_removing_a_user_ends_the_membership_and_keeps_the_account(
    alpha, client_of, django_capture_on_commit_callbacks
):
    victim = client_of(alpha, "AN")
    assert victim.get("/api/users/").status_code == 200

    with django_capture_on_commit_callbacks(execute=True):
        answer = client_of(alpha, "AD").delete(f"/api/users/{victim.member.pk}/")

    assert answer.status_code == 204
    assert victim.get("/api/users/").status_code == 401
    assert User.objects.filter(pk=victim.member.pk, is_active=True).exists()
    assert client_of(alpha, "OW").get(f"/api/users/{victim.member.pk}/").status_code == 404


def test_an_administrator_cannot_remove_an_owner(alpha, client_of, owner_of, new_member):
    new_member(alpha, "OW")

    assert client_of(alpha, "AD").delete(f"/api/users/{owner_of(alpha).pk}/").status_code == 403


def test_the_last_owner_stays(alpha, client_of):
    client = client_of(alpha, "OW")

    answer = client.delete(f"/api/users/{client.member.pk}/")

    assert answer.status_code == 400
    assert client.get("/api/users/").status_code == 200
