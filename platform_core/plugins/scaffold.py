"""`tenon plugin new`: a distribution that installs, locks and passes its own tests, ready to be filled. Free of Django.

What a plugin may contribute is a file in `scaffold_parts`, in the syntax of `string.Template`: a question, what goes
into the plugin object and the manifest, and the files to be written.
"""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

from platform_core.plugins.hookspecs import HOOK_LEVEL
from platform_core.plugins.manifest import RESERVED_NAMES, SLUG_PATTERN

# In the order of the questions; every name is a file.
PARTS = (
    "models",
    "endpoints",
    "label_tags",
    "validators",
    "importer",
    "exporter",
    "storage",
    "ml_backend",
    "events",
    "settings",
    "jobs",
    "columns",
    "templates",
    "taxonomies",
    "navigation",
)
# What a plugin has when nobody is there to be asked: one hook, so that there is something to see.
DEFAULT_PARTS = ("validators",)
LINE_LENGTH = 120
_FOLDER = Path(__file__).parent / "scaffold_parts"


class ScaffoldError(ValueError):
    """The plugin cannot be written. The message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing that a plugin may contribute.

    Attributes:
        question: what `tenon plugin new` asks; empty for what is never asked for.
        brings: row of the README's table.
        needs: parts that come along.
        sdk: names that its method takes from `platform_core.sdk`.
        imports: further imports of the plugin object.
        method: hook of the plugin object.
        manifest: keys of `plugin.toml`.
        permissions: tables of `plugin.toml`.
        files: path to text.
    """

    question: str = ""
    brings: str = ""
    needs: Sequence[str] = ()
    sdk: Sequence[str] = ()
    imports: Sequence[str] = ()
    method: str = ""
    manifest: str = ""
    permissions: str = ""
    files: dict[str, str] = field(default_factory=dict)


def read_part(name: str) -> Part:
    """Return one of `PARTS`, or what always comes along."""
    values: dict[str, Any] = tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return Part(**values)


def write_plugin(name: str, *, output: Path, parts: Iterable[str] = ()) -> Path:
    """Write a new distribution and return its folder.

    Args:
        name: slug of the plugin.
        output: folder in which the distribution's folder `tenon-<name>` is made.
        parts: any of `PARTS`; what they need comes along.

    Raises:
        ScaffoldError: the name is malformed or reserved, a part is unknown, or the folder is not empty.
    """
    wanted = frozenset(parts)
    _check(name, wanted)
    root = output / f"tenon-{name.replace('_', '-')}"
    if root.exists() and any(root.iterdir()):
        raise ScaffoldError(f"{root} is not empty; choose another --output")
    for path, text in _files(name, _with_needs(wanted)).items():
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


def _with_needs(wanted: frozenset[str]) -> list[Part]:
    """Return the parts with what they need, in the order of the questions."""
    names = set(wanted)
    while more := {need for name in names for need in read_part(name).needs} - names:
        names |= more
    return [read_part(name) for name in ("always", "app", *PARTS) if name in names | {"always"}]


def _files(name: str, parts: list[Part]) -> dict[str, str]:
    values = {
        "slug": name,
        "package": f"tenon_{name}",
        "distribution": f"tenon-{name.replace('_', '-')}",
        "title": name.replace("_", " ").capitalize(),
        "camel": "".join(word.capitalize() for word in name.split("_")),
        "hook_level": str(HOOK_LEVEL),
    }

    def filled(text: str) -> str:
        return Template(text).substitute(values)

    methods = [filled(part.method) for part in parts if part.method]
    values |= {
        "plugin_imports": _imports(parts, values["package"], "\n".join(methods)),
        "methods": "".join(f"\n{method}" for method in methods),
        "manifest": "".join(filled(part.manifest) for part in parts),
        "permissions": "".join(filled(part.permissions) for part in parts),
        "brings": "".join(f"| {filled(part.brings)} |\n" for part in parts if part.brings) or "| nothing yet | |\n",
    }
    return {filled(path): filled(text) for part in parts for path, text in part.files.items()}


def _imports(parts: list[Part], package: str, methods: str) -> str:
    """Return the imports of the plugin object, sorted as the linter wants them."""
    names = sorted({name for part in parts for name in part.sdk}) + (["hookimpl"] if methods else [])
    lines = [Template(line).substitute(package=package) for part in parts for line in part.imports]
    ours = sorted(line for line in lines if line.startswith(f"from {package}."))
    theirs = sorted(line for line in lines if line not in ours)
    blocks = [
        ["from typing import Any"] if "Any" in methods else [],
        [*([_one_import("platform_core.sdk", names)] if names else []), *theirs],
        ours,
    ]
    text = "\n\n".join("\n".join(block) for block in blocks if block)
    return f"\n{text}\n" if text else ""


def _one_import(module: str, names: list[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= LINE_LENGTH:
        return line
    return "\n".join([f"from {module} import (", *(f"    {name}," for name in names), ")"])
