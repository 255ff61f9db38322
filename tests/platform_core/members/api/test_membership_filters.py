import pytest

from platform_core.members.models import Member
from tenants.scope import tenant_scope


@pytest.fixture
def owner(alpha, client_of):
    return client_of(alpha, "OW")


@pytest.fixture
def people(alpha, new_member):
    found = {
        role: new_member(alpha, role, email=f"{role.lower()}@alpha.example", first_name=name).pk
        for role, name in (("MA", "Zoe"), ("RE", "Bob"), ("AN", "Amy"))
    }
    with tenant_scope(alpha):
        Member.objects.filter(pk=found["RE"]).update(last_activity="2026-01-05T00:00:00Z")
        Member.objects.filter(pk=found["AN"]).update(last_activity="2026-02-05T00:00:00Z")
    return found


@pytest.fixture
def names(alpha, owner, people):
    """Return a function that lists roles of the people that a query finds, in its order; the owner left out."""
    by_id = {pk: role for role, pk in people.items()}

    def find(query):
        answer = owner.get(f"/api/organizations/{alpha.id}/memberships?{query}")
        assert answer.status_code == 200, answer.content
        return [by_id[item["id"]] for item in answer.json()["results"] if item["id"] in by_id]

    return find


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["MA", "RE", "AN"]),
        ("role=AN,RE", ["RE", "AN"]),
        ("role=DI", []),
        ("search=zo", ["MA"]),
        ("search=%25", []),
        ("ordering=first_name", ["AN", "RE", "MA"]),
        ("ordering=-first_name", ["MA", "RE", "AN"]),
        ("ordering=-user__last_activity", ["AN", "RE", "MA"]),
        ("ordering=password", ["MA", "RE", "AN"]),
        ("ordering=removed_at__year", ["MA", "RE", "AN"]),
        ("user__last_activity__gte=2026-02-01T00:00:00Z&role=MA,RE,AN", ["AN"]),
        ("user__last_activity__lte=2026-02-01T00:00:00Z", ["RE"]),
        ("tags=3", []),
        ("page=2", []),
        ("page=2&page_size=2", ["RE", "AN"]),
        ("page_size=-1", ["MA", "RE", "AN"]),
        ("is_deleted=true", []),
    ],
)
def test_memberships_are_filtered_and_ordered(names, query, found):
    assert names(query) == found


def test_who_was_given_a_project_can_be_left_out(owner, people, names):
    project = owner.post("/api/projects/", {"title": "Shared"}).json()["id"]
    owner.patch(f"/api/projects/{project}/access/", {"members": [people["AN"]]})

    assert names(f"exclude_project_id={project}") == ["MA", "RE"]


@pytest.mark.parametrize("query", ["exclude_project_id=x", "user__last_activity__gte=yesterday", "role=ANN", "page=x"])
def test_malformed_filters_are_bad_requests(alpha, owner, query):
    assert owner.get(f"/api/organizations/{alpha.id}/memberships?{query}").status_code == 400


def test_page_past_the_end_is_empty(alpha, owner):
    answer = owner.get(f"/api/organizations/{alpha.id}/memberships?page=99")

    assert (answer.status_code, answer.json()["results"], answer.json()["next"]) == (200, [], None)
