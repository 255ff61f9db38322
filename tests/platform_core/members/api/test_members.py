import threading

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from platform_core.api.errors import TenonError
from platform_core.events.models import AuditEntry, OutboxEvent
from platform_core.members.credentials import digest_of
from platform_core.members.gate import principal_of
from platform_core.members.models import Member, Role
from platform_core.members.services.api_keys import issue_api_key
from platform_core.members.services.membership import remove_member
from tenants.models import MembershipIndex, organization_refs
from tenants.scope import tenant_scope


def _reads(queries):
    return [q["sql"] for q in queries.captured_queries if not q["sql"].startswith(("SET ", "SAVEPOINT", "RELEASE"))]


def test_members_come_in_pages_and_a_page_past_the_end_is_empty(alpha, beta, client_of, new_member):
    new_member(beta)
    client = client_of(alpha, "OW")
    for _ in range(2):
        new_member(alpha)

    first = client.get("/api/members/?page_size=2").json()
    past = client.get("/api/members/?page_size=2&page=9")

    assert (first["count"], len(first["results"])) == (3, 2)
    assert first["next"].endswith("page_size=2&page=2")
    assert (past.status_code, past.json()["results"]) == (200, [])


def test_memberships_have_the_keys_of_the_sdk_and_20_a_page(alpha, client_of, new_member):
    client = client_of(alpha, "OW")
    for _ in range(20):
        new_member(alpha)

    page = client.get(f"/api/organizations/{alpha.id}/memberships").json()

    assert (page["count"], len(page["results"])) == (21, 20)
    item = page["results"][0]
    assert item.keys() >= {"id", "organization", "user", "created_projects", "contributed_to_projects"}
    assert item["user"]["username"] == "owner@alpha.example"
    assert item["created_projects"] is None
    everybody = client.get(f"/api/organizations/{alpha.id}/memberships?page_size=-1").json()
    assert (len(everybody["results"]), everybody["next"]) == (21, None)


def test_memberships_take_the_same_statements_for_one_and_for_three(steady_gate, alpha, client_of, new_member):
    client = client_of(alpha, "OW")
    path = f"/api/organizations/{alpha.id}/memberships?contributed_to_projects=true"
    counts = []
    for more in (0, 2):
        for _ in range(more):
            new_member(alpha)
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).json()["count"] == 1 + more
        counts.append(len(_reads(queries)))

    assert counts == [5, 5]


def test_search_role_and_former_members_narrow_the_list(alpha, client_of, new_member):
    client = client_of(alpha, "OW")
    ada = new_member(alpha, "MA", email="ada@alpha.example", first_name="Ada", last_name="Lovelace")
    gone = new_member(alpha)
    client.delete(f"/api/members/{gone.pk}/")
    path = f"/api/organizations/{alpha.id}/memberships"

    def ids(query):
        return [row["id"] for row in client.get(path + query).json()["results"]]

    assert ids("?search=LOVE ada") == [ada.pk]
    assert ids("?role=MA") == [ada.pk]
    assert ids("?is_deleted=true") == [gone.pk]
    assert ids("?search=%25") == []


@pytest.mark.parametrize(
    "query", ["search=%00", "role=%00", "search=" + "x" * 300, "page=0", "page=x", "page_size=-2", "role=MANY"]
)
def test_malformed_queries_are_bad_requests(alpha, client_of, query):
    assert client_of(alpha, "OW").get(f"/api/organizations/{alpha.id}/memberships?{query}").status_code == 400


def test_foreign_fields_in_a_query_narrow_nothing(alpha, client_of, new_member):
    new_member(alpha)
    client = client_of(alpha, "OW")

    page = client.get("/api/members/?api_keys__digest__startswith=a&ordering=api_keys__digest").json()

    assert page["count"] == 2


def test_membership_shows_its_figures(alpha, client_of, owner_of):
    owner = owner_of(alpha).pk

    body = client_of(alpha, "AN").get(f"/api/organizations/{alpha.id}/memberships/{owner}/").json()

    assert body["user"] == owner
    assert (body["organization"], body["annotations_count"], body["contributed_projects_count"]) == (alpha.id, 0, 0)


def test_ids_of_another_organization_are_not_found(alpha, beta, client_of, owner_of):
    client = client_of(alpha, "OW")
    stranger = owner_of(beta).pk

    assert client.get(f"/api/organizations/{beta.id}/memberships").status_code == 404
    assert client.get(f"/api/organizations/{beta.id}/memberships/{stranger}/").status_code == 404
    assert client.get(f"/api/organizations/{alpha.id}/memberships/{stranger}/").status_code == 404
    assert client.delete(f"/api/organizations/{beta.id}/memberships/{stranger}/").status_code == 404
    assert client.delete(f"/api/organizations/{alpha.id}/memberships/{stranger}/").status_code == 404
    assert client.get(f"/api/members/{stranger}/").status_code == 404
    assert client.patch(f"/api/members/{stranger}/", {"role": "AN"}).status_code == 404
    with tenant_scope(beta):
        assert Member.objects.get(pk=stranger).role == Role.OWNER


def test_membership_of_oneself_is_not_ended_there(alpha, client_of):
    client = client_of(alpha, "AD")

    assert client.delete(f"/api/organizations/{alpha.id}/memberships/{client.member.pk}/").status_code == 405


def test_ended_membership_leaves_the_index_and_the_trail(alpha, client_of, new_member):
    member = new_member(alpha)
    owner = client_of(alpha, "OW")

    assert owner.delete(f"/api/organizations/{alpha.id}/memberships/{member.pk}/").status_code == 204

    assert not MembershipIndex.objects.filter(user_id=member.pk).exists()
    with tenant_scope(alpha):
        assert AuditEntry.objects.get(action="member.removed").actor_id == owner.member.pk
        assert OutboxEvent.objects.filter(type="member.removed", payload={"member": member.pk}).exists()


def test_changed_role_counts_at_once(alpha, client_of, django_capture_on_commit_callbacks):
    client = client_of(alpha, "AN")
    assert client.get("/api/invites/").status_code == 403

    with django_capture_on_commit_callbacks(execute=True):
        answer = client_of(alpha, "OW").patch(f"/api/members/{client.member.pk}/", {"role": "AD"})

    assert answer.json()["role"] == "AD"
    assert client.get("/api/invites/").status_code == 200
    assert MembershipIndex.objects.get(user_id=client.member.pk).role == "AD"


@pytest.mark.parametrize(
    ("by", "before", "after", "status"),
    [
        ("OW", "AN", "OW", 200),
        ("AD", "AN", "AD", 200),
        ("AD", "AN", "OW", 403),
        ("AD", "OW", "AN", 403),
        ("MA", "AN", "RE", 403),
        ("RE", "AN", "AN", 403),
        ("AN", "AN", "OW", 403),
    ],
)
def test_nobody_gives_or_takes_a_role_above_their_own(alpha, client_of, new_member, by, before, after, status):
    member = new_member(alpha, before)

    assert client_of(alpha, by).patch(f"/api/members/{member.pk}/", {"role": after}).status_code == status


@pytest.mark.parametrize("body", [{}, {"role": "XX"}, {"role": None}, {"role": "OW\x00"}])
def test_malformed_roles_are_refused(alpha, client_of, new_member, body):
    assert client_of(alpha, "OW").patch(f"/api/members/{new_member(alpha).pk}/", body).status_code == 400


def test_last_owner_neither_leaves_nor_steps_down(alpha, client_of, new_member):
    client = client_of(alpha, "OW")

    assert client.post("/api/members/leave/").status_code == 400
    assert client.patch(f"/api/members/{client.member.pk}/", {"role": "AD"}).status_code == 400
    assert client.get("/api/members/").status_code == 200
    new_member(alpha, "OW")
    assert client.post("/api/members/leave/").status_code == 204


def test_everybody_else_may_leave(alpha, client_of, django_capture_on_commit_callbacks):
    client = client_of(alpha, "AN")

    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/api/members/leave/").status_code == 204

    assert client.get("/api/members/").status_code == 401


def test_member_of_both_has_in_each_the_role_of_that_one(alpha, beta, client_of, new_member):
    low = new_member(alpha, "AN", email="both@example.com")
    high = new_member(beta, "AD", email="both@example.com")

    assert client_of(alpha, member=low).get("/api/invites/").status_code == 403
    assert client_of(beta, member=high).get("/api/invites/").status_code == 200


def test_of_two_owners_who_remove_each_other_at_once_one_wins(committed, new_member):
    alpha = organization_refs(slug="alpha")[0]
    second = new_member(alpha, "OW")
    with tenant_scope(alpha):
        first = Member.objects.get(email="owner@alpha.example")
        keys = {m.pk: issue_api_key(member_id=m.pk, name="t").secret for m in (first, second)}
        actors = {pk: principal_of("api_key", digest_of(key)) for pk, key in keys.items()}
    barrier = threading.Barrier(2)
    outcomes = []

    def remove(actor_id, victim_id):
        try:
            with tenant_scope(alpha):
                barrier.wait()
                remove_member(member_id=victim_id, actor=actors[actor_id])
                outcomes.append("removed")
        except TenonError as error:
            outcomes.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=remove, args=pair) for pair in ((first.pk, second.pk), (second.pk, first.pk))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["removed", "validation_error"]
    with tenant_scope(alpha):
        assert Member.objects.filter(role="OW", removed_at=None).count() == 1
