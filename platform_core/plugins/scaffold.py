"""`tenon plugin new`: a plugin that locks cleanly and whose tests pass, ready to be filled. Free of Django."""

from collections.abc import Iterable
from pathlib import Path
from string import Template

from platform_core.plugins import scaffold_templates as templates
from platform_core.plugins.hookspecs import HOOK_LEVEL
from platform_core.plugins.manifest import RESERVED_NAMES, SLUG_PATTERN

PARTS = ("models", "endpoints", "events")


class ScaffoldError(ValueError):
    """The plugin cannot be written. The message says why and what to do."""


def write_plugin(name: str, *, output: Path, parts: Iterable[str] = ()) -> Path:
    """Write a new distribution and return its folder.

    Args:
        name: slug of the plugin.
        output: folder in which the distribution's folder `tenon-<name>` is made.
        parts: any of `PARTS`.

    Raises:
        ScaffoldError: the name is malformed or reserved, a part is unknown, or the folder is not empty.
    """
    wanted = frozenset(parts)
    _check(name, wanted)
    root = output / f"tenon-{name.replace('_', '-')}"
    if root.exists() and any(root.iterdir()):
        raise ScaffoldError(f"{root} is not empty; choose another --output")
    for path, text in _files(name, wanted).items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return root


def _check(name: str, wanted: frozenset[str]) -> None:
    if not SLUG_PATTERN.fullmatch(name):
        raise ScaffoldError(f"{name!r} is no slug: use 2 to 31 of a-z, 0-9 and _, a letter first")
    if name in RESERVED_NAMES:
        raise ScaffoldError(f"{name!r} is a name of the core; choose another")
    unknown = sorted(wanted - set(PARTS))
    if unknown:
        raise ScaffoldError(f"{unknown[0]!r} is no part; choose from {', '.join(PARTS)}")


def _files(name: str, wanted: frozenset[str]) -> dict[str, str]:
    values = {
        "slug": name,
        "package": f"tenon_{name}",
        "distribution": f"tenon-{name.replace('_', '-')}",
        "title": name.replace("_", " ").capitalize(),
        "camel": "".join(part.capitalize() for part in name.split("_")),
        "hook_level": str(HOOK_LEVEL),
        "permissions": "",
    }
    if "endpoints" in wanted:
        values["permissions"] = Template(templates.PERMISSIONS).substitute(values)
    values |= _plugin_parts(wanted, values)
    chosen = dict(templates.ALWAYS)
    for part in PARTS:
        if part in wanted:
            chosen |= templates.BY_PART[part]
    return {Template(path).substitute(values): Template(text).substitute(values) for path, text in chosen.items()}


def _plugin_parts(wanted: frozenset[str], values: dict[str, str]) -> dict[str, str]:
    """Return what goes into the plugin object: imports, hook methods and tests of the chosen parts."""
    names = {"Issue", "hookimpl"}
    modules, methods = [], [templates.VALIDATE_METHOD]
    if "endpoints" in wanted:
        names.add("RouteSpec")
        methods.append(templates.ROUTES_METHOD)
    if "events" in wanted:
        names.add("EventHandlerSpec")
        modules.append(f"from {values['package']}.events import on_annotation\n")
        methods.append(templates.EVENTS_METHOD)
    ordered = sorted(names, key=lambda item: (item[0].islower(), item))
    return {
        "sdk_imports": ", ".join(ordered),
        "module_imports": "".join(modules),
        "methods": "\n".join(Template(method).substitute(values) for method in methods),
    }
