"""Rules TP801 to TP804 and TP807: every hook is made to fail, and the core must do what the policy says."""

import dataclasses
import fnmatch
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from django.db import DatabaseError, connection, transaction

from platform_core.conformance.behaviour.lifecycle import tables_of
from platform_core.conformance.behaviour.machines import answers_of_machines
from platform_core.conformance.behaviour.stage import Stage, forget, read
from platform_core.conformance.behaviour.walls import action_call, action_outcome
from platform_core.conformance.behaviour.world import CONFIG, World, result_of
from platform_core.events.models import EventDelivery, OutboxEvent
from platform_core.events.relay import relay_some
from platform_core.plugins.collection import Registrations, collect
from platform_core.plugins.errors import PluginRejectedError
from platform_core.plugins.hookspecs import HookClass
from platform_core.plugins.loader import LoadedPlugin, get_registry, use_registry
from platform_core.plugins.models import Activation
from tenants.scope import tenant_scope

# Long enough for a call on a busy machine, short enough to be waited for.
LIMIT: Final = 0.05
FAILED: Final = "plugin_failed"


class InjectedError(RuntimeError):
    """Raised into the plugin's place."""


def _raise(*_words: Any, **_more: Any) -> Any:
    raise InjectedError("injected by the proof")


def _nonsense(*_words: Any, **_more: Any) -> Any:
    return 12


def _sleep(*_words: Any, **_more: Any) -> Any:
    time.sleep(2 * LIMIT)
    return []


def _break(*_words: Any, **_more: Any) -> Any:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
    except DatabaseError:
        pass  # as careless code does: the transaction is left unusable
    return []


def _exit(*_words: Any, **_more: Any) -> Any:
    raise SystemExit(3)


FAULTS: Final[Mapping[str, Callable[..., Any]]] = {
    "raises": _raise,
    "returns nonsense": _nonsense,
    "sleeps": _sleep,
    "breaks the transaction": _break,
    "exits": _exit,
}


@contextmanager
def _with(stage: Stage, plugin: LoadedPlugin) -> Iterator[None]:
    """Put a changed plugin into the registry of this process."""
    registry = get_registry()
    plugins = {**registry.plugins, stage.plugin.slug: plugin}
    forget()
    with use_registry(dataclasses.replace(registry, plugins=plugins)):
        yield
    forget()


def _with_hook(plugin: LoadedPlugin, hook: str, fault: str) -> LoadedPlugin:
    """Return the plugin with one hook failing."""
    implementation = plugin.implementations[hook]
    spec = dataclasses.replace(implementation.spec, limit=LIMIT) if fault == "sleeps" else implementation.spec
    failing = dataclasses.replace(implementation, function=FAULTS[fault], spec=spec)
    return dataclasses.replace(plugin, implementations={**plugin.implementations, hook: failing})


def every_hook_may_fail(stage: Stage) -> None:
    """Inject each fault into each hook."""
    _validators(stage)
    _registering(stage)
    _handlers(stage)
    _provided(stage)
    _lifecycle(stage)


def _requests(world: World) -> dict[str, Callable[[], Any]]:
    client, objects = world.client(world.owner), world.objects
    project = {"title": "fault", "label_config": CONFIG.format(mark="fault")}
    annotation = {"result": result_of(world)}
    return {
        "validate_label_config": lambda: client.post("/api/projects/", project),
        "validate_task": lambda: client.post(
            f"/api/projects/{objects['project']}/import", [{"text": "fault"}], format="json"
        ),
        "validate_annotation": lambda: client.post(f"/api/tasks/{objects['task']}/annotations/", annotation),
    }


def _validators(stage: Stage) -> None:
    plugin, world = stage.plugin, stage.called
    requests = _requests(world)
    implemented = [hook for hook in requests if hook in plugin.implementations]
    if not implemented:
        stage.skip("TP801", "the plugin validates nothing")
    for hook in implemented:
        blocking = hook in plugin.manifest.blocking
        for fault in FAULTS:
            with _with(stage, _with_hook(plugin, hook, fault)), transaction.atomic():
                answer = requests[hook]()
                transaction.set_rollback(True)
            where = f"{hook}() that {fault}"
            said = read(answer).decode(errors="replace")
            if blocking:
                holds = answer.status_code == 400 and FAILED in said
                message = f"is declared blocking, and the write is answered by {answer.status_code}: {said[:150]}"
            else:
                holds = answer.status_code in (200, 201)
                message = f"is not declared blocking, and the write is answered by {answer.status_code}: {said[:150]}"
            stage.check("TP801", where, holds, message)
            _connection_is_whole(stage, where, world)


def _connection_is_whole(stage: Stage, where: str, world: World) -> None:
    with tenant_scope(world.organization), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout'), current_schema()")
        limit, schema = cursor.fetchone()
    stage.check("TP801", where, limit == "0", f"leaves a statement time-out of {limit} behind")
    stage.check("TP801", where, schema == world.organization.schema, f"leaves the path at {schema}")


def _registering(stage: Stage) -> None:
    hooks = [item for item in stage.plugin.implementations.values() if item.spec.hook_class is HookClass.REGISTER]
    if not hooks:
        stage.skip("TP807", "the plugin registers nothing")
    for item in hooks:
        for fault in ("raises", "returns nonsense", "exits"):
            failing = dataclasses.replace(item, function=FAULTS[fault])
            try:
                collect({item.spec.name: failing}, lambda one: one.function())
                refused = False
            except PluginRejectedError:
                refused = True
            stage.check("TP807", f"{item.spec.name}() that {fault}", refused, "is taken for a registration")


def _handlers(stage: Stage) -> None:
    plugin, world = stage.plugin, stage.called
    handlers = plugin.registrations.event_handlers
    if not handlers:
        stage.skip("TP803", "the plugin hears of no events")
        return
    requests = _requests(world)
    for fault in ("raises", "exits"):
        failing = tuple(dataclasses.replace(item, handler=FAULTS[fault]) for item in handlers)
        stage.settle(world)
        with _with(stage, _with_registrations(plugin, event_handlers=failing)):
            for answer in (requests["validate_label_config"](), requests["validate_annotation"]()):
                message = f"the writer is answered by {answer.status_code}"
                stage.check("TP803", f"handlers that each {fault}", answer.status_code == 201, message)
            _relayed(stage, world, fault)


def _relayed(stage: Stage, world: World, fault: str) -> None:
    where = f"handlers that each {fault}"
    with tenant_scope(world.organization):
        emitted = set(OutboxEvent.objects.filter(relayed_at=None).values_list("type", flat=True))
    try:
        for _ in range(10):
            if not relay_some(world.organization)[0]:
                break
    except (Exception, SystemExit) as error:  # noqa: BLE001  whatever comes through is the finding
        stage.find("TP803", where, f"end the relay: {type(error).__name__}: {error}")
    with tenant_scope(world.organization):
        waiting = EventDelivery.objects.filter(plugin=stage.plugin.slug, status="pending").exclude(error="")
        patterns = [item.event_type for item in stage.plugin.registrations.event_handlers]
        wanted = any(fnmatch.fnmatchcase(name, pattern) for name in emitted for pattern in patterns)
        stage.check("TP803", where, waiting.exists() or not wanted, "leave no delivery that is tried again")
        EventDelivery.objects.filter(plugin=stage.plugin.slug, status="pending").delete()


def _with_registrations(plugin: LoadedPlugin, **changed: Any) -> LoadedPlugin:
    registrations: Registrations = dataclasses.replace(plugin.registrations, **changed)
    return dataclasses.replace(plugin, registrations=registrations)


def _provided(stage: Stage) -> None:
    world, registrations = stage.called, stage.plugin.registrations
    provided = ("exporters", "task_query_sources", "task_actions", "ml_backends", "storage_backends")
    if not any(getattr(registrations, name) for name in provided):
        stage.skip("TP804", "the plugin provides nothing that is looked up by key")
        return
    client, project = world.client(world.owner), world.objects["project"]
    for spec in registrations.exporters[:1]:
        failing = _with_registrations(stage.plugin, exporters=(dataclasses.replace(spec, write=_raise, suits=None),))
        with _with(stage, failing):
            name = f"{stage.plugin.slug}.{spec.key}"
            answer = client.get(f"/api/projects/{project}/export?export_type={name}&download_all_tasks=1")
            _is_typed(stage, f"exporter {spec.key} that raises", answer.status_code, read(answer).decode())
    for source in registrations.task_query_sources:
        failing = _with_registrations(stage.plugin, task_query_sources=(dataclasses.replace(source, find=_raise),))
        with _with(stage, failing):
            answer = client.get(f"/api/tasks/?{source.key}=1")
            _is_typed(stage, f"query source {source.key} that raises", answer.status_code, read(answer).decode())
    for action in registrations.task_actions[:1]:
        with tenant_scope(world.organization), transaction.atomic():
            said = action_outcome(stage, dataclasses.replace(action, run=_raise), action_call(world))
            transaction.set_rollback(True)
        _is_typed(stage, f"action {action.key} that raises", 400, said)
    _machines(stage)


def _machines(stage: Stage) -> None:
    """Let each model fail; stores are opened with options of their own, which nobody can guess."""
    backends = stage.plugin.registrations.ml_backends
    if not backends:
        return
    failing = tuple(
        dataclasses.replace(item, predict=_raise, train=_raise if item.train else None) for item in backends
    )
    with _with(stage, _with_registrations(stage.plugin, ml_backends=failing)):
        for where, text in answers_of_machines(stage, stage.called):
            if not where.startswith("store"):
                _is_typed(stage, f"{where} that raises", 400, text)


def _is_typed(stage: Stage, where: str, status: int, said: str) -> None:
    message = f"is answered by {status}: {said[:150]}"
    stage.check("TP804", where, status == 400 and FAILED in said and InjectedError.__name__ not in said, message)


def _lifecycle(stage: Stage) -> None:
    """Fail to enable, in the organization that has the plugin not: nothing may be left."""
    world, slug = stage.off, stage.plugin.slug
    hooks = [name for name in ("plan_enable", "after_enable") if name in stage.plugin.implementations]
    if not hooks:
        stage.skip("TP802", "the plugin has no lifecycle hooks")
        return
    for other in stage.depends:
        stage.enable(world, other)
    for hook in hooks:
        for fault in ("raises", "returns nonsense", "exits"):
            with _with(stage, _with_hook(stage.plugin, hook, fault)):
                answer = stage.enable(world)
            where = f"{hook}() that {fault}"
            status = answer.status_code
            stage.check("TP802", where, status < 500, f"is answered by {status}")
            with tenant_scope(world.organization):
                enabled = Activation.objects.filter(slug=slug, state="enabled").exists()
            stage.check("TP802", where, not enabled, "leaves the plugin enabled")
            left = sorted(tables_of(stage, world))
            stage.check("TP802", where, not left, f"leaves the tables {', '.join(left)}")
    answer = stage.enable(world)
    message = f"is answered by {answer.status_code}: {answer.content.decode(errors='replace')[:200]}"
    stage.check("TP802", "enabling after the failures", answer.status_code == 200, message)
