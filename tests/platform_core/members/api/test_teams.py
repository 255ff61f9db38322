from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from platform_core.events.models import AuditEntry
from platform_core.members.models import Team, TeamLink, TeamMembership
from tenants.scope import tenant_scope


@pytest.fixture
def team(alpha, client_of):
    """Return the owner's client and a team made by it."""
    client = client_of(alpha, "OW")
    return client, client.post("/api/teams/", {"name": "Safety"}).json()


def test_maker_of_a_team_is_its_admin_and_first_member(alpha, client_of, team):
    client, made = team

    assert made["admin"] == client.member.pk
    assert made["member_count"] == 1
    assert made["url"].startswith("safety-")
    assert client.get(f"/api/teams/{made['id']}/").json() == made
    assert [row["id"] for row in client.get(f"/api/teams/{made['id']}/members/").json()["results"]] == [
        client.member.pk
    ]
    with tenant_scope(alpha):
        assert list(client.member.get_user_teams()) == [Team.objects.get()]
        assert AuditEntry.objects.filter(action="team.created", actor_id=client.member.pk).exists()


@pytest.mark.parametrize(("role", "status"), [("OW", 201), ("AD", 201), ("MA", 201), ("RE", 403), ("AN", 403)])
def test_managers_make_teams(alpha, client_of, role, status):
    assert client_of(alpha, role).post("/api/teams/", {"name": "X"}).status_code == status


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "a\x00"},
        {"name": "a" * 201},
        {"name": "X", "admin": 10**30},
        {"name": "X", "admin": 999999},
    ],
)
def test_malformed_teams_are_refused(alpha, client_of, body):
    client = client_of(alpha, "OW")

    assert client.post("/api/teams/", body).status_code == 400
    assert client.get("/api/teams/").json()["count"] == 0


def test_name_is_taken_once(team):
    client, made = team
    other = client.post("/api/teams/", {"name": "Other"}).json()

    assert client.post("/api/teams/", {"name": "Safety"}).status_code == 400
    assert client.patch(f"/api/teams/{other['id']}/", {"name": "Safety"}).status_code == 400
    assert client.patch(f"/api/teams/{made['id']}/", {"name": "Safety"}).status_code == 200


def test_permission_of_a_team_reaches_its_members_at_once(alpha, client_of, team, django_capture_on_commit_callbacks):
    client, made = team
    annotator = client_of(alpha, "AN")
    assert annotator.get("/api/invites/").status_code == 403
    with django_capture_on_commit_callbacks(execute=True):
        client.patch(f"/api/teams/{made['id']}/", {"permission": "members.invite"})

        client.post(f"/api/teams/{made['id']}/members/", {"member": annotator.member.pk})

    assert annotator.get("/api/invites/").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        assert client.delete(f"/api/teams/{made['id']}/members/{annotator.member.pk}/").status_code == 204
    assert annotator.get("/api/invites/").status_code == 403


def test_nobody_hands_out_a_permission_they_lack(alpha, client_of, team):
    owner, made = team
    owner.patch(f"/api/teams/{made['id']}/", {"permission": "members.remove"})
    manager = client_of(alpha, "MA")
    path = f"/api/teams/{made['id']}/"

    assert manager.post("/api/teams/", {"name": "X", "permission": "members.remove"}).status_code == 403
    assert manager.post("/api/teams/", {"name": "X", "permission": "no.such"}).status_code == 403
    assert manager.post(f"{path}members/", {"member": manager.member.pk}).status_code == 403
    assert manager.post(f"{path}links/", {}).status_code == 403
    own = manager.post("/api/teams/", {"name": "Own"}).json()
    assert manager.patch(f"/api/teams/{own['id']}/", {"permission": "members.remove"}).status_code == 403


def test_invited_role_is_not_widened_by_a_team_permission(alpha, client_of, team):
    """Somebody with `members.change` by a team still gives no role above their own."""
    owner, made = team
    annotator = client_of(alpha, "AN")
    owner.patch(f"/api/teams/{made['id']}/", {"permission": "members.change"})
    owner.post(f"/api/teams/{made['id']}/members/", {"member": annotator.member.pk})

    answer = annotator.patch(f"/api/members/{annotator.member.pk}/", {"role": "AD"})

    assert answer.status_code == 403
    assert "above" in answer.json()["detail"]


def test_adding_twice_changes_nothing_and_strangers_are_refused(alpha, beta, client_of, owner_of, new_member, team):
    client, made = team
    member = new_member(alpha)
    path = f"/api/teams/{made['id']}/members/"

    counts = [client.post(path, {"member": member.pk}).json()["member_count"] for _ in range(2)]

    assert counts == [2, 2]
    assert client.post(path, {"member": owner_of(beta).pk}).status_code == 400
    assert client.delete(f"{path}{owner_of(beta).pk}/").status_code == 404


def test_admin_who_leaves_the_team_is_its_admin_no_longer(team):
    client, made = team

    client.delete(f"/api/teams/{made['id']}/members/{client.member.pk}/")

    assert client.get(f"/api/teams/{made['id']}/").json()["admin"] is None


def test_team_of_another_organization_is_not_found(beta, client_of, team):
    _client, made = team
    stranger = client_of(beta, "OW")
    path = f"/api/teams/{made['id']}/"

    assert stranger.get(path).status_code == 404
    assert stranger.patch(path, {"name": "Y"}).status_code == 404
    assert stranger.delete(path).status_code == 404
    assert stranger.get(f"{path}members/").status_code == 404
    assert stranger.post(f"{path}members/", {"member": stranger.member.pk}).status_code == 404
    assert stranger.get(f"{path}links/").status_code == 404


def test_link_brings_members_in_until_it_is_revoked(alpha, client_of, team):
    client, made = team
    link = client.post(f"/api/teams/{made['id']}/links/", {"hours": 1}).json()
    first, second = client_of(alpha, "AN"), client_of(alpha, "AN")

    assert first.post("/api/teams/join/", {"token": link["token"]}).json()["member_count"] == 2
    assert [row["id"] for row in client.get(f"/api/teams/{made['id']}/links/").json()] == [link["id"]]
    assert client.delete(f"/api/teams/{made['id']}/links/{link['id']}/").status_code == 204
    assert client.delete(f"/api/teams/{made['id']}/links/{link['id']}/").status_code == 404
    assert second.post("/api/teams/join/", {"token": link["token"]}).status_code == 400
    with tenant_scope(alpha):
        assert TeamLink.objects.get().digest != link["token"]


def test_expired_foreign_or_unknown_link_is_refused(alpha, beta, client_of, team):
    client, made = team
    link = client.post(f"/api/teams/{made['id']}/links/", {}).json()
    assert client_of(beta, "AN").post("/api/teams/join/", {"token": link["token"]}).status_code == 400
    assert client_of(alpha, "AN").post("/api/teams/join/", {"token": "x"}).status_code == 400
    with tenant_scope(alpha):
        TeamLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert client_of(alpha, "AN").post("/api/teams/join/", {"token": link["token"]}).status_code == 400


@pytest.mark.parametrize("hours", [0, -1, 24 * 31, "x"])
def test_link_has_an_end(team, hours):
    client, made = team

    assert client.post(f"/api/teams/{made['id']}/links/", {"hours": hours}).status_code == 400


def test_another_permission_ends_the_links_made_before(alpha, client_of, team):
    client, made = team
    link = client.post(f"/api/teams/{made['id']}/links/", {}).json()

    client.patch(f"/api/teams/{made['id']}/", {"permission": "members.remove"})

    assert client_of(alpha, "AN").post("/api/teams/join/", {"token": link["token"]}).status_code == 400


def test_links_of_somebody_who_left_are_dead(alpha, client_of):
    manager = client_of(alpha, "MA")
    made = manager.post("/api/teams/", {"name": "X"}).json()
    link = manager.post(f"/api/teams/{made['id']}/links/", {}).json()

    client_of(alpha, "OW").delete(f"/api/members/{manager.member.pk}/")

    assert client_of(alpha, "AN").post("/api/teams/join/", {"token": link["token"]}).status_code == 400
    with tenant_scope(alpha):
        assert not TeamMembership.objects.exists()


def test_deleted_team_is_gone(alpha, team):
    client, made = team
    client.post(f"/api/teams/{made['id']}/links/", {})

    assert client.delete(f"/api/teams/{made['id']}/").status_code == 204
    assert client.get(f"/api/teams/{made['id']}/").status_code == 404
    with tenant_scope(alpha):
        assert AuditEntry.objects.get(action="team.deleted").data == {"name": "Safety"}


def test_list_of_teams_takes_the_same_statements_for_one_and_for_three(steady_gate, alpha, team):
    client, _made = team
    counts = []
    for names in ([], ["B", "C"]):
        for name in names:
            client.post("/api/teams/", {"name": name})
        client.get("/api/teams/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/api/teams/")
        counts.append(len([q for q in queries.captured_queries if not q["sql"].startswith("SET ")]))

    assert counts == [2, 2]
