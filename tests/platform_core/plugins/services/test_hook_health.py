import logging
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from platform_core.plugins.facade import HookFacade
from platform_core.plugins.flushing import start_writing
from platform_core.plugins.models import Activation, ActivationState
from platform_core.plugins.queries.health import plugin_health, quantile
from platform_core.plugins.services.activation import enable_plugin
from platform_core.plugins.services.hook_health import forget_old_statistics, write_statistics
from platform_core.plugins.statistics import BOUNDS, process_meter
from platform_core.plugins.types import TaskContext
from platform_core.sdk.testing.clients import client_of
from tenants.models import HookHealth
from tenants.scope import public_scope, tenant_scope
from tests.support.loaded_plugins import loaded

ENABLED = frozenset({"kites"})


def torn(self):
    raise RuntimeError("torn")


def ask(organization, times=1):
    context = TaskContext(organization=organization, project_id=1, parsed={})
    with tenant_scope(organization):
        return [HookFacade().validate_tasks(context, [], enabled=ENABLED) for _ in range(times)][-1]


def test_health_shows_calls_of_this_organization_alone(alpha, beta, install):
    install(loaded("kites", validate_task=lambda self: []))
    ask(alpha, 3)
    ask(beta, 2)
    for _ in range(2):
        write_statistics(process_meter())
    ask(alpha)
    write_statistics(process_meter())

    body = client_of(alpha).get("/api/plugins/kites/health/").json()

    (hook,) = body["hooks"]
    assert (body["status"], hook["hook"], hook["calls"], hook["failures"]) == ("ok", "validate_task", 4, 0)
    assert hook["p50_ms"] <= hook["p95_ms"] <= 1000
    assert (hook["breaker"], hook["rule"]["failures"], hook["rule"]["share"]) == ("closed", 5, 0.5)
    with public_scope():
        total = HookHealth.objects.get(organization=None)
        assert (total.calls, sum(total.buckets), HookHealth.objects.count()) == (6, 6, 3)


def test_open_breaker_answers_at_once_is_shown_and_is_logged_once(alpha, beta, install, caplog):
    calls = []

    def fail(self):
        calls.append(1)
        raise RuntimeError("torn")

    install(loaded("kites", validate_task=fail))
    with caplog.at_level(logging.ERROR):
        (issue,) = ask(alpha, 9)
    ask(beta)
    write_statistics(process_meter())

    assert (len(calls), issue.plugin, issue.hook, issue.value.code) == (6, "kites", "validate_task", "plugin_failed")
    (line,) = [record for record in caplog.records if "switched off" in record.message]
    assert (line.plugin, line.hook, line.organization_id) == ("kites", "validate_task", alpha.id)
    assert issue.value.incident_id == line.incident_id
    with tenant_scope(alpha):
        (hook,) = plugin_health("kites").hooks
        assert (plugin_health("kites").status, hook.breaker, hook.opened) == ("suspended", "open", 1)
        assert (hook.calls, hook.failures, hook.skipped) == (5, 5, 4)
    with tenant_scope(beta):
        assert (plugin_health("kites").status, plugin_health("kites").hooks[0].breaker) == ("degraded", "closed")


def test_enabling_again_closes_what_was_open(alpha, install, django_capture_on_commit_callbacks):
    install(loaded("kites", validate_task=torn))
    ask(alpha, 9)
    write_statistics(process_meter())
    with tenant_scope(alpha), django_capture_on_commit_callbacks(execute=True):
        assert plugin_health("kites").hooks[0].breaker == "open"
        Activation.objects.create(slug="kites", version="0.9", state=ActivationState.DISABLED)
        enable_plugin(slug="kites", plan_hash=None, actor=None)
        assert process_meter().states(alpha.id, "kites")["validate_task"][0] == "open"

    with tenant_scope(alpha):
        assert plugin_health("kites").hooks[0].breaker == "closed"
    assert process_meter().states(alpha.id, "kites")["validate_task"][0] == "closed"


def test_health_costs_two_queries_with_one_hook_and_with_three(in_alpha, steady_gate, django_assert_num_queries):
    for name in ("validate_task", "validate_annotation", "plan_enable"):
        with public_scope():
            HookHealth.objects.create(
                organization_id=in_alpha.id, plugin="kites", hook=name, hour=timezone.now(), calls=1, buckets=[1] * 17
            )
        with django_assert_num_queries(2):
            plugin_health("kites")


@pytest.mark.parametrize("hours", ["0", "337", "x", "-1"])
def test_health_of_hours_that_nobody_keeps_is_refused(alpha, install, hours):
    install(loaded("kites"))
    assert client_of(alpha).get(f"/api/plugins/kites/health/?hours={hours}").status_code == 400


def test_health_is_for_those_who_manage_plugins_and_of_plugins_that_exist(alpha, install):
    install(loaded("kites"))
    assert client_of(alpha, role="AN").get("/api/plugins/kites/health/").status_code == 403
    assert client_of(alpha).get("/api/plugins/boats/health/").status_code == 404
    assert client_of(alpha).get("/api/plugins/kites/health/").json()["status"] == "idle"


def test_old_hours_are_deleted_and_totals_stay(db):
    old = timezone.now() - timedelta(days=15)
    with public_scope():
        HookHealth.objects.create(plugin="kites", hook="h", hour=old, buckets=[])
        HookHealth.objects.create(plugin="kites", hook="h", hour=None, buckets=[])
    assert forget_old_statistics() == 1


def test_what_cannot_be_written_is_kept(alpha, install):
    install(loaded("kites", validate_task=lambda self: []))
    ask(alpha)
    with pytest.raises(RuntimeError), connection.execute_wrapper(_refuse):
        write_statistics(process_meter())
    assert write_statistics(process_meter()) == 1


def _refuse(execute, sql, params, many, context):
    if "hookhealth" in sql:
        raise RuntimeError("no")
    return execute(sql, params, many, context)


def test_quantile_is_the_bound_of_its_bucket():
    assert quantile([], 0.5) is None
    assert quantile([0] * 17, 0.5) is None
    assert quantile([1, 1, *[0] * 14, 2], 0.5) == BOUNDS[1]
    assert quantile([0] * 16 + [1], 0.95) == BOUNDS[-1]


def test_no_thread_is_started_where_nothing_is_to_be_written(settings):
    settings.TENON_HOOK_STATISTICS_SECONDS = 0
    assert start_writing() is None


def scrape(**headers):
    return Client(HTTP_HOST="unknown.example").get("/metrics", **headers)


def test_metrics_are_for_this_machine_without_a_proxy_or_for_the_token(db, settings):
    assert scrape().status_code == 200
    assert scrape(REMOTE_ADDR="10.0.0.9").status_code == 404
    assert scrape(HTTP_X_FORWARDED_FOR="127.0.0.1").status_code == 404
    settings.TENON_TRUSTED_PROXIES = ["127.0.0.1"]
    assert scrape().status_code == 404
    settings.TENON_METRICS_TOKEN = "s3cret"
    assert scrape(HTTP_AUTHORIZATION="Bearer other").status_code == 404
    assert scrape(REMOTE_ADDR="10.0.0.9", HTTP_AUTHORIZATION="Bearer s3cret").status_code == 200


def test_metrics_count_over_all_organizations_and_name_none(alpha, beta, install):
    install(loaded("kites", validate_task=torn))
    ask(alpha, 9)
    ask(beta, 2)
    write_statistics(process_meter())

    text = scrape().content.decode()

    assert 'tenon_plugin_hook_calls_total{plugin="kites",hook="validate_task",outcome="failed"} 7' in text
    assert 'tenon_plugin_hook_calls_total{plugin="kites",hook="validate_task",outcome="skipped"} 4' in text
    assert 'tenon_plugin_hook_seconds_bucket{plugin="kites",hook="validate_task",le="+Inf"} 7' in text
    assert 'tenon_plugin_breakers_open{plugin="kites",hook="validate_task"} 1' in text
    assert 'tenon_plugin_info{plugin="kites",version="1.0"} 1' in text
    assert "alpha" not in text
    assert alpha.schema not in text
