"""A hook exists only when somebody uses it: a bundled plugin or an example, with tests."""

import ast
from itertools import chain

from platform_core.plugins.hookspecs import HOOKS
from tests.support.plugin_site import EXAMPLES, REPOSITORY


def implemented_hooks(root):
    """Return the names of all methods below a folder that carry `@hookimpl`, without importing them."""
    found = set()
    for path in root.rglob("*.py"):
        if "tests" in path.relative_to(root).parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(
                isinstance(item, ast.Name) and item.id == "hookimpl" for item in node.decorator_list
            ):
                found.add(node.name)
    return found


def test_every_hook_has_a_user_and_every_user_a_hook():
    roots = chain(EXAMPLES.iterdir(), (REPOSITORY / "plugins").iterdir())
    used = set(chain.from_iterable(implemented_hooks(root) for root in roots if (root / "tests").is_dir()))

    assert sorted(HOOKS) == sorted(used)
