"""The rule about state that outlives a request: the next organization finds what one left there. Free of Django."""

import ast
from collections.abc import Iterator

from platform_core.conformance.static.syntax import assignments, classes_of, dotted, functions_of, names_bound_in
from platform_core.conformance.subject import Source, Subject

CONTAINERS = frozenset({"Counter", "OrderedDict", "bytearray", "defaultdict", "deque", "dict", "list", "set"})
CHANGES = frozenset(
    {
        "add",
        "append",
        "appendleft",
        "clear",
        "discard",
        "extend",
        "insert",
        "pop",
        "popitem",
        "remove",
        "setdefault",
        "sort",
        "update",
    }
)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def state_is_not_kept(subject: Subject) -> Iterator[tuple[str, str]]:
    """TP203."""
    for source, tree in subject.trees:
        if not source.is_migration:
            yield from _of_module(source, tree)
            for owner in classes_of(tree):
                yield from _of_class(source, owner)


def _of_module(source: Source, tree: ast.Module) -> Iterator[tuple[str, str]]:
    kept = {name for name, value, _ in assignments(tree.body) if _is_container(value)}
    classes = {owner.name for owner in tree.body if isinstance(owner, ast.ClassDef)}
    for function in functions_of(tree):
        for node in ast.walk(function):
            if isinstance(node, ast.Global):
                yield source.place(node), f"{function.name}() rebinds {', '.join(node.names)} of the module"
        free = names_bound_in(function)
        for node, name in _changed(function):
            root = name.partition(".")[0]
            if root in kept - free:
                yield source.place(node), f"{function.name}() changes {root}, which lives as long as the process"
            elif root in classes - free and "." in name:
                yield source.place(node), f"{function.name}() changes {name}, which lives as long as the process"


def _of_class(source: Source, owner: ast.ClassDef) -> Iterator[tuple[str, str]]:
    kept = {name for name, value, _ in assignments(owner.body) if _is_container(value)}
    for function in functions_of(owner):
        own = {name for node, name in _assigned(function)}
        for node, name in _changed(function):
            root, _, attribute = name.partition(".")
            attribute = attribute.partition(".")[0]
            if root == "cls" and attribute:
                yield source.place(node), f"{function.name}() changes {name} of the class {owner.name}"
            elif root == "self" and attribute in kept and f"self.{attribute}" not in own:
                yield source.place(node), f"{function.name}() changes {attribute}, which all {owner.name} share"


def _is_container(value: ast.expr) -> bool:
    if isinstance(value, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp):
        return True
    return isinstance(value, ast.Call) and dotted(value.func).rpartition(".")[2] in CONTAINERS


def _assigned(function: Function) -> Iterator[tuple[ast.AST, str]]:
    for node in ast.walk(function):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        yield from ((node, dotted(target)) for target in targets if isinstance(target, ast.Attribute))


def _changed(function: Function) -> Iterator[tuple[ast.AST, str]]:
    """Yield what a function changes in place: items, attributes, and containers by their methods."""
    yield from _assigned(function)
    for node in ast.walk(function):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            yield node, dotted(node.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGES:
            yield node, dotted(node.func.value)
