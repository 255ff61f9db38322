import uuid

import pytest

from platform_core.events.models import AuditEntry
from platform_core.members.gate import memory
from platform_core.members.models import CustomRole, Member
from platform_core.members.permissions import OF_EVERY_MEMBER, permissions_of_role
from platform_core.members.queries.acting import acting_member
from platform_core.members.services.membership import add_member, remove_member
from tenants.scope import public_scope, tenant_scope

EXPORTER = {"name": "Exporter", "base": "AN", "permissions": ["projects.view", "projects.export"]}


@pytest.fixture
def owner(alpha, client_of):
    return client_of(alpha, "OW")


@pytest.fixture
def exporter(owner):
    return owner.post("/api/roles/", EXPORTER).json()


def has(client, member, **role):
    answer = client.patch(f"/api/members/{member}/", role)
    assert answer.status_code == 200, answer.content
    return answer.json()


def permissions_of_client(client):
    """Return the codenames of a client's credential now: the process forgets first what it remembers."""
    memory.clear()
    return set(client.get("/api/current-user/whoami").json()["permissions"])


def test_list_shows_built_in_roles_first_with_their_permissions(alpha, owner, exporter):
    roles = owner.get("/api/roles/").json()

    assert [role["code"] for role in roles] == ["OW", "AD", "MA", "RE", "AN", "AN"]
    assert [role["built_in"] for role in roles] == [True] * 5 + [False]
    assert roles[0]["member_count"] == 1
    assert set(roles[3]["permissions"]) == permissions_of_role("RE")
    assert roles[5] == exporter == owner.get(f"/api/roles/{exporter['id']}/").json()
    assert set(exporter["permissions"]) == {"projects.export", "projects.view", *OF_EVERY_MEMBER}


def test_member_of_a_custom_role_has_its_permissions_and_the_sdk_sees_the_base(alpha, owner, client_of, exporter):
    client = client_of(alpha, "MA")
    member = has(owner, client.member.pk, custom_role=exporter["id"])

    assert (member["role"], member["custom_role"]) == ("AN", exporter["id"])
    assert permissions_of_client(client) == {"projects.view", "projects.export", *OF_EVERY_MEMBER}
    assert client.post("/api/projects/", {"title": "No"}).status_code == 403
    assert owner.get(f"/api/users/{client.member.pk}/").json()["role"] == "AN"
    with tenant_scope(alpha):
        assert acting_member(client.member.pk).permissions == {"projects.view", "projects.export", *OF_EVERY_MEMBER}
        assert AuditEntry.objects.latest("pk").data == {"from": "MA", "to": "Exporter"}
    assert has(owner, client.member.pk, role="RE")["custom_role"] is None
    assert permissions_of_client(client) == permissions_of_role("RE")


def test_changed_role_changes_its_members_at_once(alpha, owner, client_of, exporter):
    client = client_of(alpha, "AN")
    has(owner, client.member.pk, custom_role=exporter["id"])
    path = f"/api/roles/{exporter['id']}/"

    changed = owner.patch(path, {"permissions": ["tasks.view"], "description": "Looks."}).json()

    assert set(changed["permissions"]) == {"tasks.view", *OF_EVERY_MEMBER}
    assert (changed["description"], changed["member_count"]) == ("Looks.", 1)
    with tenant_scope(alpha):
        stored = CustomRole.objects.get()
        data = AuditEntry.objects.filter(action="role.changed").get().data
    assert stored.permissions == ["tasks.view"]
    assert (data["added"], data["removed"]) == (["tasks.view"], ["projects.export", "projects.view"])
    assert owner.patch(path, {}).status_code == 200


def test_role_in_use_is_not_deleted(alpha, owner, client_of, exporter):
    client = client_of(alpha, "AN")
    has(owner, client.member.pk, custom_role=exporter["id"])
    path = f"/api/roles/{exporter['id']}/"

    refused = owner.delete(path)
    has(owner, client.member.pk, role="AN")

    assert (refused.status_code, "1 members" in refused.json()["detail"]) == (400, True)
    assert owner.delete(path).status_code == 204
    assert owner.get(path).status_code == 404


def test_former_member_does_not_hold_a_role(alpha, owner, client_of, exporter):
    client = client_of(alpha, "AN")
    has(owner, client.member.pk, custom_role=exporter["id"])
    with tenant_scope(alpha):
        remove_member(member_id=client.member.pk, actor=acting_member(owner.member.pk))

    assert owner.delete(f"/api/roles/{exporter['id']}/").status_code == 204
    with tenant_scope(alpha):
        member = Member.objects.get(pk=client.member.pk)
        with public_scope():
            user = type("Account", (), {"pk": member.pk, "email": member.email, "first_name": "", "last_name": ""})()
        assert add_member(user=user, role="AN", actor=None).custom_role is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"base": "OW"}, "base"),
        ({"base": "XX"}, "base"),
        ({"permissions": ["no.such"]}, "permissions"),
        ({"permissions": "projects.view"}, "permissions"),
        ({"name": "owner"}, "name"),
        ({"name": "an"}, "name"),
        ({"name": "x"}, "name"),
        ({"name": "exporter"}, "name"),
    ],
)
def test_bad_roles_are_refused(owner, exporter, change, field):
    answer = owner.post("/api/roles/", {**EXPORTER, "name": "Another", **change})

    assert answer.status_code == 400
    assert field in answer.json()["validation_errors"]


def test_roles_are_limited_in_number(alpha, owner, monkeypatch, exporter):
    monkeypatch.setattr("platform_core.members.services.roles.MAX_ROLES", 1)

    assert owner.post("/api/roles/", {**EXPORTER, "name": "Another"}).status_code == 400


@pytest.mark.parametrize("body", [{}, {"role": "AN", "custom_role": str(uuid.uuid4())}, {"custom_role": "x"}])
def test_exactly_one_role_is_given(alpha, owner, client_of, body):
    assert owner.patch(f"/api/members/{client_of(alpha, 'AN').member.pk}/", body).status_code == 400


def test_unknown_role_is_not_found(alpha, owner, client_of):
    other, path = client_of(alpha, "AN").member.pk, f"/api/roles/{uuid.uuid4()}/"

    assert owner.patch(f"/api/members/{other}/", {"custom_role": str(uuid.uuid4())}).status_code == 404
    assert owner.patch(path, {"description": "x"}).status_code == owner.delete(path).status_code == 404


def test_administrator_neither_makes_nor_touches_a_role_beyond_their_own(alpha, owner, client_of, exporter):
    administrator = client_of(alpha, "AD")
    strong = owner.post("/api/roles/", {"name": "Strong", "permissions": ["organization.delete"]}).json()
    annotator = client_of(alpha, "AN")

    made = administrator.post("/api/roles/", {"name": "Mine", "permissions": ["organization.delete"]})
    assert (made.status_code, made.json()["data"]) == (403, {"permission": "organization.delete"})
    assert administrator.patch(f"/api/roles/{strong['id']}/", {"permissions": []}).status_code == 403
    assert administrator.delete(f"/api/roles/{strong['id']}/").status_code == 403
    given = administrator.patch(f"/api/members/{annotator.member.pk}/", {"custom_role": strong["id"]})
    assert given.status_code == 403
    has(owner, annotator.member.pk, custom_role=strong["id"])
    assert administrator.patch(f"/api/members/{annotator.member.pk}/", {"role": "AN"}).status_code == 403
    assert administrator.delete(f"/api/members/{annotator.member.pk}/").status_code == 403
    assert administrator.patch(f"/api/roles/{exporter['id']}/", {"permissions": ["tasks.view"]}).status_code == 200


def test_narrow_administrator_cannot_become_a_whole_one(alpha, owner, client_of):
    """A custom role below its base: who holds it may give roles, but none with more than they have."""
    keys = ["members.change", "members.invite", "members.view", "roles.manage", "organization.change"]
    narrow = owner.post("/api/roles/", {"name": "Gatekeeper", "base": "AD", "permissions": keys}).json()
    client = client_of(alpha, "AD")
    has(owner, client.member.pk, custom_role=narrow["id"])

    assert client.patch(f"/api/members/{client.member.pk}/", {"role": "AD"}).status_code == 403
    assert client.post("/api/invites/", {"email": "friend@else.example", "role": "AD"}).status_code == 403
    assert client.post("/api/invites/", {"email": "friend@else.example", "role": "AN"}).status_code == 403
    assert client.post("/api/invite/reset-token").status_code == 403
    default = client.patch(f"/api/organizations/{alpha.id}/set-default-role", {"default_role": "AD"})
    assert default.status_code == 403
    weaker = client.post("/api/roles/", {"name": "Viewer", "base": "MA", "permissions": ["members.view"]}).json()
    annotator = owner.post("/api/roles/", {"name": "Nothing", "permissions": []}).json()
    newcomer = client_of(alpha, "AN")
    has(owner, newcomer.member.pk, custom_role=annotator["id"])
    assert has(client, newcomer.member.pk, custom_role=weaker["id"])["role"] == "MA"
