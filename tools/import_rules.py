"""Who may import whom, as far as the layout of the repository says it: import-linter wants each module named.

1. Inside an app a module imports only its own layer and lower ones.
2. The core neither imports a plugin nor knows its name.
3. A plugin imports of the platform only the sdk, and of other plugins only those that its manifest names in `depends`.

`python -m tools.import_rules [ROOT]` prints what breaks a rule and fails. Plugins are found in `plugins/*/`.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.house_rules import report
from tools.source_tree import Finding, Source, python_sources

CORE_PACKAGES = ("platform_core", "tenants")
SDK = "platform_core.sdk"
# Slugs that DESIGN fixes and that Label Studio's own paths and keys are made of, as in `export/formats`.
WORDS_OF_THE_CONTRACT = frozenset({"formats", "notifications", "webhooks"})
# Names that no organization may take as its host: words, not plugins.
RESERVED_HOSTS = "tenants/slugs.py"
LAYERS = {
    "types": 0,
    "errors": 0,
    "enums": 0,
    "models": 1,
    "queries": 2,
    "services": 3,
    "api": 4,
    "jobs": 4,
    "commands": 4,
    "management": 4,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """What a plugin's folder says of it."""

    package: str
    slug: str
    depends: tuple[str, ...]


def plugins_of(root: Path) -> list[Plugin]:
    """Read the manifests below `plugins/`."""
    found = []
    for path in sorted(root.glob("plugins/*/*/plugin.toml")):
        manifest = tomllib.loads(path.read_text(encoding="utf-8"))
        depends = tuple(re.match(r"[a-z0-9_]*", item)[0] for item in manifest.get("depends", ()))  # type: ignore[index]
        found.append(Plugin(package=path.parent.name, slug=manifest["slug"], depends=depends))
    return found


def imports_of(source: Source) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted name) of every import, inline ones too; `from a import b` yields `a.b`."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def upward_imports(source: Source, app: tuple[str, ...]) -> Iterator[Finding]:
    """Find imports of a higher layer of the same app.

    Args:
        app: the app's package, such as ("platform_core", "tasks").
    """
    own = _layer(tuple(source.path.removesuffix(".py").split("/")), app)
    if own is None:
        return
    for line, name in imports_of(source):
        other = _layer(tuple(name.split(".")), app)
        if other is not None and other > own:
            yield source.finding(line, f"layer {own} imports {name} of layer {other}")


def _layer(module: tuple[str, ...], app: tuple[str, ...]) -> int | None:
    if module[: len(app)] != app or len(module) == len(app):
        return None
    return LAYERS.get(module[len(app)])


def named_plugins(source: Source, plugins: list[Plugin]) -> Iterator[Finding]:
    """Find a core module that imports a plugin or writes its name, even in a string or a comment.

    Where the name is a word of the contract itself, only the package and strings that address the plugin count.
    """
    for plugin in plugins:
        if plugin.slug in WORDS_OF_THE_CONTRACT:
            yield from _addressed(source, plugin)
            continue
        pattern = re.compile(rf"(?<![A-Za-z0-9])(?:{plugin.package}|{plugin.slug})(?![A-Za-z0-9])")
        for number, line in enumerate(source.lines, start=1):
            if pattern.search(line):
                yield source.finding(number, f"the core knows the plugin {plugin.slug}")


def _addressed(source: Source, plugin: Plugin) -> Iterator[Finding]:
    if source.path == RESERVED_HOSTS:
        return
    address = re.compile(rf"{plugin.slug}(?:[.:].*)?|.*\b{plugin.package}\b.*", re.DOTALL)
    names = [(line, name) for line, name in imports_of(source) if name.split(".")[0] == plugin.package]
    strings = [
        (node.lineno, node.value)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and address.fullmatch(node.value)
    ]
    for line, _ in sorted([*names, *strings]):
        yield source.finding(line, f"the core knows the plugin {plugin.slug}")


def imports_beyond_sdk(source: Source, plugin: Plugin, plugins: list[Plugin]) -> Iterator[Finding]:
    """Find imports of a plugin that neither the sdk nor its manifest promises."""
    foreign = {other.package: other.slug for other in plugins if other.package != plugin.package}
    for line, name in imports_of(source):
        root = name.split(".")[0]
        if root in CORE_PACKAGES and name != SDK and not name.startswith(f"{SDK}."):
            yield source.finding(line, f"a plugin imports {name}: only {SDK} is promised")
        if root in foreign and foreign[root] not in plugin.depends:
            yield source.finding(line, f"imports {name}, but {plugin.slug} does not depend on {foreign[root]}")


def findings(root: Path) -> list[Finding]:
    """Return everything below the root that breaks a rule."""
    plugins = plugins_of(root)
    packages = {plugin.package: plugin for plugin in plugins}
    found: list[Finding] = []
    for source in python_sources(root):
        parts = source.path.split("/")
        if parts[0] in CORE_PACKAGES:
            app = tuple(parts[:2]) if parts[0] == "platform_core" else tuple(parts[:1])
            found += [*upward_imports(source, app), *named_plugins(source, plugins)]
        elif parts[0] == "plugins" and len(parts) > 3 and parts[2] in packages:
            plugin = packages[parts[2]]
            inside = Source(path="/".join(parts[2:]), text=source.text)
            found += [source.finding(one.line, one.text) for one in upward_imports(inside, (plugin.package,))]
            found += imports_beyond_sdk(source, plugin, plugins)
    return found


if __name__ == "__main__":
    sys.exit(report(findings(Path(sys.argv[1] if len(sys.argv) > 1 else "."))))
