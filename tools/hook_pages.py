"""A page for each hook, from its specification and from a plugin that implements it: `python -m tools.hook_pages`.

`tests/docs/test_hook_pages.py` fails while a page says something else than the code.
"""

import ast
import dataclasses
import importlib
import inspect
import os
import re
import sys
import tempfile
import textwrap
import typing
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
FOLDER = REPOSITORY / "docs" / "reference" / "hooks"
# Examples first: they are written to be read.
SOURCES = ("examples", "plugins")
WHEN = {
    "REGISTER": "Once at boot of each process, before any request; the database is forbidden.",
    "LIFECYCLE": "In the act (enable, upgrade), in its transaction, in the scope of the organization.",
    "VALIDATE": "In the request or job that writes, in a savepoint, before anything is stored.",
    "NARROW": "In the request, after the core has allowed it.",
    "PROVIDE": "When somebody asks this plugin for it, in the request or job that does.",
    "EVENT": "After the commit, in a job, at least once.",
}
POLICIES = {
    "quarantine": "The plugin is taken out of the process and named with the reason; the platform starts without it.",
    "raise": "The act fails and rolls back; the answer names the plugin and an incident id.",
    "open": (
        "The write passes with a warning that carries an incident id. Where the manifest lists the hook under "
        "`blocking`, it is refused with 400 `plugin_failed`."
    ),
}


def pages() -> dict[str, str]:
    """Return file name to text."""
    # Inline, as everywhere here: these modules need Django's settings, which `main` makes ready.
    from platform_core.plugins.hookspecs import HOOKS

    return {f"{name}.md": _page(spec) for name, spec in HOOKS.items()}


def _page(spec: typing.Any) -> str:
    # Inline: see above.
    from platform_core.plugins.hookspecs import Hooks

    method = getattr(Hooks, spec.name)
    hints = typing.get_type_hints(method)
    del hints["return"]
    signature = re.sub(r"\b(?:[a-z_]+\.)+(?=[A-Z])", "", str(inspect.signature(method)))
    place, example = _example(spec.name)
    parts = [
        f"# {spec.name}\n",
        f"{inspect.getdoc(method)}\n",
        f"```text\n{spec.name}{signature}\n```\n",
        _table(
            ("what", ""),
            [
                ("class", f"{spec.hook_class.value} ({spec.hook_class.name.lower()})"),
                ("when", WHEN[spec.hook_class.name]),
                ("a failure", POLICIES[spec.policy.value]),
                ("time", f"logged as slow after {spec.budget:g} s, ended after {spec.limit:g} s"),
            ],
        ),
        "## Arguments\n",
        *(_arguments(hints) or ["None. A method takes those that it needs, by name.\n"]),
        "## Result\n",
        _result(spec),
        f"## Example\n\nFrom `{place}`:\n\n```python\n{example}```\n",
        "[All hooks](../hooks.md)\n",
    ]
    return "\n".join(parts)


def _arguments(hints: dict[str, typing.Any]) -> list[str]:
    rows = [(f"`{name}`", f"`{_name(hint)}`", _first_line(hint)) for name, hint in hints.items()]
    if not rows:
        return []
    fields = [_fields(hint) for hint in hints.values() if dataclasses.is_dataclass(hint)]
    return [_table(("argument", "type", "what"), rows), *fields]


def _result(spec: typing.Any) -> str:
    if spec.item_type is None:
        return "Nothing.\n"
    item = spec.item_type
    if item.__name__ == "LabelTag":
        item = importlib.import_module("platform_core.sdk.labels").TagSpec
    text = f"A list or tuple of `{item.__name__}`; anything else is a failure of the plugin.\n"
    return f"{text}\n{_fields(item)}" if dataclasses.is_dataclass(item) else text


def _fields(cls: typing.Any) -> str:
    """Return a table of a dataclass's fields, with what its docstring says about each."""
    said = _attributes(cls)
    rows = []
    for field in dataclasses.fields(cls):
        is_needed = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        rows.append((f"`{field.name}`", f"`{_type(field)}`", "yes" if is_needed else "", said.get(field.name, "")))
    return f"`{cls.__name__}`: {_first_line(cls)}\n\n" + _table(("field", "type", "needed", "what"), rows)


def _attributes(cls: typing.Any) -> dict[str, str]:
    """Return what the section `Attributes` of a docstring, and of those it derives from, says."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        text = inspect.cleandoc(base.__dict__.get("__doc__") or "").partition("Attributes:\n")[2]
        name = ""
        for line in textwrap.dedent(text).splitlines():
            match = re.match(r"([a-z_, ]+):\s+(.*)", line)
            if match:
                name = match[1]
                for each in name.split(", "):
                    found[each] = match[2]
            elif line.startswith(" ") and name:
                for each in name.split(", "):
                    found[each] += f" {line.strip()}"
    return found


def _type(field: typing.Any) -> str:
    text = field.type if isinstance(field.type, str) else _name(field.type)
    return re.sub(r"\b(?:[a-z_]+\.)+(?=[A-Z])", "", text)


def _name(hint: typing.Any) -> str:
    text = inspect.formatannotation(hint)
    return re.sub(r"\b(?:[a-z_]+\.)+(?=[A-Za-z])", "", text)


def _first_line(hint: typing.Any) -> str:
    if not isinstance(hint, type) or hint.__module__ == "builtins":
        return ""
    return (inspect.getdoc(hint) or "").splitlines()[0]


def _example(name: str) -> tuple[str, str]:
    """Return where a hook is implemented, and how: the shortest implementation of the first folder that has one."""
    for folder in SOURCES:
        found = [
            (path, text)
            for path in sorted((REPOSITORY / folder).glob("*/tenon_*/plugin.py"))
            for text in _implementations(path, name)
        ]
        if found:
            path, text = min(found, key=lambda item: (len(item[1]), str(item[0])))
            return str(path.relative_to(REPOSITORY)), text
    raise LookupError(f"no plugin implements {name}")


def _implementations(path: Path, name: str) -> list[str]:
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines(keepends=True)
    return [
        textwrap.dedent("".join(lines[node.decorator_list[0].lineno - 1 : node.end_lineno]))
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.name == name and node.decorator_list
    ]


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def main() -> None:
    """Rewrite the pages, and delete those of hooks that are gone."""
    # Inline: see above.
    import django

    django.setup()
    FOLDER.mkdir(exist_ok=True)
    written = pages()
    for path in FOLDER.glob("*.md"):
        if path.name not in written:
            path.unlink()
    for name, text in written.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(written)} pages in {FOLDER}\n")


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "platform_core.settings.test"
    with tempfile.TemporaryDirectory() as data:
        os.environ["TENON_DATA_DIR"] = data
        main()
