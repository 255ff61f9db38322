"""Taking a wall down for the time of a test: a changed copy of a function's source, or of a constant, in its place."""

import ast
import inspect
import textwrap
from contextlib import contextmanager


@contextmanager
def changed(function, *replacements):
    """Run with `function` compiled from its source after the (old, new) replacements; each old must be there."""
    function = inspect.unwrap(function)
    source = textwrap.dedent(inspect.getsource(function))
    for old, new in replacements:
        assert old in source, f"{function.__qualname__} no longer holds {old!r}: mend the mutation"
        source = source.replace(old, new)
    tree = ast.parse(source)
    tree.body[0].decorator_list, tree.body[0].returns = [], None
    for argument in (node for node in ast.walk(tree) if isinstance(node, ast.arg)):
        argument.annotation = None  # may name what only type checkers import
    namespace = {}
    exec(compile(tree, f"mutant of {function.__qualname__}", "exec"), function.__globals__, namespace)
    before = function.__code__
    function.__code__ = namespace[function.__name__].__code__
    try:
        yield
    finally:
        function.__code__ = before


@contextmanager
def rewritten(mapping, key, *replacements):
    """Run with a text of a table changed."""
    before = text = mapping[key]
    for old, new in replacements:
        assert old in text, f"the text {key!r} no longer holds {old!r}: mend the mutation"
        text = text.replace(old, new)
    mapping[key] = text
    try:
        yield
    finally:
        mapping[key] = before
