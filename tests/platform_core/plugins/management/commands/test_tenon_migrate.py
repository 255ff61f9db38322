import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from platform_core.plugins.services.activation import enable_plugin
from tenants.fleet import lagging_organizations
from tenants.models import SchemaState
from tenants.scope import public_scope, tenant_scope
from tests.support.loaded_plugins import loaded


def _migrate():
    out = io.StringIO()
    try:
        call_command("tenon_migrate", stdout=out)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), ""


def _turn_back(organization, statement="SELECT 1"):
    with tenant_scope(organization), connection.cursor() as cursor:
        cursor.execute(statement)
    with public_scope():
        SchemaState.objects.filter(organization_id=organization.id).update(core_digest="behind")


def test_fleet_at_head_has_nothing_to_do(alpha, beta, install):
    install()

    out, error = _migrate()

    assert (out.strip(), error) == ("public: 0 migrations; organizations: 0 upgraded, 0 failed", "")


def test_lagging_organizations_are_upgraded_and_failures_are_named(alpha, beta, install):
    install()
    _turn_back(alpha, "DROP TABLE jobs_job; DELETE FROM django_migrations WHERE app = 'jobs'; CREATE TABLE jobs_job ()")
    _turn_back(beta)

    out, error = _migrate()

    assert "alpha: failed: " in out
    assert out.endswith("public: 0 migrations; organizations: 1 upgraded, 1 failed\n")
    assert "run tenon migrate again" in error
    assert [organization.slug for _digest, organization in lagging_organizations()] == ["alpha"]
    with tenant_scope(alpha), connection.cursor() as cursor:
        cursor.execute("DROP TABLE jobs_job")
    assert _migrate()[1] == ""


@pytest.mark.parametrize("torn", [True, False])
def test_plugins_are_upgraded_after_the_core(alpha, install, caplog, torn):
    install(loaded("kites"))
    with tenant_scope(alpha):
        enable_plugin(slug="kites", plan_hash=None, actor=None)

    def after_upgrade(self):
        if torn:
            raise RuntimeError("torn")

    install(loaded("kites", says={"version": "1.1"}, after_upgrade=after_upgrade))
    out, error = _migrate()

    assert ("alpha: plugin kites: failed: " in out) is torn
    assert f"plugins: {0 if torn else 1} of 1 upgraded" in out
    assert bool(error) is torn
