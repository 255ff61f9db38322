"""One server for the tests of this folder, with every plugin of `tests/broken_plugins`; a tenant for each test."""

import secrets

import pytest
from django.db import connection

from platform_core.members.services.organizations import create_organization
from platform_core.sdk.testing.clients import client_of
from platform_core.sdk.testing.database import cloned_database, using_database
from tenants.scope import tenant_scope
from tests.support.plugin_server import PluginServer
from tests.support.plugin_site import REPOSITORY

# It changes the core itself when it is imported, which no server can hold against a plugin in its own process: the
# conformance kit finds it.
TAKES_THE_CORE_APART = "patching"
BROKEN = sorted(
    path.parent
    for path in (REPOSITORY / "tests" / "broken_plugins").glob("*/pyproject.toml")
    if path.parent.name != TAKES_THE_CORE_APART
)


class Tenant:
    """An organization of the server, and calls as its owner."""

    def __init__(self, server, organization):
        self.server = server
        self.organization = organization
        self.key = client_of(organization).api_key

    def get(self, path):
        return self.server.call("GET", path, organization=self.organization, key=self.key)

    def post(self, path, body=None):
        return self.server.call("POST", path, organization=self.organization, key=self.key, body=body)

    def act(self, slug, verb, *, wait=True, **body):
        """Act on a plugin, as the button of an admin's page does."""
        return self.post(f"/api/plugins/{slug}/{verb}/{'?wait=60' if wait else ''}", body)

    def enable(self, slug, **options):
        plan = self.get(f"/api/plugins/{slug}/plan/")
        assert plan.status == 200, plan.body
        return self.act(slug, "enable", plan_hash=plan.body["plan_hash"], **options)

    def state(self, slug):
        entry = self.get(f"/api/plugins/{slug}/").body
        return entry["state"], entry["error"]

    def migration_rows(self, label):
        with tenant_scope(self.organization), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM django_migrations WHERE app = %s", [label])
            return cursor.fetchone()[0]

    def task(self):
        """Make a project with one task; returns the task's id."""
        config = '<View><Text name="text" value="$text"/><TextArea name="note" toName="text"/></View>'
        project = self.post("/api/projects/", {"title": "Reports", "label_config": config}).body["id"]
        report = self.post(f"/api/projects/{project}/import?return_task_ids=1", [{"text": "Rain."}])
        assert report.status == 201, report.body
        return report.body["task_ids"][0]

    def annotate(self, task_id):
        region = {"from_name": "note", "to_name": "text", "type": "textarea", "value": {"text": ["Wet."]}}
        return self.post(f"/api/tasks/{task_id}/annotations/", {"result": [region]})


@pytest.fixture(scope="session")
def served(django_db_setup, django_db_blocker, tmp_path_factory):
    """Return the running server and the name of its database."""
    with cloned_database() as database:
        running = PluginServer(tmp_path_factory.mktemp("served"), BROKEN, database=database)
        try:
            yield running, database
        finally:
            running.stop()


@pytest.fixture
def make_tenant(served, django_db_blocker):
    """Return a function that makes an organization; this process works on the server's database meanwhile."""
    server, database = served

    def make():
        slug = f"t{secrets.token_hex(4)}"
        owner = {"owner_email": f"owner@{slug}.example", "owner_password": "correct-horse-1"}
        return Tenant(server, create_organization(slug=slug, name=slug, domains=(), **owner))

    with using_database(database, django_db_blocker):
        yield make


@pytest.fixture
def tenant(make_tenant):
    """Return a new organization."""
    return make_tenant()
