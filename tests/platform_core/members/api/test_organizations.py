import pytest

from platform_core.events.models import AuditEntry
from tenants.models import Organization
from tenants.scope import tenant_scope


def test_organizations_are_the_one_of_this_host(alpha, beta, client_of):
    rows = client_of(alpha, "AN").get("/api/organizations/").json()

    assert [(row["id"], row["title"]) for row in rows] == [(alpha.id, "Alpha")]


@pytest.mark.parametrize("slash", ["", "/"])
def test_organization_has_the_keys_of_the_sdk(alpha, client_of, slash):
    client = client_of(alpha, "AN")

    body = client.get(f"/api/organizations/{alpha.id}{slash}").json()

    assert body.keys() >= {
        "id",
        "title",
        "token",
        "created_at",
        "updated_at",
        "contact_info",
        "created_by",
        "users",
        "billing",
    }
    assert client.member.pk in body["users"]
    assert body["token"] is None


def test_another_organization_is_not_found_and_not_changed(alpha, beta, client_of):
    client = client_of(alpha, "OW")

    assert client.get(f"/api/organizations/{beta.id}").status_code == 404
    assert client.patch(f"/api/organizations/{beta.id}", {"title": "Mine"}).status_code == 404
    assert Organization.objects.get(pk=beta.id).name == "Beta"


@pytest.mark.parametrize(("role", "status"), [("OW", 200), ("AD", 200), ("MA", 403), ("RE", 403), ("AN", 403)])
def test_administrators_change_the_organization(alpha, client_of, role, status):
    answer = client_of(alpha, role).patch(f"/api/organizations/{alpha.id}", {"title": "New"})

    assert answer.status_code == status
    assert Organization.objects.get(pk=alpha.id).name == ("New" if status == 200 else "Alpha")


def test_change_ignores_what_is_not_to_be_changed_and_is_audited(alpha, client_of):
    client = client_of(alpha, "OW")

    body = client.patch(
        f"/api/organizations/{alpha.id}",
        {
            "contact_info": "office@alpha.example",
            "slug": "other",
            "schema_name": "x",
            "status": "deleting",
            "cluster": "x",
        },
    ).json()

    assert body["contact_info"] == "office@alpha.example"
    row = Organization.objects.get(pk=alpha.id)
    assert (row.slug, row.schema_name, row.status, row.cluster) == ("alpha", alpha.schema, "active", "default")
    with tenant_scope(alpha):
        assert AuditEntry.objects.get(action="organization.changed").data == {"fields": ["contact_info"]}


@pytest.mark.parametrize(
    "body", [{"title": ""}, {"title": "a\x00"}, {"title": "a" * 256}, {"contact_info": "no address"}]
)
def test_malformed_changes_are_refused(alpha, client_of, body):
    assert client_of(alpha, "OW").patch(f"/api/organizations/{alpha.id}", body).status_code == 400


def test_own_organization_says_where_it_answers_and_who_one_is(alpha, client_of):
    body = client_of(alpha, "RE").get("/api/organization/").json()

    assert (body["slug"], body["domains"], body["role"], body["member_count"]) == (
        "alpha",
        ["alpha.testserver"],
        "RE",
        2,
    )
    assert body["plugins"] == []


def test_version_needs_no_credential_and_says_community(alpha, client_of, public_client):
    for client in (client_of(alpha), public_client):
        body = client.get("/api/version").json()
        assert body["edition"] == "Community"
        assert body.keys() == {
            "release", "edition", "label-studio-os-package", "label-studio-os-backend", "label-studio-frontend", "dm2",
            "label-studio-converter", "lsf", "backend",
        }  # fmt: skip
