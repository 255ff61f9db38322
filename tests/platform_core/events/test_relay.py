import threading
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from platform_core.events.handlers import Subscription, subscriptions, use_provider
from platform_core.events.models import AuditEntry, EventDelivery, OutboxEvent
from platform_core.events.relay import DELIVERIES_A_STEP, NOT_TAKEN_SECONDS, relay_some
from platform_core.events.services import emit_event
from platform_core.members.models import Member
from platform_core.plugins.facade import HookFacade
from platform_core.plugins.loader import PluginRegistry
from platform_core.plugins.models import Activation
from platform_core.plugins.types import EventHandlerSpec
from tenants.models import GlobalAuditEntry, WorkHint, organization_refs
from tenants.scope import public_scope, tenant_scope


@pytest.fixture
def alpha(committed):
    """Return alpha, quiet, with the plugin `listener` enabled, in a database where commits are real."""
    ref = organization_refs(slug="alpha")[0]
    WorkHint.objects.all().delete()
    with tenant_scope(ref):
        OutboxEvent.objects.all().delete()
        Activation.objects.create(slug="listener", state="enabled")
    return ref


@pytest.fixture
def heard():
    """Collect what a handler of the plugin `listener` hears."""
    return []


@pytest.fixture
def listening(heard):
    def handle(organization, event):
        heard.append((organization.slug, event.type, event.payload["number"], event.id))

    item = Subscription(plugin="listener", key="all", patterns=("sample.*",), handle=handle, retries=2)
    with use_provider(lambda _enabled: [item]):
        yield


def _emit(organization, *numbers, event_type="sample.made"):
    with tenant_scope(organization), transaction.atomic():
        for number in numbers:
            emit_event(type=event_type, payload={"number": number})


def _deliveries(organization):
    with tenant_scope(organization):
        return list(EventDelivery.objects.order_by("id").values_list("status", "attempts"))


def _make_due(organization):
    with tenant_scope(organization):
        EventDelivery.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))


def test_events_are_handled_in_order_once_and_only_those_asked_for(alpha, heard, listening):
    _emit(alpha, 1, 2, 3)
    _emit(alpha, 4, event_type="other.made")

    assert relay_some(alpha)[0]
    assert relay_some(alpha) == (False, None)

    assert [number for _, _, number, _ in heard] == [1, 2, 3]
    assert _deliveries(alpha) == [("delivered", 1)] * 3
    with tenant_scope(alpha):
        assert not OutboxEvent.objects.filter(relayed_at=None).exists()


def test_emitting_wakes_workers_after_the_commit_only(alpha):
    with tenant_scope(alpha), transaction.atomic():
        emit_event(type="sample.made", payload={})
        transaction.set_rollback(True)
    assert WorkHint.objects.count() == 0

    _emit(alpha, 1)

    assert WorkHint.objects.get().organization_id == alpha.id


def test_event_that_commits_after_a_later_one_is_not_lost(alpha, heard, listening):
    first_written, second_committed = threading.Event(), threading.Event()

    def write_slowly():
        with tenant_scope(alpha), transaction.atomic():
            emit_event(type="sample.made", payload={"number": 1})
            first_written.set()
            second_committed.wait(10)
        connections.close_all()

    thread = threading.Thread(target=write_slowly)
    thread.start()
    first_written.wait(10)
    _emit(alpha, 2)
    relay_some(alpha)
    second_committed.set()
    thread.join()
    relay_some(alpha)

    assert [number for _, _, number, _ in heard] == [2, 1]


def test_handlers_rows_are_written_once_although_it_fails_in_between(alpha):
    def handle(organization, event):
        Member.objects.filter(role="OW").update(first_name="x" + Member.objects.get(role="OW").first_name)
        if len(seen) < 1:
            seen.append(event.id)
            raise RuntimeError("after the write")
        seen.append(event.id)

    seen = []
    with tenant_scope(alpha):
        Member.objects.update(first_name="")
    item = Subscription(plugin="listener", key="all", patterns=("sample.made",), handle=handle)
    with use_provider(lambda _enabled: [item]):
        _emit(alpha, 1)
        _, due = relay_some(alpha)
        assert 1 < due <= 2
        assert _deliveries(alpha) == [("pending", 1)]
        _make_due(alpha)
        relay_some(alpha)

    assert seen[0] == seen[1]
    assert _deliveries(alpha) == [("delivered", 2)]
    with tenant_scope(alpha):
        assert Member.objects.get(role="OW").first_name == "x"


def test_delivery_is_given_up_after_its_retries_and_others_go_on(alpha, heard):
    def fail(_organization, _event):
        raise RuntimeError("secret words")

    def handle(_organization, event):
        heard.append(event.payload["number"])

    items = [
        Subscription(plugin="listener", key="bad", patterns=("*",), handle=fail, retries=2),
        Subscription(plugin="listener", key="good", patterns=("*",), handle=handle),
    ]
    with use_provider(lambda _enabled: items):
        _emit(alpha, 1)
        for _ in range(5):
            relay_some(alpha)
            _make_due(alpha)

    assert heard == [1]
    with tenant_scope(alpha):
        bad = EventDelivery.objects.get(handler="bad")
    assert (bad.status, bad.attempts) == ("dead", 3)
    assert "secret words" not in bad.error


def test_worker_that_died_after_its_claim_loses_nothing(alpha, heard, listening):
    """The handler's worker vanishes without a word: the claim runs out and another attempt is made."""

    class Died(BaseException):
        pass

    def die(_organization, _event):
        raise Died

    dying = Subscription(plugin="listener", key="all", patterns=("*",), handle=die)
    _emit(alpha, 1)
    with use_provider(lambda _enabled: [dying]), pytest.raises(Died):
        relay_some(alpha)
    assert relay_some(alpha)[0] is False
    assert heard == []

    _make_due(alpha)
    relay_some(alpha)

    assert [number for _, _, number, _ in heard] == [1]
    assert _deliveries(alpha) == [("delivered", 2)]


def test_two_relays_at_once_deliver_each_event_once(alpha, heard, listening):
    _emit(alpha, *range(3 * DELIVERIES_A_STEP))

    def work():
        for _ in range(6):
            relay_some(alpha)
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(number for _, _, number, _ in heard) == list(range(3 * DELIVERIES_A_STEP))


def test_event_that_comes_while_another_process_fans_out_is_looked_for_again_soon(alpha, heard, listening):
    fanning_out, look_again = threading.Event(), threading.Event()

    def fan_out_slowly():
        with tenant_scope(alpha), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"tenon.relay.{alpha.schema}"])
            fanning_out.set()
            look_again.wait(20)
        connections.close_all()

    thread = threading.Thread(target=fan_out_slowly)
    thread.start()
    fanning_out.wait(20)
    _emit(alpha, 1)
    missed = relay_some(alpha)
    look_again.set()
    thread.join()

    assert missed == (False, NOT_TAKEN_SECONDS)
    assert heard == []
    assert relay_some(alpha)[0]
    assert [number for _, _, number, _ in heard] == [1]


def test_plugin_that_is_not_enabled_hears_nothing(alpha, heard, listening):
    with tenant_scope(alpha):
        Activation.objects.update(state="disabled")
    _emit(alpha, 1)

    relay_some(alpha)

    assert heard == []
    assert _deliveries(alpha) == []


def test_delivery_of_a_plugin_disabled_in_between_is_given_up(alpha, heard, listening):
    _emit(alpha, 1)
    with use_provider(lambda _enabled: [Subscription(plugin="listener", key="all", patterns=("*",), handle=_fail)]):
        relay_some(alpha)
    _make_due(alpha)
    with tenant_scope(alpha):
        Activation.objects.update(state="disabled")

    relay_some(alpha)

    assert heard == []
    assert _deliveries(alpha)[0][0] == "dead"


def test_delivery_waits_while_the_plugins_code_is_absent(alpha, heard, listening):
    _emit(alpha, 1)
    with use_provider(lambda _enabled: [Subscription(plugin="listener", key="all", patterns=("*",), handle=_fail)]):
        relay_some(alpha)
    _make_due(alpha)
    with use_provider(lambda _enabled: []):
        _, due = relay_some(alpha)
    assert 250 < due <= 300
    _make_due(alpha)

    relay_some(alpha)

    assert [number for _, _, number, _ in heard] == [1]


def _fail(_organization, _event):
    raise RuntimeError("no")


def test_handler_of_beta_is_called_in_beta_only(alpha, heard, listening):
    beta = organization_refs(slug="beta")[0]
    with tenant_scope(beta):
        Activation.objects.create(slug="listener", state="enabled")
        OutboxEvent.objects.all().delete()
    _emit(beta, 7)

    relay_some(alpha)
    assert heard == []
    relay_some(beta)

    assert [(slug, number) for slug, _, number, _ in heard] == [("beta", 7)]


def test_kernel_gives_the_handlers_of_enabled_plugins(alpha, heard):
    from platform_core.plugins.collection import Registrations
    from platform_core.plugins.loader import LoadedPlugin, use_registry
    from platform_core.plugins.manifest import Manifest

    spec = EventHandlerSpec(key="hear", event_type="sample.*", handler=lambda _ref, event: heard.append(event.type))
    plugin = LoadedPlugin(
        slug="listener",
        package="tenon_listener",
        manifest=Manifest(
            slug="listener",
            name="Listener",
            version="1",
            summary="s",
            author="a",
            license="MIT",
            hook_level=1,
            depends=(),
            api_prefixes=("listener",),
            default_enabled=False,
            permissions=(),
            data_classes=(),
            settings_schema=None,
            retention_days=30,
            blocking=(),
        ),
        depth=0,
        label=None,
        tables=(),
        implementations={},
        registrations=Registrations(event_handlers=(spec,)),
        patterns={},
    )
    _emit(alpha, 1)

    with use_registry(PluginRegistry(plugins={"listener": plugin})):
        assert subscriptions(frozenset()) == []
        relay_some(alpha)

    assert heard == ["sample.made"]


def _interested(heard, interest):
    return Subscription(
        plugin="listener",
        key="some",
        patterns=("sample.*",),
        handle=lambda _organization, event: heard.append(event.type),
        interest=interest,
    )


def test_nothing_is_kept_for_a_handler_of_what_it_does_not_want_now(alpha, heard):
    asked = []

    def interest(types):
        asked.append(types)
        return {"sample.made", "other.made"}

    _emit(alpha, 1, 2)
    _emit(alpha, 3, event_type="sample.changed")
    _emit(alpha, 4, event_type="other.made")
    with use_provider(lambda _enabled: [_interested(heard, interest)]):
        relay_some(alpha)
        relay_some(alpha)

    assert heard == ["sample.made"] * 2
    assert asked == [{"sample.made", "sample.changed"}]
    assert _deliveries(alpha) == [("delivered", 1)] * 2


@pytest.mark.parametrize("broken", [ZeroDivisionError("x"), "no list"])
def test_handler_whose_question_fails_gets_everything(alpha, broken):
    def wants(_types):
        if isinstance(broken, Exception):
            raise broken
        return [broken, 1]

    spec = EventHandlerSpec(key="hear", event_type="*", handler=lambda _ref, _event: None, wants=wants)
    with tenant_scope(alpha), transaction.atomic():
        types = frozenset({"sample.made", "other.made"})
        assert HookFacade(registry=PluginRegistry(plugins={})).wanted_events("listener", spec, types) == types
        assert OutboxEvent.objects.exists() is False


@pytest.mark.parametrize("statement", ["UPDATE {} SET action = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("table", ["events_auditentry", "tenants_globalauditentry"])
def test_audit_entries_cannot_be_changed(db, statement, table):
    from django.db import ProgrammingError, connection

    ref = organization_refs(slug="alpha")[0]
    scope = tenant_scope(ref) if table == "events_auditentry" else public_scope()
    with scope:
        assert (AuditEntry if table == "events_auditentry" else GlobalAuditEntry).objects.exists()
        with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format(table))


def test_relayed_events_are_forgotten_after_a_while_unless_a_handler_waits(alpha, heard, listening):
    _emit(alpha, 1, 2, 3)
    relay_some(alpha)
    with tenant_scope(alpha):
        first, second, third = OutboxEvent.objects.order_by("id")
        long_ago = timezone.now() - timedelta(days=15)
        OutboxEvent.objects.filter(pk__in=[first.pk, second.pk]).update(relayed_at=long_ago)
        EventDelivery.objects.filter(event=second).update(status="pending", next_attempt_at=timezone.now())
    _emit(alpha, 4)
    relay_some(alpha)

    with tenant_scope(alpha):
        kept = list(OutboxEvent.objects.order_by("id").values_list("payload__number", flat=True))
        assert not EventDelivery.objects.filter(event_id=first.pk).exists()
    assert (kept, third.payload["number"]) == ([2, 3, 4], 3)
