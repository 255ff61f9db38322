import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from platform_core.events.models import AuditEntry
from platform_core.members.models import Member
from platform_core.plugins.lock import LOCK_NAME, Lock, LockedPlugin, current_environment, write_lock
from platform_core.plugins.models import Activation
from platform_core.plugins.services.activation import disable_plugin, enable_plugin, purge_plugin
from platform_core.plugins.services.doctor import check_installation, check_organization
from tenants.models import MembershipIndex, SchemaState
from tenants.scope import public_scope, tenant_scope
from tests.support.loaded_plugins import loaded, manifest


def run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def checks(organization, *, fix=False):
    return {item.check: item.fixed for item in check_organization(organization, fix=fix)}


def test_sound_organization_has_no_findings(alpha, install):
    install(loaded("kites"))
    with tenant_scope(alpha):
        enable_plugin(slug="kites", plan_hash=None, actor=None)
    assert check_organization(alpha, fix=False) == []


def test_what_is_lost_or_nobodys_is_named_and_never_dropped(alpha):
    with tenant_scope(alpha):
        run("CREATE TABLE boats_boat (id int)")
        run("INSERT INTO django_migrations (app, name, applied) VALUES ('boats', '0001_initial', now())")
        Activation.objects.create(slug="kites", state="enabled", version="1.0", tables=["kites_kite"])

    assert (
        checks(alpha, fix=True).items()
        >= {
            "lost-tables": False,
            "orphaned-tables": False,
            "poisoned-migrations": False,
        }.items()
    )
    with tenant_scope(alpha):
        run("SELECT * FROM boats_boat")


def test_migration_rows_without_tables_are_taken_away(alpha):
    with tenant_scope(alpha):
        run("INSERT INTO django_migrations (app, name, applied) VALUES ('boats', '0001_initial', now())")
    assert checks(alpha) == {"poisoned-migrations": False}
    assert checks(alpha, fix=True) == {"poisoned-migrations": True}
    assert checks(alpha) == {}
    with tenant_scope(alpha):
        assert AuditEntry.objects.get(action="doctor.fixed").data == {"checks": ["poisoned-migrations"]}


def test_index_and_fleet_state_are_repaired_from_the_organization(alpha, install):
    install(loaded("kites"))
    with tenant_scope(alpha):
        enable_plugin(slug="kites", plan_hash=None, actor=None)
        owner = Member.objects.get()
    with public_scope():
        SchemaState.objects.filter(organization_id=alpha.id).update(plugins={"gone": {"version": "1", "state": "x"}})
        MembershipIndex.objects.filter(organization_id=alpha.id).update(role="AN")

    assert checks(alpha, fix=True) == {"fleet-state": True, "membership-index": True}
    assert checks(alpha) == {}
    with public_scope():
        assert SchemaState.objects.get(organization_id=alpha.id).plugins.keys() == {"kites"}
        assert MembershipIndex.objects.get(organization_id=alpha.id, user_id=owner.pk).role == owner.role
        SchemaState.objects.filter(organization_id=alpha.id).delete()
    assert checks(alpha, fix=True)["no-fleet-state"]


def test_interrupted_act_becomes_a_failed_one_that_can_be_tried_again(alpha, install):
    install(loaded("kites"))
    with tenant_scope(alpha):
        Activation.objects.create(slug="kites", state="enabling")
        assert checks(alpha, fix=True) == {"stuck": True}
        assert Activation.objects.get(pk="kites").state == "enable_failed"
        assert enable_plugin(slug="kites", plan_hash=None, actor=None).state == "enabled"


@pytest.mark.parametrize("state", ["enable_failed", "upgrade_failed"])
def test_plugin_that_fails_or_is_gone_can_be_disabled_and_purged(alpha, install, state):
    install()
    with tenant_scope(alpha):
        run("CREATE TABLE kites_kite (id int)")
        Activation.objects.create(slug="kites", state=state, version="1.0", app_labels=["kites"], tables=["kites_kite"])
        assert disable_plugin(slug="kites", actor=None).state == "disabled"
        purge_plugin(slug="kites", confirm="kites", actor=None)
        assert checks(alpha) == {}


def locked(**values):
    facts = {
        "slug": "kites", "verdict": "accepted", "reason": None, "entry_point": "kites:plugin", "distribution": "kites",
        "version": "1.0", "package": "kites_nowhere", "has_app": False, "tables": (), "depth": 0, "editable": False,
        "digest": "sha256:a", "manifest": manifest("kites"),
    }  # fmt: skip
    return LockedPlugin(**(facts | values))


def test_installation_names_drift_quarantine_what_is_gone_and_what_is_denied(tmp_path):
    plugins = (locked(), locked(slug="boats", verdict="quarantined", reason="No hull.", manifest=None))
    write_lock(tmp_path, Lock(environment=current_environment(), plugins=plugins))
    (tmp_path / "plugins.deny.toml").write_text('[[deny]]\nslug = "kites"\nversions = "<2"\nreason = "Tears."\n')

    found = {item.check: item.what for item in check_installation(tmp_path)}

    assert found.keys() == {"quarantined", "gone", "lock-drift", "denied"}
    assert "No hull." in found["quarantined"]
    assert "Tears." in found["denied"]


def test_damaged_lock_and_deny_list_are_findings(tmp_path):
    (tmp_path / LOCK_NAME).write_text("{")
    assert [item.check for item in check_installation(tmp_path)] == ["lock-damaged"]
    (tmp_path / LOCK_NAME).unlink()
    (tmp_path / "plugins.deny.toml").write_text("deny = 1")
    assert [item.check for item in check_installation(tmp_path)] == ["deny-list-damaged"]


def test_command_prints_findings_and_fails_until_nothing_is_left(alpha):
    with tenant_scope(alpha):
        run("INSERT INTO django_migrations (app, name, applied) VALUES ('boats', '0001_initial', now())")
    out = StringIO()
    with pytest.raises(CommandError, match="1 findings are left"):
        call_command("tenon_doctor", organization="alpha", as_json=True, stdout=out)
    assert json.loads(out.getvalue())[0]["check"] == "poisoned-migrations"
    out = StringIO()
    call_command("tenon_doctor", organization="alpha", fix=True, stdout=out)
    assert "fixed poisoned-migrations: alpha:" in out.getvalue()
    with pytest.raises(CommandError, match="no organization"):
        call_command("tenon_doctor", organization="nowhere")
