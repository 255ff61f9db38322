import logging
import time
import uuid
from datetime import UTC, datetime

import pluggy
import pytest
from django.db import DatabaseError, connection, transaction

from platform_core.api.errors import ConflictError, PluginFailedError
from platform_core.plugins.enabled import NoEnabledSetError, enabled_scope
from platform_core.plugins.errors import PluginEventError, PluginLifecycleError
from platform_core.plugins.facade import HookFacade
from platform_core.plugins.hookspecs import HOOKS
from platform_core.plugins.invocation import Invoker
from platform_core.plugins.loader import PluginRegistry, QuarantinedPlugin
from platform_core.plugins.task_registrations import (
    StoredTaskQuery,
    TaskActionResult,
    TaskActionSpec,
    TaskQuerySourceSpec,
)
from platform_core.plugins.types import (
    AnnotationContext,
    Event,
    EventHandlerSpec,
    Issue,
    PlanNote,
    TaskContext,
    TaskIssue,
)
from platform_core.plugins.watchdog import Watchdog
from tenants.scope import OrganizationRef
from tests.support.loaded_plugins import loaded as loaded_plugin
from tests.support.loaded_plugins import manifest

ORGANIZATION = OrganizationRef(id=1, slug="aero", schema="o_1")
CONTEXT = AnnotationContext(organization=ORGANIZATION, project_id=1, task_id=2, bindings={})
ISSUE = Issue(severity="error", code="V-1", message="Wrong.")


def loaded(slug, *, blocking=(), **hooks):
    return loaded_plugin(slug, says={"blocking": blocking}, **hooks)


def facade(*plugins, recycle=None, **registry):
    watchdog = Watchdog(grace=0.2, recycle=recycle or (lambda culprit: None))
    found = PluginRegistry(plugins={plugin.slug: plugin for plugin in plugins}, **registry)
    return HookFacade(registry=found, invoker=Invoker(watchdog=watchdog))


def everything(*slugs):
    return frozenset(slugs)


def raise_key_error(self):
    raise KeyError("secret detail")


def test_issues_carry_the_slug_in_registry_order():
    calls = facade(
        loaded("zulu", validate_annotation=lambda self: [ISSUE]),
        loaded("alpha", depth=1, validate_annotation=lambda self, result: (ISSUE,) * len(result)),
    )
    effects = calls.validate_annotation(CONTEXT, [{}, {}], enabled=everything("alpha", "zulu"))

    assert [(effect.plugin, effect.value) for effect in effects] == [
        ("zulu", ISSUE),
        ("alpha", ISSUE),
        ("alpha", ISSUE),
    ]


def test_plugins_that_are_off_are_not_called():
    calls = facade(
        loaded("one", validate_annotation=raise_key_error), loaded("two", validate_annotation=lambda self: [])
    )

    assert calls.validate_annotation(CONTEXT, [], enabled=everything("two")) == []


def test_enabled_set_comes_from_the_scope_and_its_absence_is_an_error():
    calls = facade(loaded("one", validate_annotation=lambda self: [ISSUE]))
    with enabled_scope(lambda: everything("one")):
        assert len(calls.validate_annotation(CONTEXT, [])) == 1
    with enabled_scope(everything()):
        assert calls.validate_annotation(CONTEXT, []) == []
    with pytest.raises(NoEnabledSetError):
        calls.validate_annotation(CONTEXT, [])


@pytest.mark.parametrize(
    "validator",
    [
        raise_key_error,
        lambda self: None,
        lambda self: ["wrong"],
        lambda self: (_ for _ in ()),
        lambda self: exit(3),
    ],
)
def test_failed_validator_lets_the_write_pass_with_a_warning_and_others_still_run(validator, caplog):
    calls = facade(
        loaded("bad", validate_annotation=validator), loaded("good", validate_annotation=lambda self: [ISSUE])
    )
    with caplog.at_level(logging.ERROR):
        warning, issue = calls.validate_annotation(CONTEXT, [], enabled=everything("bad", "good"))

    assert (warning.plugin, warning.value.severity, warning.value.code) == ("bad", "warning", "plugin_failed")
    assert "secret detail" not in warning.value.message
    assert issue.value == ISSUE
    (record,) = caplog.records
    assert (record.plugin, record.hook, record.incident_id) == ("bad", "validate_annotation", warning.value.incident_id)
    assert warning.value.incident_id in warning.value.message


def test_failed_blocking_validator_refuses_the_write():
    calls = facade(loaded("bad", validate_annotation=raise_key_error, blocking=("validate_annotation",)))
    with pytest.raises(PluginFailedError) as caught:
        calls.validate_annotation(CONTEXT, [], enabled=everything("bad"))

    assert caught.value.status_code == 400
    assert (caught.value.data["plugin"], caught.value.data["hook"]) == ("bad", "validate_annotation")
    assert caught.value.data["incident_id"] in caught.value.detail
    assert "secret" not in caught.value.detail


def test_blocking_validator_of_a_quarantined_plugin_refuses_the_write_where_it_is_enabled():
    gone = QuarantinedPlugin(slug="gone", reason="import", manifest=manifest("gone", blocking=("validate_annotation",)))
    calls = facade(quarantined={"gone": gone})
    with pytest.raises(PluginFailedError):
        calls.validate_annotation(CONTEXT, [], enabled=everything("gone"))

    assert calls.validate_annotation(CONTEXT, [], enabled=everything("other")) == []


def test_hanging_validator_is_ended(monkeypatch):
    def hang(self):
        while True:
            pass

    plugin = loaded("slow", validate_annotation=hang)
    short = type(HOOKS["validate_annotation"])(
        name="validate_annotation", hook_class="V", policy="open", item_type=Issue, budget=0.05, limit=0.2
    )
    implementation = plugin.implementations["validate_annotation"]
    hurried = type(implementation)(spec=short, function=implementation.function, arguments=implementation.arguments)
    monkeypatch.setitem(plugin.implementations, "validate_annotation", hurried)
    started = time.monotonic()
    (warning,) = facade(plugin).validate_annotation(CONTEXT, [], enabled=everything("slow"))

    assert warning.value.code == "plugin_failed"
    assert time.monotonic() - started < 20


def test_validator_cannot_change_the_result():
    def forge(self, result):
        result[0]["value"]["choices"] = ["forged"]
        return []

    result = [{"value": {"choices": ["true"]}}]
    facade(loaded("forger", validate_annotation=forge)).validate_annotation(
        CONTEXT, result, enabled=everything("forger")
    )

    assert result == [{"value": {"choices": ["true"]}}]


def test_failed_task_validator_gives_a_task_issue_of_the_whole_batch():
    context = TaskContext(organization=ORGANIZATION, project_id=1, parsed={})
    calls = facade(
        loaded("bad", validate_task=raise_key_error),
        loaded("good", validate_task=lambda self, tasks: [TaskIssue(severity="error", code="T", message="m", index=1)]),
    )
    effects = calls.validate_tasks(context, [{}, {}], enabled=everything("bad", "good"))

    assert [(effect.plugin, effect.value.index) for effect in effects] == [("bad", None), ("good", 1)]


def test_missing_argument_is_our_mistake_and_not_caught():
    plugin = loaded("one", validate_annotation=lambda self, result: [])
    with pytest.raises(pluggy.HookCallError, match="result"):
        facade(plugin).invoker.invoke("one", plugin.implementations["validate_annotation"], {})


def test_keyboard_interrupt_is_not_caught():
    def interrupt(self):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        facade(loaded("one", validate_annotation=interrupt)).validate_annotation(CONTEXT, [], enabled=everything("one"))


def test_lifecycle_hooks_go_to_one_plugin_and_their_failure_is_typed():
    seen = []
    calls = facade(
        loaded("good", after_enable=lambda self, organization: seen.append(organization)),
        loaded("bad", after_enable=raise_key_error, plan_enable=lambda self: [PlanNote(level="warn", message="m")]),
    )
    calls.after_enable("good", ORGANIZATION)
    calls.after_enable("not_loaded", ORGANIZATION)

    assert seen == [ORGANIZATION]
    assert calls.plan_enable("bad", ORGANIZATION, from_version=None, to_version="1.0")[0].level == "warn"
    with pytest.raises(PluginLifecycleError) as caught:
        calls.after_enable("bad", ORGANIZATION)
    assert (caught.value.data["plugin"], caught.value.data["hook"]) == ("bad", "after_enable")


def test_event_handler_failure_names_plugin_and_handler():
    def fail(organization, event):
        raise RuntimeError("down")

    handler = EventHandlerSpec(key="notify", event_type="annotation.*", handler=fail)
    event = Event(id=uuid.uuid4(), type="annotation.created", payload={}, occurred_at=datetime.now(UTC))
    with pytest.raises(PluginEventError) as caught:
        facade().handle_event("mailer", handler, ORGANIZATION, event)

    assert (caught.value.plugin, caught.value.handler) == ("mailer", "notify")


def stored_query(number):
    return StoredTaskQuery(project_id=number, parts={"filters": number}) if number < 100 else None


def serving(slug, find, *, key="view", **more):
    source = TaskQuerySourceSpec(key=key, find=find)
    return loaded(slug, register_task_query_sources=lambda self: [source], **more)


@pytest.mark.django_db
def test_stored_query_comes_from_the_enabled_plugin_that_serves_the_parameter():
    calls = facade(serving("one", stored_query), serving("two", raise_key_error, key="tab"))

    found = calls.find_task_query("view", 7, enabled=everything("one", "two"))

    assert (found.plugin, found.value) == ("one", stored_query(7))
    assert calls.find_task_query("view", 100, enabled=everything("one", "two")) is None
    assert calls.find_task_query("view", 7, enabled=everything("two")) is None
    assert calls.find_task_query("filter", 7, enabled=everything("one", "two")) is None


def test_parameter_that_two_plugins_serve_is_refused_where_both_are_enabled():
    calls = facade(serving("one", raise_key_error), serving("two", raise_key_error))

    with pytest.raises(PluginFailedError, match="'view' is served by more than one plugin: one, two"):
        calls.find_task_query("view", 7, enabled=everything("one", "two"))


@pytest.mark.django_db
def test_failing_source_of_stored_queries_is_named_and_hides_its_reason(caplog):
    calls = facade(serving("one", raise_key_error))

    with pytest.raises(PluginFailedError) as refused:
        calls.find_task_query("view", 7, enabled=everything("one"))

    assert refused.value.data["plugin"] == "one"
    assert "secret detail" not in f"{refused.value.detail} {refused.value.data}"
    assert "secret detail" in caplog.text


def action(run):
    return TaskActionSpec(key="close", title="Close", order=1, permissions=("tasks.change",), question="?", run=run)


def refuse(call):
    raise ConflictError("There is nothing to close.")


def test_action_answers_refuses_or_fails_by_name(caplog):
    calls = facade(loaded("one"))
    done = TaskActionResult(processed=3)

    assert calls.run_task_action("one", action(lambda call: done), None) is done
    with pytest.raises(ConflictError, match="nothing to close"):
        calls.run_task_action("one", action(refuse), None)
    assert not caplog.records
    with pytest.raises(PluginFailedError, match="The action 'close' of plugin 'one' failed; incident") as failed:
        calls.run_task_action("one", action(raise_key_error), None)
    assert (failed.value.data["plugin"], failed.value.data["hook"]) == ("one", "task_action")
    assert "secret detail" not in f"{failed.value.detail} {failed.value.data}"


def statement_timeout():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_validator_runs_in_a_savepoint_with_a_statement_timeout_that_is_restored():
    inside = []

    def look(self):
        inside.append(statement_timeout())
        return []

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '41s'")
    facade(loaded("one", validate_annotation=look)).validate_annotation(CONTEXT, [], enabled=everything("one"))

    assert inside == ["3s"]
    assert statement_timeout() == "41s"


def swallow_error(self):
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
    except DatabaseError:
        return []


def break_in_atomic(self):
    try:
        with transaction.atomic(savepoint=False), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
    except DatabaseError:
        return []


def write_and_raise(self):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE left_behind (id int)")
    raise RuntimeError


@pytest.mark.django_db
@pytest.mark.parametrize("validator", [swallow_error, break_in_atomic, write_and_raise])
def test_validator_that_breaks_the_transaction_harms_nothing(validator):
    before = statement_timeout()
    (warning,) = facade(loaded("bad", validate_annotation=validator)).validate_annotation(
        CONTEXT, [], enabled=everything("bad")
    )

    assert warning.value.code == "plugin_failed"
    assert statement_timeout() == before
    assert "left_behind" not in connection.introspection.table_names()
