"""Rules about the plugin's own code. Free of Django."""

import ast
import re
from collections.abc import Iterator

from platform_core.conformance.static.syntax import (
    classes_of,
    dotted,
    functions_of,
    imported_names,
    imports_of,
    is_below,
    text_of,
    texts_of,
)
from platform_core.conformance.subject import Source, Subject
from platform_core.plugins.hookspecs import HOOKS
from platform_core.plugins.implementations import FORBIDDEN_OPTIONS

SDK = "platform_core.sdk"
# What reaches other machines, other processes or the database by a way that the platform does not see.
DOORS = (
    "aiohttp",
    "ftplib",
    "http.client",
    "httpx",
    "multiprocessing",
    "os.fork",
    "os.popen",
    "os.system",
    "pickle",
    "pip",
    "psycopg",
    "psycopg2",
    "requests",
    "smtplib",
    "socket",
    "sqlite3",
    "subprocess",
    "telnetlib",
    "urllib.request",
    "urllib3",
)
SWITCHES = frozenset({"schema_context", "set_schema", "set_schema_to_public", "set_tenant", "tenant_context"})
SCOPES = frozenset({"public_scope", "tenant_scope"})
SWITCHING_SQL = re.compile(r"\bsearch_path\b|\bSET\s+(?:SESSION\s+|LOCAL\s+)?(?:ROLE|SCHEMA)\b", re.IGNORECASE)
SIGNALS = ("django.core.signals", "django.db.backends.signals", "django.db.models.signals", "django.dispatch")
FOREIGN = ("django", "platform_core", "rest_framework", "tenants")


def imports_are_of_the_sdk(subject: Subject) -> Iterator[tuple[str, str]]:
    """TP201."""
    depends = {f"tenon_{slug}" for slug in (subject.manifest.depends if subject.manifest else ())}
    for source, tree in subject.trees:
        for node, name in imports_of(tree):
            problem = _foreign_import(name, subject.package, depends)
            if problem is not None:
                yield source.place(node), problem


def _foreign_import(name: str, own: str, depends: set[str]) -> str | None:
    top = name.partition(".")[0]
    if top in ("platform_core", "tenants") and not is_below(name, SDK):
        return f"imports {name}; of the platform only {SDK} may be imported"
    if is_below(name, f"{SDK}.testing"):
        return f"imports {name}, which is for tests"
    if top.startswith("tenon_") and top not in {own, *depends}:
        return f"imports {name} of another plugin, which plugin.toml does not list under 'depends'"
    if top == "django_tenants":
        return f"imports {name}; organizations are the platform's matter"
    return None


def doors_are_closed(subject: Subject) -> Iterator[tuple[str, str]]:
    """TP202."""
    for source, tree in subject.trees:
        for node, name in imports_of(tree):
            door = next((item for item in DOORS if is_below(name, item)), None)
            if door is not None:
                yield source.place(node), f"imports {name}: use the sdk's outbound calls, jobs or models"
        for call in _calls(tree):
            if dotted(call.func) in DOORS:
                yield source.place(call), f"calls {dotted(call.func)}(), which the platform does not see"


def schemas_are_not_switched(subject: Subject) -> Iterator[tuple[str, str]]:
    """TP204."""
    for source, tree in subject.trees:
        for node in _calls(tree):
            name = dotted(node.func).rpartition(".")[2]
            if name in SWITCHES | SCOPES:
                yield source.place(node), f"calls {name}(); the platform has set the organization already"
        for constant, text in texts_of(tree):
            if SWITCHING_SQL.search(text):
                yield source.place(constant), f"{_short(text)!r} changes what the connection sees"


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."


def hooks_are_plain(subject: Subject) -> Iterator[tuple[str, str]]:
    """TP205."""
    for source, tree in subject.trees:
        for function in functions_of(tree):
            marks = [item for item in function.decorator_list if _is_mark(item)]
            for mark in marks:
                yield from ((source.place(function), text) for text in _hook_problems(function, mark))


def _is_mark(node: ast.expr) -> bool:
    return dotted(node.func if isinstance(node, ast.Call) else node).rpartition(".")[2] == "hookimpl"


def _hook_problems(function: ast.FunctionDef | ast.AsyncFunctionDef, mark: ast.expr) -> Iterator[str]:
    options = [item.arg for item in mark.keywords if item.arg] if isinstance(mark, ast.Call) else []
    for option in options:
        if option in FORBIDDEN_OPTIONS:
            yield f"hook {function.name}() uses the option {option!r}, which plugins may not use"
    if function.name not in HOOKS:
        yield f"{function.name}() is no hook; known are {', '.join(HOOKS)}"
    if isinstance(function, ast.AsyncFunctionDef):
        yield f"hook {function.name}() is async; hooks are plain functions"
    elif any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(function)):
        yield f"hook {function.name}() is a generator; return a list"


def core_is_not_patched(subject: Subject) -> Iterator[tuple[str, str]]:
    """TP206."""
    for source, tree in subject.trees:
        for node, name in imports_of(tree):
            if any(is_below(name, item) for item in SIGNALS):
                yield source.place(node), f"imports {name}: react to events after the commit, not to signals"
        foreign = {name for name, origin in imported_names(tree).items() if origin.partition(".")[0] in FOREIGN}
        yield from _patches(source, tree, foreign)
        for owner in classes_of(tree):
            yield from _boot_code(source, owner)


def _boot_code(source: Source, owner: ast.ClassDef) -> Iterator[tuple[str, str]]:
    bases = {dotted(base).rpartition(".")[2] for base in owner.bases}
    if not bases & {"AppConfig", "PluginAppConfig"}:
        return
    for function in owner.body:
        if isinstance(function, ast.FunctionDef) and function.name == "ready":
            yield source.place(function), "overrides ready(); override plugin_ready(), which is guarded"


def _patches(source: Source, tree: ast.Module, foreign: set[str]) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        elif isinstance(node, ast.Call) and dotted(node.func) == "setattr" and node.args:
            root = dotted(node.args[0]).partition(".")[0]
            if root in foreign:
                yield source.place(node), f"sets an attribute of {root}, which is not the plugin's"
        for target in targets:
            if isinstance(target, ast.Attribute) and dotted(target).partition(".")[0] in foreign:
                yield source.place(node), f"replaces {dotted(target)}, which is not the plugin's"


def names_carry_the_slug(subject: Subject) -> Iterator[tuple[str, str]]:
    """TP207."""
    slug = subject.slug
    for source, tree in subject.trees:
        if source.is_migration:
            continue
        for owner in classes_of(tree):
            yield from _wrong_names(source, owner, slug)


def _wrong_names(source: Source, owner: ast.ClassDef, slug: str) -> Iterator[tuple[str, str]]:
    wanted = {"db_table": "table"} if owner.name == "Meta" else {"label": "app label"}
    is_app = any(dotted(base).endswith("AppConfig") for base in owner.bases)
    for statement in owner.body:
        if not isinstance(statement, ast.Assign) or not (is_app or owner.name == "Meta"):
            continue
        name = dotted(statement.targets[0])
        value = text_of(statement.value)
        if name in wanted and value is not None and value != slug and not value.startswith(f"{slug}_"):
            yield source.place(statement), f"{wanted[name]} {value!r} must be {slug!r} or begin with {slug + '_'!r}"


def cache_is_the_sdks(subject: Subject) -> Iterator[tuple[str, str]]:
    """TP208."""
    for source, tree in subject.trees:
        for node, name in imports_of(tree):
            if is_below(name, "django.core.cache") or is_below(name, "redis") or is_below(name, "django_redis"):
                yield source.place(node), f"imports {name}, whose keys all organizations share"


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))
