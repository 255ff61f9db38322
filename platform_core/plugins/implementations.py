"""Reading the hook implementations off one plugin object. Every plugin gets a pluggy manager of its own.

pluggy finds the marks and compares arguments with the specification; it isolates nothing (one failing implementation
ends the whole call), so calling is the facade's matter and no two plugins ever meet in one manager.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pluggy

from platform_core.plugins.errors import PluginRejectedError
from platform_core.plugins.hookspecs import HOOKS, NAMESPACE, Hooks, HookSpec

FORBIDDEN_OPTIONS = ("wrapper", "hookwrapper", "tryfirst", "trylast", "optionalhook", "specname")


@dataclass(frozen=True, slots=True, kw_only=True)
class Implementation:
    """One hook of one plugin.

    Attributes:
        spec: the hook.
        function: the bound method.
        arguments: names that it takes, a subset of the specification's.
    """

    spec: HookSpec
    function: Callable[..., Any]
    arguments: Sequence[str]


def read_implementations(plugin: object) -> dict[str, Implementation]:
    """Return hook name to implementation.

    Raises:
        PluginRejectedError: an unknown hook, a forbidden option, wrong arguments, a coroutine or generator, or a method
            that is named like a hook and not marked.
    """
    if isinstance(plugin, type):
        raise PluginRejectedError(f"the entry point names the class {plugin.__qualname__}; name an instance of it")
    manager = pluggy.PluginManager(NAMESPACE)
    manager.add_hookspecs(Hooks)
    for name in dir(plugin):
        _check_method(manager, plugin, name)
    try:
        manager.register(plugin)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise PluginRejectedError(_first_line(error)) from error
    found: dict[str, Implementation] = {}
    for name, spec in HOOKS.items():
        for impl in getattr(manager.hook, name).get_hookimpls():
            found[name] = Implementation(spec=spec, function=impl.function, arguments=tuple(impl.argnames))
    return found


def _check_method(manager: pluggy.PluginManager, plugin: object, name: str) -> None:
    options = manager.parse_hookimpl_opts(plugin, name)
    if options is None:
        if name in HOOKS and callable(getattr(plugin, name)):
            raise PluginRejectedError(f"method {name}() is named like a hook and not marked with @hookimpl")
        return
    if name not in HOOKS:
        raise PluginRejectedError(f"{name}() is no hook of level-1 plugins; known are {', '.join(HOOKS)}")
    for option in FORBIDDEN_OPTIONS:
        if options.get(option):
            raise PluginRejectedError(f"hook {name}() uses the option {option!r}, which plugins may not use")
    function = inspect.unwrap(getattr(plugin, name))
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise PluginRejectedError(f"hook {name}() is async; hooks are plain functions")
    if inspect.isgeneratorfunction(function):
        raise PluginRejectedError(f"hook {name}() is a generator; return a list")


def _first_line(error: Exception) -> str:
    """pluggy puts the plugin's repr and the useful sentence into one text of several lines."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    useful = [line for line in lines if not line.startswith(("Plugin ", "hookimpl definition:"))]
    return "; ".join(useful) or type(error).__name__
