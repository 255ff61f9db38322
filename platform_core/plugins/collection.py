"""Asking one plugin what it registers, and checking the answers."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields
from typing import Any, cast

from django.db import connections

from platform_core.plugins.backend_registrations import MLBackendSpec, NavigationItem, StorageBackendSpec
from platform_core.plugins.errors import HookResultError, HookTimeoutError, PluginRejectedError
from platform_core.plugins.hookspecs import HookSpec
from platform_core.plugins.implementations import Implementation
from platform_core.plugins.registrations import (
    DocumentPart,
    EventTypeSpec,
    ExporterSpec,
    ImporterSpec,
    ProjectTemplateSpec,
    RouteSpec,
    TaxonomySpec,
)
from platform_core.plugins.task_registrations import TaskActionSpec, TaskColumnSpec, TaskQuerySourceSpec
from platform_core.plugins.types import EventHandlerSpec
from platform_core.projects.label_config import CORE_TAGS, TagRegistryError, TagSpec

# Sections of the OpenAPI document that are the core's to write.
CORE_SECTIONS = frozenset({"openapi", "info", "paths", "components", "servers", "security", "tags"})
KEY_PATTERN = re.compile(r"[a-z][a-z0-9_.-]{0,62}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registrations:
    """Everything that one plugin registered; the field of hook `register_x` is `x`."""

    routes: tuple[RouteSpec, ...] = ()
    importers: tuple[ImporterSpec, ...] = ()
    exporters: tuple[ExporterSpec, ...] = ()
    label_tags: tuple[TagSpec, ...] = ()
    project_templates: tuple[ProjectTemplateSpec, ...] = ()
    taxonomies: tuple[TaxonomySpec, ...] = ()
    event_types: tuple[EventTypeSpec, ...] = ()
    document_parts: tuple[DocumentPart, ...] = ()
    event_handlers: tuple[EventHandlerSpec, ...] = ()
    task_columns: tuple[TaskColumnSpec, ...] = ()
    task_actions: tuple[TaskActionSpec, ...] = ()
    task_query_sources: tuple[TaskQuerySourceSpec, ...] = ()
    ml_backends: tuple[MLBackendSpec, ...] = ()
    storage_backends: tuple[StorageBackendSpec, ...] = ()
    navigation: tuple[NavigationItem, ...] = ()


def collect(implementations: Mapping[str, Implementation], call: Callable[[Implementation], Any]) -> Registrations:
    """Call the register hooks of one plugin.

    Args:
        implementations: of the plugin.
        call: runs one implementation without arguments and lets its exception through.

    Raises:
        PluginRejectedError: a hook raised, used the database, or returned something wrong.
    """
    values: dict[str, tuple[Any, ...]] = {}
    for field in fields(Registrations):
        implementation = implementations.get(f"register_{field.name}")
        if implementation is None:
            continue
        try:
            with database_forbidden():
                values[field.name] = check_sequence(implementation.spec, call(implementation))
        except HookResultError as error:
            raise PluginRejectedError(str(error)) from error
        except (Exception, SystemExit, HookTimeoutError) as error:
            message = f"hook {implementation.spec.name}() raised {type(error).__name__}: {error}"
            raise PluginRejectedError(message) from error
        _check_keys(implementation.spec, values[field.name])
    _check_tags(values.get("label_tags", ()))
    for part in values.get("document_parts", ()):
        if part.key in CORE_SECTIONS:
            raise PluginRejectedError(f"hook register_document_parts(): the section {part.key!r} is the core's")
    return Registrations(**cast("dict[str, Any]", values))


def check_sequence(spec: HookSpec, value: object) -> tuple[Any, ...]:
    """Return the items of a hook's result.

    Raises:
        HookResultError: it is no list or tuple, or an item has another type. None is refused too: a validator that
            forgets its `return` must not pass everything in silence.
    """
    if spec.item_type is None:
        if value is not None:
            raise HookResultError(f"hook {spec.name}() returned {type(value).__name__}; it must return nothing")
        return ()
    wanted = spec.item_type.__name__
    if not isinstance(value, list | tuple):
        raise HookResultError(f"hook {spec.name}() returned {type(value).__name__}; return a list of {wanted}")
    for index, item in enumerate(value):
        if not isinstance(item, spec.item_type):
            raise HookResultError(f"hook {spec.name}() returned {type(item).__name__} at {index}; it must be {wanted}")
    return tuple(value)


def _check_keys(spec: HookSpec, items: Sequence[Any]) -> None:
    """Keys are parts of addresses (`slug.key`); a taxonomy may repeat its key with another version."""
    seen: set[tuple[str, str]] = set()
    for item in items:
        key = getattr(item, "key", None)
        if key is None:
            continue
        if not isinstance(key, str) or not KEY_PATTERN.fullmatch(key):
            raise PluginRejectedError(f"hook {spec.name}(): key {key!r} must match {KEY_PATTERN.pattern}")
        identity = (key, getattr(item, "version", ""))
        if identity in seen:
            raise PluginRejectedError(f"hook {spec.name}(): key {key!r} is given twice")
        seen.add(identity)


def _check_tags(tags: Sequence[Any]) -> None:
    """The specification sees a tag's name only, so that settings need not import the labelling language."""
    for tag in tags:
        if not isinstance(tag, TagSpec):
            raise PluginRejectedError(f"hook register_label_tags() returned {type(tag).__name__}; it must be TagSpec")
    try:
        CORE_TAGS.extended_with(tags)
    except TagRegistryError as error:
        raise PluginRejectedError(f"hook register_label_tags(): {error}") from error


@contextmanager
def database_forbidden() -> Iterator[None]:
    """Refuse every statement in the block: registering happens once a process, for no organization."""

    def refuse(*_: Any) -> None:
        raise RuntimeError("register hooks must not use the database")

    with ExitStack() as stack:
        for connection in connections.all():
            stack.enter_context(connection.execute_wrapper(refuse))
        yield
