"""What the gate asks the database on the way to a plugin's route, when the process remembers nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from platform_core.members.gate import memory
from platform_core.members.host import forget_hosts
from platform_core.plugins.queries.enabled import forget_enabled_plugins
from platform_core.plugins.services.activation import enable_plugin
from tenants.postgresql.cursor import without_path
from tenants.scope import tenant_scope

PACKS = "/api/aviation/packs/"


@pytest.fixture
def enabled(installed, alpha):
    with tenant_scope(alpha):
        enable_plugin(slug="aviation", plan_hash=None, actor=None)


def _forget():
    memory.clear()
    forget_hosts()
    forget_enabled_plugins()


def _gate_statements(captured):
    asked = ("tenants_domain", "plugins_activation", "members_apikey")
    statements = [without_path(query["sql"]) for query in captured]
    return [statement for statement in statements if any(table in statement for table in asked)]


@pytest.mark.usefixtures("steady_gate", "enabled")
def test_gate_asks_for_host_and_key_alone(alpha_client):
    alpha_client.get(PACKS)
    _forget()
    with CaptureQueriesContext(connection) as captured:
        answer = alpha_client.get(PACKS)
    assert answer.status_code == 200
    assert len(_gate_statements(captured)) == 2


@pytest.mark.usefixtures("steady_gate")
def test_unknown_key_learns_nothing_of_a_plugin_that_is_off(beta_client):
    _forget()
    headers = {"HTTP_AUTHORIZATION": "Token " + "0" * 40}
    assert beta_client.get(PACKS, **headers).status_code == 404
    assert beta_client.get("/api/projects/", **headers).status_code == 401


@pytest.mark.usefixtures("steady_gate", "enabled")
def test_unknown_key_is_refused_where_the_plugin_is_on(alpha_client):
    _forget()
    assert alpha_client.get(PACKS, HTTP_AUTHORIZATION="Token " + "0" * 40).status_code == 401
