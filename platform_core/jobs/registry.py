"""The functions that may run as jobs. A row or a Redis message names one; nothing that is not here ever runs."""

import importlib
import logging
import math
from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.apps import apps
from django.conf import settings
from django.utils.module_loading import module_has_submodule

from platform_core.jobs.errors import JobRefusedError
from platform_core.jobs.types import QUEUE_TIMEOUTS, QUEUES, JobDefinition, JobFunction, JobScope

Function = TypeVar("Function", bound=JobFunction)
logger = logging.getLogger(__name__)

_definitions: Final[dict[str, JobDefinition]] = {}
_loaded: Final[set[str]] = set()


def job(
    *,
    queue: str = "default",
    timeout: int | None = None,
    max_attempts: int = 3,
    scope: JobScope = "organization",
    plugin: str | None = None,
) -> Callable[[Function], Function]:
    """Register a function of a module as a job; it is called with a `JobContext` first and must be idempotent.

    Args:
        queue: critical, high, default or low.
        timeout: seconds one attempt may take; None is the queue's (180, low 10 hours).
        max_attempts: attempts at most.
        scope: `global` for work without an organization.
        plugin: slug of the plugin whose job it is; None finds it by the function's app. Its jobs run only where the
            plugin is enabled.
    """

    def register(function: Function) -> Function:
        path = path_of(function)
        if "<" in path:
            raise JobRefusedError(f"{path} is not a function of a module, so a worker could not find it")
        if queue not in QUEUES:
            raise JobRefusedError(f"{path}: queue is one of {', '.join(QUEUES)}, not {queue!r}")
        _definitions[path] = JobDefinition(
            path=path,
            function=function,
            queue=queue,
            timeout_seconds=timeout or QUEUE_TIMEOUTS[queue],
            max_attempts=max_attempts,
            scope=scope,
            plugin=plugin if plugin is not None else _plugin_of(function.__module__),
        )
        return function

    return register


def path_of(function: JobFunction) -> str:
    """Return the name under which a function is registered."""
    return f"{function.__module__}.{function.__qualname__}"


def definition_of(function: JobFunction) -> JobDefinition:
    """Return the definition of a registered function.

    Raises:
        JobRefusedError: it is not registered.
    """
    definition = _definitions.get(path_of(function))
    if definition is None or definition.function is not function:
        raise JobRefusedError(f"{path_of(function)} is not a job: decorate it with platform_core.jobs.registry.job")
    return definition


def find_definition(path: str) -> JobDefinition | None:
    """Return the definition with this path, or None. Nothing is imported by this name."""
    load_job_modules()
    return _definitions.get(path)


def registered_jobs() -> tuple[JobDefinition, ...]:
    """Return every job of this process, sorted by path; `load_job_modules` brings them all."""
    return tuple(_definitions[path] for path in sorted(_definitions))


def load_job_modules() -> None:
    """Import `<app>.jobs` of every installed app, and the modules of TENON_JOB_MODULES, once.

    A plugin whose module fails is logged and has no jobs; one of the core's that fails stops the worker.
    """
    for config in apps.get_app_configs():
        if config.name not in _loaded and config.module is not None and module_has_submodule(config.module, "jobs"):
            _load(f"{config.name}.jobs", guarded=config.name in settings.PLUGIN_APPS)
        _loaded.add(config.name)
    for name in settings.TENON_JOB_MODULES:
        if name not in _loaded:
            _load(name, guarded=False)
            _loaded.add(name)


def _load(name: str, *, guarded: bool) -> None:
    try:
        importlib.import_module(name)
    except Exception:
        if not guarded:
            raise
        logger.exception("Jobs of %s are not available", name)


def _plugin_of(module: str) -> str:
    """Return the label of the plugin app that holds a module; empty for the core."""
    for name in settings.PLUGIN_APPS:
        if module == name or module.startswith(f"{name}."):
            return next((config.label for config in apps.app_configs.values() if config.name == name), name)
    return ""


MAX_ARGUMENT_NODES: Final = 10_000


def check_arguments(value: Any) -> None:
    """Accept JSON values only: ids and small facts, never instances.

    Raises:
        JobRefusedError: another type, a number that JSON lacks, a NUL character, or more than 10,000 values.
    """
    pending, seen = [value], 0
    while pending:
        item = pending.pop()
        seen += 1
        if seen > MAX_ARGUMENT_NODES:
            raise JobRefusedError("A job takes ids, not data: store the data and pass its id")
        _check_leaf(item)
        if isinstance(item, dict):
            pending.extend(item)
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)


def _check_leaf(item: Any) -> None:
    if isinstance(item, dict):
        if not all(isinstance(key, str) for key in item):
            raise JobRefusedError("Keys of job arguments are texts")
    elif isinstance(item, str):
        if "\x00" in item:
            raise JobRefusedError("Job arguments must not contain NUL characters")
    elif isinstance(item, float):
        if not math.isfinite(item):
            raise JobRefusedError(f"JSON has no {item}")
    elif item is not None and not isinstance(item, list | bool | int):
        raise JobRefusedError(f"A job takes JSON values, such as ids; this is {type(item).__name__}")
