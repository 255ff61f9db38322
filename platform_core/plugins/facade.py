"""The only way in which hooks are called.

One implementation at a time, in order of dependency depth and slug, for enabled plugins only. A validator runs in a
savepoint with a statement time-out; if it fails, the write passes with a warning that carries an incident id, or is
refused where the plugin's manifest lists the hook under `blocking`.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction

from platform_core.api.errors import NotFoundError, PluginFailedError, TenonError
from platform_core.plugins.enabled import EnabledSet, current_enabled_set
from platform_core.plugins.errors import (
    HookResultError,
    PluginEventError,
    PluginEventSuspendedError,
    PluginLifecycleError,
)
from platform_core.plugins.hookspecs import EVENT_HANDLER, EVENT_INTEREST, HOOKS, TASK_ACTION, TASK_QUERY_SOURCE
from platform_core.plugins.implementations import Implementation
from platform_core.plugins.invocation import HookFailedError, HookSuspendedError, Invoker, record_failure
from platform_core.plugins.loader import LoadedPlugin, PluginRegistry, get_registry
from platform_core.plugins.task_registrations import (
    StoredTaskQuery,
    TaskActionCall,
    TaskActionResult,
    TaskActionSpec,
    TaskQuerySourceSpec,
)
from platform_core.plugins.types import (
    AnnotationContext,
    Event,
    EventHandlerSpec,
    Issue,
    Json,
    LabelConfigContext,
    PlanNote,
    TaskContext,
    TaskIssue,
)
from tenants.scope import OrganizationRef

T = TypeVar("T")
FAILED_CODE = "plugin_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect(Generic[T]):
    """One result item, and the plugin and the hook that it comes from."""

    plugin: str
    value: T
    hook: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookFacade:
    """Calls hooks of a registry's plugins.

    In validators `enabled` is the set of enabled slugs; None means that of `enabled_scope()`.
    """

    registry: PluginRegistry = field(default_factory=get_registry)
    invoker: Invoker = field(default_factory=Invoker)

    def validate_label_config(
        self, context: LabelConfigContext, *, enabled: EnabledSet | None = None
    ) -> list[Effect[Issue]]:
        """Ask every enabled plugin about a label config.

        Raises:
            PluginFailedError: a blocking validator failed.
        """
        return self._validate("validate_label_config", enabled, {"context": context})

    def validate_tasks(
        self, context: TaskContext, tasks: Sequence[Json], *, enabled: EnabledSet | None = None
    ) -> list[Effect[TaskIssue]]:
        """Ask every enabled plugin about a batch of task data; raises as `validate_label_config`."""
        effects = self._validate("validate_task", enabled, {"context": context, "tasks": tasks})
        return cast("list[Effect[TaskIssue]]", effects)

    def validate_annotation(
        self, context: AnnotationContext, result: list[Json], *, enabled: EnabledSet | None = None
    ) -> list[Effect[Issue]]:
        """Ask every enabled plugin about a result; raises as `validate_label_config`."""
        return self._validate("validate_annotation", enabled, {"context": context, "result": result})

    def plan_enable(
        self, slug: str, organization: OrganizationRef, *, from_version: str | None, to_version: str
    ) -> tuple[PlanNote, ...]:
        """Return one plugin's notes.

        Raises:
            PluginLifecycleError: the hook failed.
        """
        arguments = {"organization": organization, "from_version": from_version, "to_version": to_version}
        return self._lifecycle(slug, "plan_enable", arguments)

    def after_enable(self, slug: str, organization: OrganizationRef) -> None:
        """Let a plugin load its initial data; raises as `plan_enable`."""
        self._lifecycle(slug, "after_enable", {"organization": organization})

    def after_upgrade(self, slug: str, organization: OrganizationRef, *, from_version: str, to_version: str) -> None:
        """Let a plugin bring its data up to the new version; raises as `plan_enable`."""
        arguments = {"organization": organization, "from_version": from_version, "to_version": to_version}
        self._lifecycle(slug, "after_upgrade", arguments)

    def check_settings(
        self, slug: str, organization: OrganizationRef, *, values: Mapping[str, Any], project_id: int | None
    ) -> tuple[Issue, ...]:
        """Have a plugin try settings out; what it writes to the database is rolled back.

        Raises:
            NotFoundError: it does not check settings.
            PluginFailedError: it failed.
        """
        plugin = self.registry.plugins.get(slug)
        implementation = plugin.implementations.get("check_settings") if plugin is not None else None
        if implementation is None:
            raise NotFoundError(f'Plugin "{slug}" does not check its settings.')
        arguments = {"organization": organization, "values": copy.deepcopy(values), "project_id": project_id}
        try:
            with transaction.atomic():
                issues = self.invoker.invoke(slug, implementation, arguments)
                transaction.set_rollback(True)
        except HookFailedError as failure:
            raise PluginFailedError(
                f"Plugin {slug!r} failed to check its settings; incident {failure.incident_id}.", data=_facts(failure)
            ) from failure
        return issues

    def handle_event(self, slug: str, handler: EventHandlerSpec, organization: OrganizationRef, event: Event) -> None:
        """Run one event handler, in a job.

        Raises:
            PluginEventError: it failed; the job decides about another attempt.
        """
        try:
            self.invoker.measure(slug, EVENT_HANDLER, lambda: handler.handler(organization, event))
        except HookFailedError as failure:
            kind = PluginEventSuspendedError if isinstance(failure, HookSuspendedError) else PluginEventError
            raise kind(
                plugin=slug, handler=handler.key, incident_id=failure.incident_id, reason=failure.reason
            ) from failure

    def wanted_events(self, slug: str, handler: EventHandlerSpec, event_types: frozenset[str]) -> frozenset[str]:
        """Ask a handler which of several types of events it wants now; all of them if the question fails."""
        question = handler.wants
        if question is None:
            return event_types
        try:
            with statement_guard(EVENT_INTEREST.limit):
                return frozenset(self.invoker.measure(slug, EVENT_INTEREST, lambda: list(question(event_types))))
        except HookFailedError:
            return event_types
        except HookResultError as error:
            record_failure(slug, EVENT_INTEREST, str(error))
            return event_types

    def find_task_query(
        self, parameter: str, number: int, *, enabled: EnabledSet | None = None
    ) -> Effect[StoredTaskQuery] | None:
        """Ask the enabled plugin that serves a query parameter for a stored query; None when it has none.

        Raises:
            PluginFailedError: it failed, or more than one plugin serves the parameter.
        """
        chosen = current_enabled_set() if enabled is None else enabled
        sources = [
            (plugin.slug, source)
            for plugin in self.registry.enabled(chosen)
            for source in plugin.registrations.task_query_sources
            if source.key == parameter
        ]
        if len(sources) > 1:
            slugs = ", ".join(slug for slug, _ in sources)
            raise PluginFailedError(f"The parameter {parameter!r} is served by more than one plugin: {slugs}.")
        for slug, source in sources:
            found = self._provided(slug, source, number)
            if found:
                return Effect(plugin=slug, hook=TASK_QUERY_SOURCE.name, value=found[0])
        return None

    def _provided(self, slug: str, source: TaskQuerySourceSpec, number: int) -> tuple[StoredTaskQuery, ...]:
        def call() -> list[StoredTaskQuery]:
            found = source.find(number)
            return [] if found is None else [found]

        try:
            with statement_guard(TASK_QUERY_SOURCE.limit):
                return self.invoker.measure(slug, TASK_QUERY_SOURCE, call)
        except HookFailedError as failure:
            raise _refusal(failure) from failure

    def run_task_action(self, slug: str, spec: TaskActionSpec, call: TaskActionCall) -> TaskActionResult:
        """Run a plugin's action in the caller's transaction, which must be rolled back when this raises.

        Raises:
            TenonError: the action refused, for a reason that the user can put right.
            PluginFailedError: it failed.
        """
        refused: list[TenonError] = []

        def run() -> list[TaskActionResult]:
            try:
                return [spec.run(call)]
            except TenonError as error:
                refused.append(error)
                return []

        try:
            results = self.invoker.measure(slug, TASK_ACTION, run)
        except HookFailedError as failure:
            raise PluginFailedError(
                f"The action {spec.key!r} of plugin {slug!r} failed; incident {failure.incident_id}.",
                data=_facts(failure),
            ) from failure
        if refused:
            raise refused[0]
        result: TaskActionResult = results[0]
        return result

    def _lifecycle(self, slug: str, hook: str, arguments: Mapping[str, Any]) -> tuple[Any, ...]:
        plugin = self.registry.plugins.get(slug)
        implementation = plugin.implementations.get(hook) if plugin is not None else None
        if implementation is None:
            return ()
        try:
            return self.invoker.invoke(slug, implementation, arguments)
        except HookFailedError as failure:
            raise PluginLifecycleError(
                f"Plugin {slug!r} failed in {hook}; incident {failure.incident_id}.", data=_facts(failure)
            ) from failure

    def _validate(self, hook: str, enabled: EnabledSet | None, arguments: Mapping[str, Any]) -> list[Effect[Issue]]:
        slugs = current_enabled_set() if enabled is None else enabled
        self._refuse_absent_validators(hook, slugs)
        effects: list[Effect[Issue]] = []
        for plugin in self.registry.enabled(slugs):
            implementation = plugin.implementations.get(hook)
            if implementation is not None:
                items = self._validate_one(plugin, implementation, arguments)
                effects.extend(Effect(plugin=plugin.slug, hook=hook, value=item) for item in items)
        return effects

    def _validate_one(
        self, plugin: LoadedPlugin, implementation: Implementation, arguments: Mapping[str, Any]
    ) -> Sequence[Issue]:
        spec = implementation.spec
        if "result" in arguments:
            # A plugin may refuse a result, never change it. Batches of tasks are too big to copy for each plugin.
            arguments = {**arguments, "result": copy.deepcopy(arguments["result"])}
        try:
            with statement_guard(spec.limit):
                return self.invoker.invoke(plugin.slug, implementation, arguments)
        except HookFailedError as failure:
            return _outcome(plugin, failure)
        except HookResultError as error:
            return _outcome(plugin, record_failure(plugin.slug, spec, str(error)))

    def _refuse_absent_validators(self, hook: str, enabled: EnabledSet) -> None:
        """A blocking validator that cannot run because its plugin is quarantined refuses the write as well."""
        for slug in sorted(enabled):
            plugin = self.registry.quarantined.get(slug)
            if plugin is not None and plugin.manifest is not None and hook in plugin.manifest.blocking:
                raise _refusal(HookFailedError(plugin=slug, hook=hook, reason=f"is quarantined: {plugin.reason}"))


def _facts(failure: HookFailedError) -> dict[str, Any]:
    return {"plugin": failure.plugin, "hook": failure.hook, "incident_id": failure.incident_id}


def _refusal(failure: HookFailedError) -> PluginFailedError:
    return PluginFailedError(
        f"Plugin {failure.plugin!r} must check this and failed; incident {failure.incident_id}.", data=_facts(failure)
    )


def _warning(failure: HookFailedError) -> Issue:
    facts: dict[str, Any] = {
        "severity": "warning",
        "code": FAILED_CODE,
        "message": f"Plugin {failure.plugin!r} could not check this; incident {failure.incident_id}.",
        "incident_id": failure.incident_id,
    }
    return TaskIssue(**facts, index=None) if HOOKS[failure.hook].item_type is TaskIssue else Issue(**facts)


def _outcome(plugin: LoadedPlugin, failure: HookFailedError) -> list[Issue]:
    """Refuse the write where the manifest says so, else let it pass with a warning."""
    if failure.hook in plugin.manifest.blocking:
        raise _refusal(failure) from failure
    return [_warning(failure)]


@contextmanager
def statement_guard(seconds: float) -> Iterator[None]:
    """Give statements a time limit inside a savepoint, if there is a transaction; the old limit comes back.

    Raises whatever the block raises, after rolling back to the savepoint, which restores the limit too.

    Raises:
        HookResultError: the block swallowed a database error and left the transaction unusable.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if not connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout')")
            (previous,) = cursor.fetchone()
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{int(seconds * 1000)}ms"])
        yield
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [previous])
        except DatabaseError as error:
            raise HookResultError("left the transaction broken: it swallowed a database error") from error
