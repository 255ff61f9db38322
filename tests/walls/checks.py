"""Walls, each as a function that fails when it is down; `test_mutations` takes them down one by one."""

from django.db import ProgrammingError, connection, transaction
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from platform_core.api.views import TenonAPIView
from platform_core.members.host import forget_hosts
from platform_core.members.models import ApiKey, Member, RefreshToken, Session
from platform_core.members.permissions import ViewClassPermission
from platform_core.members.services.api_keys import issue_api_key
from platform_core.members.tokens import ACCESS, sign_token
from platform_core.plugins.loader import get_registry
from platform_core.projects.models import ProjectTeamGrant
from platform_core.sdk.testing.clients import anonymous_client
from tenants.models import Organization
from tenants.scope import current_organization_or_none, tenant_scope
from tests.walls.calls import call
from tests.walls.routes import operations
from tests.walls.test_cross_organization import (
    check_foreign_credentials,
    check_foreign_ids_in_bodies,
    check_foreign_ids_in_paths,
    check_foreign_invitation,
    credentials_of,
)
from tests.walls.world import forget

WHOAMI = "/api/current-user/whoami"
LONG_AGO, FAR_AHEAD = "2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z"


def items(*names):
    return [item for item in operations() if item.route.name in names]


def foreign_credentials(here, there):
    check_foreign_credentials(here, there, items("project-list", "current-user-whoami"))


def foreign_paths(here, there):
    check_foreign_ids_in_paths(here, there, items("project-detail", "task-detail", "team-detail"))


def foreign_bodies(here, there):
    check_foreign_ids_in_bodies(here, there)


def foreign_invitation(here, there):
    check_foreign_invitation(here, there)


def _refused(here, kind, status=401):
    forget()
    assert here.client(**CREDENTIALS[kind]).get(WHOAMI).status_code == status, kind


CREDENTIALS = {}


def removed_member(here, there):
    CREDENTIALS.update(credentials_of(here))
    with tenant_scope(here.organization):
        Member.objects.filter(pk=here.owner.member).update(removed_at=LONG_AGO)
    for kind in ("api key", "access token", "session"):
        _refused(here, kind)


def revoked_and_expired(here, there):
    CREDENTIALS.update(credentials_of(here))
    for change in ({"revoked_at": LONG_AGO}, {"revoked_at": None, "expires_at": LONG_AGO}):
        with tenant_scope(here.organization):
            ApiKey.objects.filter(pk=here.owner.key_id).update(**change)
        _refused(here, "api key")
    with tenant_scope(here.organization):
        RefreshToken.objects.filter(pk=here.owner.objects["refresh_row"]).update(revoked_at=LONG_AGO)
        Session.objects.update(expire_date=LONG_AGO)
    _refused(here, "access token")
    _refused(here, "session")


def token_for_another_audience(here, there):
    """A token that names our rows, signed for the other organization."""
    with tenant_scope(here.organization):
        row = RefreshToken.objects.get(pk=here.owner.objects["refresh_row"])
    with tenant_scope(there.organization):
        token = sign_token(
            kind=ACCESS, token_id=row.pk, member_id=row.member_id, issued_at=row.created_at, expires_at=row.expires_at
        )
    forget()
    assert here.client(HTTP_AUTHORIZATION=f"Bearer {token}").get(WHOAMI).status_code == 401


def each_host_is_its_organization(here, there):
    forget_hosts()
    forget()
    for world in (here, there, here):
        answer = world.client(world.owner).get("/api/organization/")
        assert answer.status_code == 200, answer.content
        assert answer.json()["slug"] == world.organization.slug


def scope_ends_with_the_request(here, there):
    here.client(here.owner).get(WHOAMI)
    assert current_organization_or_none() is None
    with tenant_scope(here.organization), tenant_scope(there.organization):
        pass
    assert current_organization_or_none() is None


def path_is_one_schema(here, there):
    # First without anything failing: after a failed statement nobody trusts what was noted of the path.
    for world in (here, there, here):
        with tenant_scope(world.organization), connection.cursor() as cursor:
            cursor.execute("SELECT current_schemas(false)")
            assert cursor.fetchone()[0] == [world.organization.schema]
    for world in (here, there):
        with tenant_scope(world.organization):
            assert _is_unknown("tenants_organization"), "the public schema is reachable from an organization's scope"
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schemas(false)")
        assert cursor.fetchone()[0] == ["public"]
    assert _is_unknown("projects_project"), "an organization's table is reachable without a scope"
    assert Organization.objects.count() >= 2


def path_survives_a_rolled_back_savepoint(here, there):
    """PostgreSQL takes `SET search_path` back with the savepoint; the next statement must not trust the old note."""
    for first, second in ((here, there), (there, here)):
        with tenant_scope(first.organization):
            assert _schema() == first.organization.schema
            savepoint = transaction.savepoint()
        with tenant_scope(second.organization):
            assert _schema() == second.organization.schema
            transaction.savepoint_rollback(savepoint)
            assert _schema() == second.organization.schema


def _schema():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return cursor.fetchone()[0]


def _is_unknown(table):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT FROM {table} LIMIT 1")
    except ProgrammingError:
        return True
    return False


def plugin_is_off_there(here, there):
    """Switch every plugin off in the other organization: its routes and its words are gone there, and stay here."""
    owner = there.client(there.owner)
    with transaction.atomic():
        for slug in reversed(get_registry().plugins):
            assert owner.post(f"/api/plugins/{slug}/disable/?wait=60").status_code == 200
        forget()
        for item in (item for item in operations() if item.route.plugin and item.method == "GET"):
            forget()
            assert call(here.client(), item, here, here.owner).status_code == 401
            assert call(anonymous_client(there.organization), item, there, there.owner).status_code == 404
            assert call(owner, item, there, there.owner).status_code == 404
        document = anonymous_client(there.organization).get("/api/schema/").content
        assert [slug for slug in get_registry().plugins if f"/api/{slug}/".encode() in document] == []
        transaction.set_rollback(True)
    forget()


def annotator_is_refused(here, there):
    client = here.client(here.people["AN"])
    answers = [
        call(client, item, here, here.people["AN"]).status_code
        for item in items("plugin-plan", "team-list", "invite-list", "audit-list", "project-access")
        if not (item.route.name == "team-list" and item.method == "GET")
    ]
    assert answers == [403] * len(answers)


def nobody_is_refused(here, there):
    for item in items("project-list", "current-user-whoami"):
        assert call(here.client(), item, here, here.owner).status_code == 401


class Undeclared(TenonAPIView):
    """A view whose author forgot the permission."""

    permission_required = ViewClassPermission()

    def get(self, _request):
        return Response({})


def undeclared_method_is_refused(here, there):
    request = APIRequestFactory().get("/", HTTP_AUTHORIZATION=f"Token {here.owner.key}")
    with tenant_scope(here.organization):
        assert Undeclared.as_view()(request).status_code == 403


def scopes_bind(here, there):
    with tenant_scope(here.organization):
        key = issue_api_key(member_id=here.owner.member, name="narrow", scopes=["tasks.view"]).secret
    client = here.client(HTTP_AUTHORIZATION=f"Token {key}")
    assert client.get(WHOAMI).status_code == 403
    assert client.post("/api/projects/", {"title": "Mine"}, format="json").status_code == 403


def annotator_sees_own_projects_only(here, there):
    client = here.client(here.people["AN"])
    visible = {"project-detail": "project", "task-detail": "task", "prediction-detail": "prediction"}
    with transaction.atomic():
        with tenant_scope(here.organization):
            ProjectTeamGrant.objects.all().delete()
        for name in visible:
            for item in items(name):
                if item.method == "GET":
                    assert call(client, item, here, here.people["AN"]).status_code == 404, name
        assert client.get(f"/api/tasks/?project={here.objects['project']}").status_code == 404
        assert client.get("/api/projects/").json()["results"] == []
        transaction.set_rollback(True)


def cookie_needs_its_csrf_token(here, there):
    headers = credentials_of(here)["session"]
    client = here.client(**headers)
    client.handler.enforce_csrf_checks = True
    assert client.get("/api/projects/").status_code == 200
    assert client.post("/api/projects/", {"title": "Mine"}, format="json").status_code == 403
