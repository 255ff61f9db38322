import secrets
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from jsonschema import Draft202012Validator

from platform_core.events.catalogue import CORE_EVENTS, payload_schema
from platform_core.events.models import AuditEntry, OutboxEvent
from platform_core.members.models import Member
from platform_core.members.services.organizations import create_organization
from platform_core.plugins.loader import QuarantinedPlugin
from platform_core.plugins.models import Activation
from platform_core.plugins.services.defaults import default_plugins, provision_with_defaults
from platform_core.plugins.services.upgrades import upgrade_plugins
from platform_core.plugins.types import PlanNote
from tenants.activation import has_migrations
from tenants.ddl import tables_here
from tenants.models import SchemaState
from tenants.scope import public_scope, tenant_scope
from tenants.scripts import core_script, plugin_key, store_script
from tests.support.loaded_plugins import loaded, manifest

DEFAULT = {"default_enabled": True}


def _default(slug, *, says=None, **more):
    return loaded(slug, says=DEFAULT | (says or {}), **more)


def _with_table(slug, script=None, **more):
    """Return a default plugin with a cached script of one table, as an organization before has left it."""
    table = f"{slug}_flight"
    text = script or f'CREATE TABLE "{table}" ("id" integer PRIMARY KEY);\n'
    store_script(plugin_key(slug, frozenset({slug})), text, ((slug, "0001_initial"),), tables=[table])
    return replace(_default(slug, **more), label=slug)


def _create():
    slug = f"gamma-{secrets.token_hex(4)}"
    return create_organization(slug=slug, name="Gamma", owner_email="owner@alpha.example", owner_password=None)


def _states():
    return dict(Activation.objects.values_list("slug", "state"))


def _reason(slug):
    return Activation.objects.get(pk=slug).error


def _raise(self):
    raise RuntimeError("torn")


def test_new_organization_has_its_default_plugins_with_tables_rows_audit_event_and_index(db, alpha, install):
    seen = []

    def after_enable(self, organization):
        seen.append((organization.slug, "kites_flight" in tables_here(), Member.objects.count()))

    install(loaded("boats"), _with_table("kites", after_enable=after_enable))

    made = _create()

    assert seen == [(made.slug, True, 1)]
    with tenant_scope(made):
        row = Activation.objects.get()
        assert (row.slug, row.state, row.version, row.tables) == ("kites", "enabled", "1.0", ["kites_flight"])
        assert row.app_labels == ["kites"]
        assert has_migrations(frozenset({"kites"}))
        assert AuditEntry.objects.filter(action="plugin.enabled", target_id="kites", actor=None).count() == 1
        # Marked, so that the owner is not told of what everybody begins with; and as the catalogue describes it.
        (event,) = OutboxEvent.objects.filter(type="plugin.enabled", payload__plugin="kites")
        assert event.payload["default"] is True
        Draft202012Validator(payload_schema(CORE_EVENTS["plugin.enabled"])).validate(event.payload)
    with public_scope():
        index = SchemaState.objects.get(organization_id=made.id).plugins
    assert (index["kites"]["version"], index["kites"]["state"]) == ("1.0", "enabled")
    assert len(index["kites"]["digest"]) == 64


def test_failing_default_plugin_leaves_no_table_is_named_and_takes_only_its_dependents_along(
    db, alpha, install, caplog
):
    note = PlanNote(level="block", message="No wind.")
    quarantined = QuarantinedPlugin(slug="rotten", reason="No cloth.", manifest=manifest("rotten", **DEFAULT))
    install(
        _with_table("kites"),
        _default("becalmed", plan_enable=lambda self: [note]),
        _with_table("torn", after_enable=_raise),
        _default("unplanned", plan_enable=_raise),
        _default("tails", depth=1, says={"depends": ("torn",)}),
        _default("oars", depth=1, says={"depends": ("boats",)}),
        loaded("boats"),
        quarantined={"rotten": quarantined},
    )

    made = _create()

    with tenant_scope(made):
        failed = {"torn", "unplanned", "tails", "oars", "becalmed", "rotten"}
        assert _states() == {"kites": "enabled"} | dict.fromkeys(failed, "enable_failed")
        assert "failed in after_enable; incident" in _reason("torn")
        assert _reason("tails") == 'It needs plugin "torn", which is not enabled here.'
        assert _reason("oars") == 'It needs plugin "boats", which is not enabled here.'
        assert _reason("becalmed") == "No wind."
        assert "quarantined when the organization was made: No cloth." in _reason("rotten")
        assert "kites_flight" in tables_here()
        assert "torn_flight" not in tables_here()
        assert not has_migrations(frozenset({"torn"}))
        audited = AuditEntry.objects.filter(action="plugin.enable_failed").values_list("target_id", flat=True)
        assert set(audited) == failed
        assert Member.objects.count() == 1
    assert f"{made.slug}: default plugin torn is off" in caplog.text


def test_script_that_cannot_be_replayed_costs_its_plugin_alone(db, alpha, install, caplog):
    install(_with_table("kites"), _with_table("broken", script="CREATE TABLE nonsense;\n"))

    made = _create()

    with tenant_scope(made):
        assert _states() == {"kites": "enabled", "broken": "enable_failed"}
        assert _reason("broken").startswith("the database refused it: syntax error")
        assert Activation.objects.get(pk="kites").tables == ["kites_flight"]
        assert "kites_flight" in tables_here()


def test_creation_that_fails_without_any_default_plugin_is_not_tried_again(db, install, caplog):
    install(loaded("kites"))
    twice = ("gamma.example", "gamma.example")

    with pytest.raises(IntegrityError, match="domain"), transaction.atomic():
        provision_with_defaults(
            slug="gamma", name="Gamma", created_by_user_id=None, defaults=default_plugins(), domains=twice
        )

    assert not caplog.records


def test_plugin_that_becomes_a_default_comes_to_new_organizations_only(alpha, install):
    install(_with_table("kites"))

    assert upgrade_plugins() == []

    with tenant_scope(alpha):
        assert _states() == {}
        assert "kites_flight" not in tables_here()


def test_statements_of_a_creation_do_not_grow_with_the_default_plugins(db, alpha, install):
    core_script()

    def statements(*slugs):
        install(*(_with_table(slug) for slug in slugs))
        with CaptureQueriesContext(connection) as captured:
            _create()
        return len(captured)

    statements("kites", "boats", "planes", "trains")
    assert statements("kites", "boats", "planes", "trains") == statements("kites")


@pytest.mark.parametrize("error", [RuntimeError("x"), SystemExit(3)])
def test_hook_may_raise_anything(db, alpha, install, error, caplog):
    def after_enable(self):
        raise error

    install(_default("torn", after_enable=after_enable))

    with tenant_scope(_create()):
        assert _states() == {"torn": "enable_failed"}


def test_command_names_the_default_plugins_that_are_off(db, alpha, install, capsys, caplog):
    install(_default("kites"), _default("torn", after_enable=_raise))
    words = ("--slug", "gamma", "--name", "Gamma", "--owner-email", "owner@alpha.example")

    call_command("create_organization", *words)

    assert "Plugin torn is off: Plugin 'torn' failed in after_enable" in capsys.readouterr().err
