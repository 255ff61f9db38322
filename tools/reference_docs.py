"""Writes the generated parts of docs/reference/ from the code: `python -m tools.reference_docs`.

A part stands between `<!-- generated: NAME -->` and `<!-- end -->`; the text around it is written by hand. A test
renders the parts again and compares, so a page cannot fall behind the code.
"""

import argparse
import importlib
import inspect
import os
import pkgutil
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import click

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"
PART = re.compile(r"(<!-- generated: (?P<name>[a-z]+) -->\n)(?P<body>.*?)(<!-- end -->)", re.DOTALL)
# Options that every Django command has and that no reader of the page needs.
DJANGO_OPTIONS = frozenset(
    ["help", "version", "verbosity", "settings", "pythonpath", "traceback", "no_color", "force_color", "skip_checks"]
)
# Commands of `tenon` that hand their words to a management command.
MANAGEMENT = {
    "worker": "tenon_worker",
    "migrate": "tenon_migrate",
    "create-organization": "create_organization",
    "delete-organization": "delete_organization",
    "plugins": "plugins",
}


def rendered(page: Path) -> str:
    """Return a page with its generated parts as the code has them now."""
    return PART.sub(lambda match: f"{match[1]}\n{PARTS[match['name']]()}\n{match[4]}", page.read_text(encoding="utf-8"))


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def first_line(thing: object) -> str:
    return next(iter((inspect.getdoc(thing) or "").splitlines()), "")


def error_classes() -> list[type]:
    """Return every error of the core that can reach a client."""
    # Inline, as everywhere here: these modules need Django's settings, which `main` makes ready.
    from platform_core.api.errors import TenonError

    for name in ("platform_core", "tenants"):
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not re.search(r"\.(migrations|management|testing|settings|__main__|wsgi|urls)(\.|$)", module.name):
                importlib.import_module(module.name)
    found, waiting = set(), [TenonError]
    while waiting:
        found.add(cls := waiting.pop())
        waiting += cls.__subclasses__()
    return sorted(
        (cls for cls in found if cls.__module__.split(".")[0] in {"platform_core", "tenants"}),
        key=lambda cls: (cls.status_code, cls.code, cls.__name__),
    )


def errors() -> str:
    rows = [(f"`{cls.code}`", str(cls.status_code), f"`{cls.__name__}`", first_line(cls)) for cls in error_classes()]
    return table(("code", "status", "class", "when"), rows)


def permissions() -> str:
    # Inline: see above.
    from platform_core.members.permissions import CORE_PERMISSIONS, ROLE_RANK

    roles = sorted(ROLE_RANK, key=ROLE_RANK.__getitem__, reverse=True)
    rows = [
        (f"`{codename}`", *("yes" if role in holders else "" for role in roles))
        for codename, holders in CORE_PERMISSIONS.items()
    ]
    return table(("codename", *roles), rows)


def hooks() -> str:
    # Inline: see above.
    from platform_core.plugins.hookspecs import EVENT_HANDLER, EVENT_INTEREST, HOOKS, Hooks

    rows = [
        (
            f"[{spec.name}](hooks/{spec.name}.md)",
            spec.hook_class.value,
            f"`{spec.policy.value}`",
            first_line(getattr(Hooks, spec.name)),
        )
        for spec in HOOKS.values()
    ]
    handler = f"Event handlers run under class {EVENT_HANDLER.hook_class.value}, {_times(EVENT_HANDLER)}.\n"
    handler += (
        f"Their question `wants`, of which events they want now, is {_times(EVENT_INTEREST)}: then they get all.\n"
    )
    return "\n".join([table(("hook", "class", "policy", "what"), rows), handler])


def sdk() -> str:
    """Return the public surface: every module of the sdk, and what it exports."""
    package = importlib.import_module("platform_core.sdk")
    names = [package.__name__, *(f"{package.__name__}.{item.name}" for item in pkgutil.iter_modules(package.__path__))]
    parts = []
    for name in names:
        module = importlib.import_module(name)
        exported = getattr(module, "__all__", None)
        if exported is None:  # `testing`, which is a pytest plugin
            continue
        rows = [(f"`{item}`", _about(getattr(module, item))) for item in exported]
        parts.append(f"### {name}\n\n{first_line(module)}\n\n{table(('name', 'what'), rows)}")
    return "\n".join(parts)


def _about(thing: object) -> str:
    if isinstance(thing, type) or callable(thing):
        return first_line(thing)
    shown = repr(thing)
    return f"`{shown}`" if len(shown) < 60 else ""


def _times(spec: object) -> str:
    return f"logged as slow after {spec.budget:g} s, ended after {spec.limit:g} s"


def commands() -> str:
    # Inline: see above.
    from platform_core.cli.main import cli

    context = click.Context(cli, info_name="tenon")
    return "\n".join(part for name in cli.list_commands(context) for part in _command(f"tenon {name}", cli, name))


def _command(title: str, group: click.Group, name: str) -> Iterator[str]:
    command = group.get_command(click.Context(group), name)
    yield f"## {title}\n"
    if name not in MANAGEMENT:
        yield f"{inspect.cleandoc(command.help or '')}\n"
    if isinstance(command, click.Group):
        for child in command.commands:
            yield from _command(f"{title} {child}", command, child)
    elif name in MANAGEMENT:
        yield from _management(title, MANAGEMENT[name])
    elif rows := list(_click_rows(command)):
        yield table(("option", "default", "what"), rows)
    if name == "plugins":
        lock = importlib.import_module("platform_core.cli.plugins").lock
        yield f"### {title} lock\n\n{lock.help}\n\n" + table(("option", "default", "what"), list(_click_rows(lock)))


def _click_rows(command: click.Command) -> Iterator[tuple[str, str, str]]:
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            if parameter.nargs == 1:
                yield (f"`{parameter.human_readable_name}`", "", "Required.")
            continue
        shown = "" if parameter.is_flag or parameter.default in (None, "") else f"`{parameter.default}`"
        if not isinstance(parameter.default, str | int | None):
            shown = ""
        yield (f"`{parameter.opts[0]}`", shown, parameter.help or "")


def _management(title: str, name: str) -> Iterator[str]:
    # Inline: see above.
    from django.core.management import get_commands, load_command_class

    app = get_commands()[name]
    parser = load_command_class(app, name).create_parser("tenon", name)
    yield f"{parser.description}\n"
    yield from _parser(title, parser)


def _parser(title: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    rows = []
    # argparse has no public way to list what a parser takes.
    for action in parser._actions:  # noqa: SLF001
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for child, child_parser in action.choices.items():
                yield f"### {title} {child}\n"
                yield from _parser(f"{title} {child}", child_parser)
        elif action.dest not in DJANGO_OPTIONS:
            name = action.option_strings[-1] if action.option_strings else action.dest.upper()
            plain = isinstance(action.default, str | int | float) and not isinstance(action.default, bool)
            shown = f"`{action.default}`" if plain else ""
            rows.append((f"`{name}`", "required" if action.required else shown, action.help or ""))
    if rows:
        yield table(("option", "default", "what"), rows)


def events() -> str:
    # Inline: see above.
    from platform_core.events.catalogue import CORE_EVENTS, actions_of

    rows = [
        (
            f"`{name}`",
            ", ".join(f"`{key}`" for key in spec.payload),
            ", ".join(f"`{action}`" for action in actions_of(name, spec)),
            spec.summary,
        )
        for name, spec in CORE_EVENTS.items()
    ]
    return table(("type", "payload", "actions", "when"), rows)


def sdk_methods() -> str:
    # Inline, as those below: the tests' tables are not needed for the other pages.
    from tests.e2e.sdk_rows import ROWS

    rows = []
    for row in ROWS:
        shown = f"{row.shows} ({row.differs})" if row.differs else row.shows
        rows.append((f"`{row.method}`", f"`{row.http}`", shown))
    return table(("method", "sends", "answers"), rows)


def sdk_elsewhere() -> str:
    # Inline: see above.
    from tests.e2e.sdk_rows import ELSEWHERE

    return table(("methods", "why"), [(f"`{name}`", reason) for name, reason in ELSEWHERE.items()])


def sdk_legacy() -> str:
    # Inline: see above.
    from tests.e2e.sdk_legacy_rows import LEGACY_ROWS

    return table(("method", "answers"), [(f"`{row.method}`", row.shows) for row in LEGACY_ROWS])


def sdk_legacy_elsewhere() -> str:
    # Inline: see above.
    from tests.e2e.sdk_legacy_rows import LEGACY_ELSEWHERE

    return table(("method", "why"), [(f"`{name}`", reason) for name, reason in LEGACY_ELSEWHERE.items()])


def rules() -> str:
    # Inline: see above.
    from platform_core.conformance.catalogue import RULES

    rows = [
        (
            f"[{rule.id}](rules/{rule.id}.md)",
            rule.title,
            rule.tier.value,
            rule.kind.value,
            "yes" if rule.waivable else "no",
        )
        for rule in RULES.values()
    ]
    return table(("rule", "what must hold", "tier", "kind", "waivable"), rows)


PARTS: dict[str, Callable[[], str]] = {
    "errors": errors,
    "permissions": permissions,
    "hooks": hooks,
    "sdk": sdk,
    "commands": commands,
    "events": events,
    "rules": rules,
    "sdkmethods": sdk_methods,
    "sdkelsewhere": sdk_elsewhere,
    "sdklegacy": sdk_legacy,
    "sdklegacyelsewhere": sdk_legacy_elsewhere,
}


def main() -> None:
    """Rewrite the pages."""
    # Inline: see above.
    import django

    django.setup()
    for page in sorted(REFERENCE.glob("*.md")):
        page.write_text(rendered(page), encoding="utf-8")
        sys.stdout.write(f"{page}\n")


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "platform_core.settings.test"
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TENON_DATA_DIR"] = folder
        main()
