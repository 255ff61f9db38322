import pytest
from django.core import signing

from platform_core.events.models import AuditEntry
from platform_core.members.queries.permitted import members_with_permission
from platform_core.plugins.manifest import PermissionRequest
from platform_core.plugins.models import Activation
from platform_core.plugins.queries.catalogue import catalogue_entry
from platform_core.plugins.queries.enabled import forget_enabled_plugins, withheld_here
from platform_core.plugins.services.activation import enable_plugin
from platform_core.plugins.services.plans import plan_enable, shown_plan
from platform_core.plugins.services.upgrades import upgrade_plugins
from platform_core.sdk.testing.clients import client_of
from tenants.scope import tenant_scope
from tests.support.loaded_plugins import loaded

NONE = {"permissions": [], "data_classes": [], "outbound_hosts": []}


def permission(codename, *roles):
    return PermissionRequest(codename=codename, reason="Because.", roles=roles or ("OW", "AN"))


def kites(version="1.0", *codenames, **says):
    return loaded("kites", says={"version": version, "permissions": tuple(map(permission, codenames)), **says})


@pytest.fixture
def upgraded(alpha, install):
    """Enable a plugin, and have the fleet upgraded to a version that asks for more."""
    install(kites("1.0", "kites.kites.fly", outbound_hosts=("a.example",)))
    with tenant_scope(alpha):
        enable_plugin(slug="kites", plan_hash=None, actor=None)
    install(
        kites(
            "1.1",
            "kites.kites.fly",
            "kites.kites.sell",
            data_classes=("personal",),
            outbound_hosts=("a.example", "b.example"),
        )
    )
    assert [(item.slug, item.error) for item in upgrade_plugins()] == [("kites", "")]
    return alpha


def test_upgrade_withholds_what_nobody_agreed_to_until_an_admin_does(upgraded):
    client = client_of(upgraded)
    seen = client.get("/api/plugins/kites/").json()
    plan = client.get("/api/plugins/kites/plan/").json()

    assert (seen["state"], seen["installed_version"]) == ("enabled", "1.1")
    asked = {
        "permissions": ["kites.kites.sell"],
        "data_classes": ["personal"],
        "outbound_hosts": ["b.example"],
    }
    assert seen["consent_needed"] == plan["added"] == asked
    assert (plan["action"], plan["blockers"]) == ("consent", [])
    answer = client.post("/api/plugins/kites/enable/?wait=60", {"consent": plan["consent"]}, format="json")
    assert answer.status_code == 200, answer.content
    assert client.get("/api/plugins/kites/").json()["consent_needed"] is None
    assert client.get("/api/plugins/kites/plan/").json()["blockers"] == ["It is enabled already."]
    with tenant_scope(upgraded):
        row = Activation.objects.get(pk="kites")
        assert (row.withheld, row.consent["by"], row.consent["version"]) == ([], client.member.pk, "1.1")
        granted = AuditEntry.objects.get(action="plugin.consented").data["granted"]
    assert granted == ["kites.kites.sell", "host:b.example"]


def test_withheld_permission_is_nobodys(upgraded):
    with tenant_scope(upgraded):
        assert withheld_here() == {"kites.kites.sell", "host:b.example"}
        for agree in (False, True):
            if agree:
                enable_plugin(slug="kites", plan_hash=None, actor=None)
                forget_enabled_plugins()
            assert bool(members_with_permission("kites.kites.sell")) is agree
            assert members_with_permission("kites.kites.fly")


def test_upgrade_that_asks_for_less_needs_no_consent(alpha, install):
    install(kites("1.0", "kites.kites.fly", "kites.kites.sell"))
    with tenant_scope(alpha):
        enable_plugin(slug="kites", plan_hash=None, actor=None)
        install(kites("1.1", "kites.kites.fly"))
        plan = plan_enable("kites")
        upgrade_plugins()

        assert (plan.added, plan.removed) == (NONE, {**NONE, "permissions": ["kites.kites.sell"]})
        assert catalogue_entry("kites").consent_needed is None


def test_activation_from_before_consents_were_kept_has_nothing_withheld(alpha, install):
    install(kites("1.0", "kites.kites.fly"))
    with tenant_scope(alpha):
        enable_plugin(slug="kites", plan_hash=None, actor=None)
        Activation.objects.update(consent=None, withheld=None)
        install(kites("1.1", "kites.kites.fly", "kites.kites.sell"))
        upgrade_plugins()
        assert (withheld_here(), Activation.objects.get().consent["version"]) == (frozenset(), "1.1")


def test_plan_of_a_plugin_that_asks_is_not_stale_for_having_been_asked_for(alpha, install):
    install(kites("1.0", "kites.kites.fly", outbound_hosts=("a.example",)))
    client = client_of(alpha)
    plan = client.get("/api/plugins/kites/plan/").json()

    body = {"plan_hash": plan["plan_hash"]}
    assert plan["added"]["permissions"] == ["kites.kites.fly"]
    assert client.post("/api/plugins/kites/enable/?wait=60", body, format="json").status_code == 200


def test_consent_is_for_one_member_one_plugin_one_plan_and_one_hour(alpha, beta, install, monkeypatch):
    install(kites(), loaded("tails"))
    client = client_of(alpha)
    token = client.get("/api/plugins/kites/plan/").json()["consent"]
    other = client_of(alpha, role="AD")

    def enable(caller, slug="kites", **body):
        return caller.post(f"/api/plugins/{slug}/enable/?wait=60", body, format="json")

    assert enable(client).json()["validation_errors"].keys() == {"plan_hash"}
    assert [
        enable(other, consent=token).status_code,
        enable(client_of(beta), consent=token).status_code,
        enable(client, "tails", consent=token).status_code,
        enable(client, consent=token[:-2]).status_code,
        enable(client, consent=token, plan_hash="another").status_code,
    ] == [400] * 5
    install(kites("1.1", "kites.kites.fly"))
    stale = enable(client, consent=token)
    assert (stale.status_code, "stale" in stale.json()["detail"]) == (409, True)
    install(kites())
    monkeypatch.setattr(signing.time, "time", lambda: 10**11)
    assert enable(client, consent=token).status_code == 409
    monkeypatch.undo()
    assert enable(client, consent=token).status_code == 200


def test_plan_lists_the_closure_in_the_order_of_enabling(in_alpha, install):
    install(
        loaded("cloth"),
        loaded("strings", depth=1, says={"depends": ("cloth",)}),
        loaded("kites", depth=2, says={"depends": ("strings",)}),
    )
    enable_plugin(slug="cloth", plan_hash=None, actor=None)

    plan = shown_plan("kites", actor=None, with_rehearsal=True)

    assert [(item.slug, item.state, item.direct) for item in plan.closure] == [
        ("cloth", "enabled", False),
        ("strings", "available", True),
    ]
    assert plan.depends == ({"slug": "strings", "state": "available"},)
    assert (plan.blockers, plan.rehearsal) == (('It needs plugin "strings", which is available here.',), None)
    assert catalogue_entry("strings").needed_by == ({"slug": "kites", "enabled": False},)
    assert catalogue_entry("cloth").needed_by == ({"slug": "strings", "enabled": False},)
