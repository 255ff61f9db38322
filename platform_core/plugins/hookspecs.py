"""Every hook that a plugin may implement: specification, class, policy and time limits. Free of Django.

Classes: R register (once at boot, database forbidden), L lifecycle (in a job, in the transaction of the act),
V validate (in the request, in a savepoint), N narrow, P provide (a registered callable, looked up by its key:
exporters, stored queries, actions), E event (after commit, in a job). N has no hook yet. An implementation may accept
fewer arguments than specified, so arguments can be added without breaking plugins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Protocol

import pluggy

from platform_core.plugins.backend_registrations import (
    MLBackendSpec,
    MLPrediction,
    MLTraining,
    NavigationItem,
    StorageBackendSpec,
)
from platform_core.plugins.registrations import (
    DocumentPart,
    EventTypeSpec,
    ExporterSpec,
    ImporterSpec,
    LabelTag,
    ProjectTemplateSpec,
    RouteSpec,
    TaxonomySpec,
)
from platform_core.plugins.task_registrations import (
    StoredTaskQuery,
    TaskActionResult,
    TaskActionSpec,
    TaskColumnSpec,
    TaskQuerySourceSpec,
)
from platform_core.plugins.types import (
    AnnotationContext,
    EventHandlerSpec,
    Issue,
    Json,
    LabelConfigContext,
    PlanNote,
    TaskContext,
    TaskIssue,
)
from tenants.scope import OrganizationRef

NAMESPACE = "tenon"
HOOK_LEVEL = 1
# This level and the one before.
SUPPORTED_HOOK_LEVELS = frozenset({HOOK_LEVEL - 1, HOOK_LEVEL} - {0})

hookspec = pluggy.HookspecMarker(NAMESPACE)
hookimpl = pluggy.HookimplMarker(NAMESPACE)


class HookClass(StrEnum):
    """When a hook runs and what it may touch."""

    REGISTER = "R"
    LIFECYCLE = "L"
    VALIDATE = "V"
    NARROW = "N"
    PROVIDE = "P"
    EVENT = "E"


class ErrorPolicy(StrEnum):
    """What a failure means for the work at hand."""

    QUARANTINE = "quarantine"  # the plugin is taken out of the process
    RAISE = "raise"  # the act fails and rolls back
    OPEN = "open"  # the write passes with a warning, unless the manifest lists the hook under `blocking`


@dataclass(frozen=True, slots=True, kw_only=True)
class HookSpec:
    """Facts about one hook.

    Attributes:
        name: name of the method.
        hook_class: see `HookClass`.
        policy: see `ErrorPolicy`.
        item_type: type of each item of the returned sequence; None when nothing is returned.
        budget: seconds after which a call is logged as slow.
        limit: seconds after which a call is ended and counts as failed.
    """

    name: str
    hook_class: HookClass
    policy: ErrorPolicy
    item_type: type | None
    budget: float
    limit: float

    def returning(self, item_type: type) -> "HookSpec":
        """Return the same limits for a call whose items have another type."""
        return replace(self, item_type=item_type)


class Hooks(Protocol):
    """The specifications. Plugins never see this class; they mark methods with `@hookimpl`."""

    @hookspec
    def register_routes(self) -> Sequence[RouteSpec]:
        """Return the routes of the plugin. Class R, at boot; a wrong route quarantines the plugin."""

    @hookspec
    def register_importers(self) -> Sequence[ImporterSpec]:
        """Return the file formats that the plugin reads. Class R, at boot."""

    @hookspec
    def register_exporters(self) -> Sequence[ExporterSpec]:
        """Return the file formats that the plugin writes. Class R, at boot."""

    @hookspec
    def register_label_tags(self) -> Sequence[LabelTag]:
        """Return the label-config tags of the plugin (`TagSpec`). Class R, at boot; a name taken twice refuses both."""

    @hookspec
    def register_project_templates(self) -> Sequence[ProjectTemplateSpec]:
        """Return label configs offered at project creation. Class R, at boot."""

    @hookspec
    def register_taxonomies(self) -> Sequence[TaxonomySpec]:
        """Return the taxonomies that control tags may name as `slug:key@version`. Class R, at boot."""

    @hookspec
    def register_event_types(self) -> Sequence[EventTypeSpec]:
        """Return the kinds of events that the plugin emits, as `slug.key`. Class R, at boot."""

    @hookspec
    def register_document_parts(self) -> Sequence[DocumentPart]:
        """Return sections of the OpenAPI document beside the core's. Class R, at boot."""

    @hookspec
    def register_event_handlers(self) -> Sequence[EventHandlerSpec]:
        """Return callables bound to event types. Class R, at boot; the callables themselves run as class E."""

    @hookspec
    def register_task_columns(self) -> Sequence[TaskColumnSpec]:
        """Return columns of task lists that the plugin's tables give. Class R, at boot."""

    @hookspec
    def register_task_actions(self) -> Sequence[TaskActionSpec]:
        """Return what can be done to a selection of tasks. Class R, at boot; each action runs in a transaction."""

    @hookspec
    def register_task_query_sources(self) -> Sequence[TaskQuerySourceSpec]:
        """Return where lists of tasks find stored queries. Class R, at boot; looked up by key as class P."""

    @hookspec
    def register_ml_backends(self) -> Sequence[MLBackendSpec]:
        """Return models that predict, and may learn. Class R, at boot; asked by `slug.key` as class P."""

    @hookspec
    def register_storage_backends(self) -> Sequence[StorageBackendSpec]:
        """Return kinds of stores of objects. Class R, at boot; opened by `slug.key` as class P."""

    @hookspec
    def register_navigation(self) -> Sequence[NavigationItem]:
        """Return entries of the menu. Class R, at boot; each member sees those that they have the permission for."""

    @hookspec
    def plan_enable(
        self, organization: OrganizationRef, from_version: str | None, to_version: str
    ) -> Sequence[PlanNote]:
        """Return notes about enabling or upgrading; a `block` note forbids it.

        Class L, in the dry run and again before enabling. `from_version` is None where the plugin has never been.
        """

    @hookspec
    def after_enable(self, organization: OrganizationRef) -> None:
        """Load initial data. Class L, after the migrations, in their transaction; idempotent; a failure rolls back."""

    @hookspec
    def after_upgrade(self, organization: OrganizationRef, from_version: str, to_version: str) -> None:
        """Bring data up to the new version. Class L, after the migrations of the upgrade, in their transaction."""

    @hookspec
    def check_settings(
        self, organization: OrganizationRef, values: Mapping[str, Any], project_id: int | None
    ) -> Sequence[Issue]:
        """Try settings out before they are saved: reach a server, open a credential. Class P, when an admin asks.

        `values` fit the schema and hold the secrets; what is returned must not. `project_id` is None for the
        organization's own. Database writes are rolled back.
        """

    @hookspec
    def validate_label_config(self, context: LabelConfigContext) -> Sequence[Issue]:
        """Check a label config that is being saved. Class V, open."""

    @hookspec
    def validate_task(self, context: TaskContext, tasks: Sequence[Json]) -> Sequence[TaskIssue]:
        """Check a batch of task data. Class V, open. `tasks` must not be changed."""

    @hookspec
    def validate_annotation(self, context: AnnotationContext, result: list[Json]) -> Sequence[Issue]:
        """Check the result of an annotation. Class V, open. `result` is a copy."""


def _register(name: str, item_type: type) -> HookSpec:
    return HookSpec(
        name=name,
        hook_class=HookClass.REGISTER,
        policy=ErrorPolicy.QUARANTINE,
        item_type=item_type,
        budget=0.2,
        limit=10,
    )


def _lifecycle(name: str, item_type: type | None = None) -> HookSpec:
    return HookSpec(
        name=name, hook_class=HookClass.LIFECYCLE, policy=ErrorPolicy.RAISE, item_type=item_type, budget=30, limit=600
    )


def _validate(name: str, item_type: type, limit: float) -> HookSpec:
    # The budget only logs: a busy machine must not turn a slow check into a skipped one. The limit ends it.
    return HookSpec(
        name=name, hook_class=HookClass.VALIDATE, policy=ErrorPolicy.OPEN, item_type=item_type, budget=0.05, limit=limit
    )


# Asked for by an admin, who waits: time for a call to a server that does not answer.
CHECK_SETTINGS = HookSpec(
    name="check_settings",
    hook_class=HookClass.PROVIDE,
    policy=ErrorPolicy.RAISE,
    item_type=Issue,
    budget=5,
    limit=20,
)

HOOKS: Mapping[str, HookSpec] = MappingProxyType(
    {
        spec.name: spec
        for spec in (
            _register("register_routes", RouteSpec),
            _register("register_importers", ImporterSpec),
            _register("register_exporters", ExporterSpec),
            _register("register_label_tags", LabelTag),
            _register("register_project_templates", ProjectTemplateSpec),
            _register("register_taxonomies", TaxonomySpec),
            _register("register_event_types", EventTypeSpec),
            _register("register_document_parts", DocumentPart),
            _register("register_event_handlers", EventHandlerSpec),
            _register("register_task_columns", TaskColumnSpec),
            _register("register_task_actions", TaskActionSpec),
            _register("register_task_query_sources", TaskQuerySourceSpec),
            _register("register_ml_backends", MLBackendSpec),
            _register("register_storage_backends", StorageBackendSpec),
            _register("register_navigation", NavigationItem),
            _lifecycle("plan_enable", PlanNote),
            _lifecycle("after_enable"),
            _lifecycle("after_upgrade"),
            CHECK_SETTINGS,
            _validate("validate_label_config", Issue, 3),
            _validate("validate_task", TaskIssue, 10),
            _validate("validate_annotation", Issue, 3),
        )
    }
)

# Event handlers are registered callables and no hooks of their own; the facade runs them under this specification.
EVENT_HANDLER = HookSpec(
    name="event_handler", hook_class=HookClass.EVENT, policy=ErrorPolicy.RAISE, item_type=None, budget=5, limit=120
)

# Which events a handler wants now, asked before anything is kept for it.
EVENT_INTEREST = HookSpec(
    name="event_interest", hook_class=HookClass.EVENT, policy=ErrorPolicy.RAISE, item_type=str, budget=0.05, limit=3
)

# So do stored queries, where a list of tasks names one.
TASK_QUERY_SOURCE = HookSpec(
    name="task_query_source",
    hook_class=HookClass.PROVIDE,
    policy=ErrorPolicy.RAISE,
    item_type=StoredTaskQuery,
    budget=0.05,
    limit=3,
)

# And actions on tasks, in the request or in a job, inside the transaction of the act.
TASK_ACTION = HookSpec(
    name="task_action",
    hook_class=HookClass.PROVIDE,
    policy=ErrorPolicy.RAISE,
    item_type=TaskActionResult,
    budget=5,
    limit=600,
)

# Exporters are registered callables too; a job that converts a snapshot gives them the time that the job has.
EXPORTER = HookSpec(
    name="exporter", hook_class=HookClass.PROVIDE, policy=ErrorPolicy.RAISE, item_type=None, budget=60, limit=110
)


# So are models: one batch of predictions, one training, in a job unless the model says it is quick enough.
ML_PREDICT = HookSpec(
    name="ml_predict",
    hook_class=HookClass.PROVIDE,
    policy=ErrorPolicy.RAISE,
    item_type=MLPrediction,
    budget=1,
    limit=60,
)
ML_TRAIN = HookSpec(
    name="ml_train", hook_class=HookClass.PROVIDE, policy=ErrorPolicy.RAISE, item_type=MLTraining, budget=60, limit=3600
)

# And one call of a store: a page of a listing, a part of an object, a whole object written.
STORAGE_CALL = HookSpec(
    name="storage_call", hook_class=HookClass.PROVIDE, policy=ErrorPolicy.RAISE, item_type=None, budget=1, limit=110
)


_CALLABLES: Mapping[str, HookSpec] = MappingProxyType(
    {
        spec.name: spec
        for spec in (
            EVENT_HANDLER,
            TASK_QUERY_SOURCE,
            TASK_ACTION,
            EXPORTER,
            EVENT_INTEREST,
            ML_PREDICT,
            ML_TRAIN,
            STORAGE_CALL,
        )
    }
)


def hook_class_of(name: str) -> HookClass | None:
    """Return the class of a hook, or of a kind of registered callable, by its name; None for one of another level."""
    spec = HOOKS.get(name) or _CALLABLES.get(name)
    return spec.hook_class if spec is not None else None


def hook_names(hook_class: HookClass) -> tuple[str, ...]:
    """Return the names of the hooks of one class, in the order of the table."""
    return tuple(spec.name for spec in HOOKS.values() if spec.hook_class is hook_class)
