from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from platform_core.api.errors import ConflictError, NotFoundError, ValidationFailedError
from platform_core.events.models import AuditEntry, OutboxEvent
from platform_core.members.models import ApiKey, Member, Team
from platform_core.plugins.loader import QuarantinedPlugin
from platform_core.plugins.models import Activation, PluginSettings
from platform_core.plugins.services.activation import (
    ActivationFailedError,
    cancel_purge,
    disable_plugin,
    due_purges,
    enable_plugin,
    purge_plugin,
    request_purge,
)
from platform_core.plugins.services.plans import plan_enable
from platform_core.plugins.services.upgrades import upgrade_plugins
from platform_core.plugins.types import PlanNote
from tenants.models import SchemaState
from tenants.scope import public_scope, tenant_scope
from tests.support.loaded_plugins import loaded


def _enable(slug="kites", plan_hash=None):
    return enable_plugin(slug=slug, plan_hash=plan_hash, actor=None)


def _state(slug="kites"):
    return Activation.objects.get(pk=slug).state


def _indexed(organization):
    with public_scope():
        return SchemaState.objects.get(organization_id=organization.id).plugins


def _audit():
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def _raise(error):
    def hook(self, organization):
        raise error

    return hook


def test_enabled_plugin_is_told_audited_and_indexed_in_one_go(in_alpha, install):
    calls = []
    install(loaded("kites", after_enable=lambda self, organization: calls.append(organization)))

    activation = _enable(plan_hash=plan_enable("kites").plan_hash)

    assert (activation.state, activation.version, activation.error) == ("enabled", "1.0", "")
    assert calls == [in_alpha]
    assert _audit()[-1] == "plugin.enabled"
    assert OutboxEvent.objects.filter(type="plugin.enabled").count() == 1
    assert _indexed(in_alpha)["kites"] == {"version": "1.0", "state": "enabled", "digest": ""}


def test_stale_plan_is_refused_and_changes_nothing(in_alpha, install):
    install(loaded("kites"))

    with pytest.raises(ConflictError, match="stale"):
        _enable(plan_hash="of yesterday")

    assert not Activation.objects.exists()


def test_plan_is_refused_when_the_plugin_a_dependency_or_the_state_forbids(in_alpha, install):
    note = PlanNote(level="block", message="No wind.")
    install(
        loaded("kites", plan_enable=lambda self: [note]),
        loaded("strings"),
        loaded("tails", depth=1, says={"depends": ("strings",)}),
    )

    with pytest.raises(ConflictError, match=r"No wind\."):
        _enable()
    with pytest.raises(ConflictError, match='needs plugin "strings", which is available here'):
        _enable("tails")
    _enable("strings")
    with pytest.raises(ConflictError, match="enabled already"):
        _enable("strings")
    assert _enable("tails").depends == ["strings"]


def test_schema_that_lags_blocks_with_the_remedy(in_alpha, install):
    install(loaded("kites"))
    with public_scope():
        SchemaState.objects.filter(organization_id=in_alpha.id).update(core_digest="behind")

    assert "run tenon migrate first" in plan_enable("kites").blockers[0]


def test_unknown_and_quarantined_plugins_cannot_be_planned(in_alpha, install):
    install(quarantined={"torn": QuarantinedPlugin(slug="torn", reason="No cloth.", manifest=None)})

    with pytest.raises(NotFoundError):
        plan_enable("kites")
    with pytest.raises(ConflictError, match=r"quarantined: No cloth\."):
        plan_enable("torn")


@pytest.mark.parametrize(
    "error", [RuntimeError("string"), SystemExit(3), DatabaseError("line one\nsecret line two"), DatabaseError()]
)
def test_failing_hook_rolls_back_and_leaves_its_state_and_reason(in_alpha, install, error, caplog):
    install(loaded("kites", after_enable=_raise(error)))

    with pytest.raises(ActivationFailedError) as failed:
        _enable()

    row = Activation.objects.get(pk="kites")
    assert failed.value.data == {"plugin": "kites", "state": "enable_failed"}
    assert (row.state, row.version) == ("enable_failed", "")
    assert row.error
    assert "secret" not in row.error
    assert _audit()[-1] == "plugin.enable_failed"
    assert "kites" not in _indexed(in_alpha)


def test_newer_version_is_an_upgrade_and_a_failing_one_keeps_the_plugin(in_alpha, install, caplog):
    seen = []
    install(loaded("kites"))
    _enable()

    install(
        loaded("kites", says={"version": "1.1"}, after_upgrade=lambda self, from_version: seen.append(from_version))
    )
    assert plan_enable("kites").action == "upgrade"
    assert _enable().version == "1.1"
    assert (seen, _audit()[-1]) == (["1.0"], "plugin.upgraded")

    install(loaded("kites", says={"version": "1.2"}, after_upgrade=_raise(RuntimeError("torn"))))
    with pytest.raises(ActivationFailedError):
        _enable()
    row = Activation.objects.get(pk="kites")
    assert (row.state, row.version) == ("upgrade_failed", "1.1")
    assert disable_plugin(slug="kites", actor=None).state == "disabled"


def test_fleet_upgrade_reports_each_organization_and_goes_on(alpha, beta, install, caplog):
    install(loaded("kites"))
    for organization in (alpha, beta):
        with tenant_scope(organization):
            _enable()

    def upgrade(self, organization):
        if organization == alpha:
            raise RuntimeError("torn")

    install(loaded("kites", says={"version": "1.1"}, after_upgrade=upgrade))
    told = []
    results = upgrade_plugins(progress=told.append)

    assert told == results
    assert [(result.organization.slug, bool(result.error)) for result in results] == [("alpha", True), ("beta", False)]
    with tenant_scope(beta):
        assert Activation.objects.get(pk="kites").version == "1.1"

    seen = []
    install(
        loaded("kites", says={"version": "1.1"}, after_upgrade=lambda self, from_version: seen.append(from_version))
    )
    assert [(result.organization.slug, result.error) for result in upgrade_plugins()] == [("alpha", "")]
    assert seen == ["1.0"]


def test_disabled_plugin_can_be_enabled_again(in_alpha, install):
    install(loaded("kites"))
    _enable()

    assert disable_plugin(slug="kites", actor=None).state == "disabled"
    assert _indexed(in_alpha)["kites"]["state"] == "disabled"
    with pytest.raises(ConflictError, match="is disabled, not enabled"):
        disable_plugin(slug="kites", actor=None)
    assert _enable().state == "enabled"


def test_plugin_that_others_need_stays(in_alpha, install):
    install(loaded("strings"), loaded("tails", depth=1, says={"depends": ("strings",)}))
    _enable("strings")
    _enable("tails")

    with pytest.raises(ConflictError) as refused:
        disable_plugin(slug="strings", actor=None)

    assert refused.value.data["needed_by"] == ["tails"]
    disable_plugin(slug="tails", actor=None)
    disable_plugin(slug="strings", actor=None)
    with pytest.raises(ConflictError, match="needed by tails"):
        purge_plugin(slug="strings", confirm="strings", actor=None)


def test_purge_waits_for_the_retention_time_and_can_be_taken_back(in_alpha, install):
    install(loaded("kites", says={"retention_days": 7}))
    _enable()
    with pytest.raises(ConflictError, match="disable it before purging"):
        request_purge(slug="kites", confirm="kites", actor=None)
    disable_plugin(slug="kites", actor=None)
    with pytest.raises(ValidationFailedError):
        request_purge(slug="kites", confirm="yes", actor=None)
    with pytest.raises(ConflictError, match="No purge"):
        cancel_purge(slug="kites", actor=None)

    activation = request_purge(slug="kites", confirm="kites", actor=None)

    assert abs(activation.purge_due_at - timezone.now() - timedelta(days=7)) < timedelta(minutes=1)
    assert due_purges() == []
    Activation.objects.update(purge_due_at=timezone.now())
    assert due_purges() == ["kites"]
    assert cancel_purge(slug="kites", actor=None).state == "disabled"
    assert due_purges() == []


def test_purge_takes_all_that_is_the_plugins_and_nothing_else(in_alpha, install):
    install(loaded("kites"))
    _enable()
    disable_plugin(slug="kites", actor=None)
    member = Member.objects.get()
    PluginSettings.objects.create(slug="kites", version=1, values={}, changed_by_id=member.pk)
    team = Team.objects.create(name="Pilots", admin=member, permission="kites.kites.fly")
    key = ApiKey.objects.create(member=member, digest="d", prefix="p", scopes=["kites.kites.fly", "tasks.view"])
    other = ApiKey.objects.create(member=member, digest="e", prefix="q", scopes=["tasks.view"])
    install()  # its code is gone

    purge_plugin(slug="kites", confirm="kites", actor=None)

    team.refresh_from_db()
    key.refresh_from_db()
    other.refresh_from_db()
    assert (team.permission, key.scopes, other.scopes) == ("", ["tasks.view"], ["tasks.view"])
    assert not PluginSettings.objects.exists()
    assert not Activation.objects.exists()
    assert _indexed(in_alpha) == {}
    assert _audit()[-1] == "plugin.purged"
    with pytest.raises(NotFoundError, match="never been enabled"):
        purge_plugin(slug="kites", confirm="kites", actor=None)


def test_retention_of_a_plugin_whose_code_is_gone_is_thirty_days(in_alpha, install):
    install(loaded("kites"))
    _enable()
    disable_plugin(slug="kites", actor=None)
    install()

    due = request_purge(slug="kites", confirm="kites", actor=None).purge_due_at

    assert abs(due - timezone.now() - timedelta(days=30)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("labels", "reason"), [([{}], "the database refused it: cannot adapt type"), (5, "TypeError: 'int' object")]
)
def test_purge_that_fails_keeps_everything_and_says_why(in_alpha, install, caplog, labels, reason):
    install(loaded("kites"))
    _enable()
    disable_plugin(slug="kites", actor=None)
    PluginSettings.objects.create(slug="kites", version=1, values={}, changed_by_id=Member.objects.get().pk)
    Activation.objects.update(app_labels=labels)  # a damaged row

    with pytest.raises(ActivationFailedError, match=reason):
        purge_plugin(slug="kites", confirm="kites", actor=None)

    row = Activation.objects.get(pk="kites")
    assert row.state == "purge_failed"
    assert row.error.startswith(reason)
    assert PluginSettings.objects.count() == 1
