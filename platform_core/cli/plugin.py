"""`tenon plugin`: what plugin authors need. Works without a platform and brings its own database where it needs one."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from platform_core.cli import boot
from platform_core.cli.management import run_management
from platform_core.plugins.discovery import discover, find_package_dir
from platform_core.plugins.preflight import lock_plugins
from platform_core.plugins.scaffold import DEFAULT_PARTS, PARTS, ScaffoldError, read_part, write_plugin
from platform_core.plugins.workshop import WorkshopError, workshop


@click.group()
def plugin() -> None:
    """Write and prove plugins."""


@plugin.command()
@click.argument("name")
@click.option(
    "--output", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="Folder to write into (here)."
)
@click.option("--with", "with_parts", default=None, help=f"Comma list of {', '.join(PARTS)}.")
@click.option("--all", "everything", is_flag=True, help="All of them.")
def new(name: str, output: Path, with_parts: str | None, *, everything: bool) -> None:
    """Write a new plugin with the slug NAME, ready to be installed.

    Without --with and --all it asks what the plugin contributes; where nobody can be asked, it writes a check of
    annotations.
    """
    try:
        root = write_plugin(name, output=output, parts=_chosen(with_parts, everything=everything))
    except ScaffoldError as error:
        raise click.ClickException(str(error)) from error
    _format(root)
    click.echo(f"Written: {root}\nNext:    pip install -e {root} && tenon plugins lock && tenon plugins list")


def _format(root: Path) -> None:
    """Let the formatter break lines that a long slug has made long; without one they stay long."""
    if find_spec("ruff") is not None:
        command = [sys.executable, "-m", "ruff", "format", "--quiet", "--no-cache", str(root)]
        subprocess.run(command, check=False, capture_output=True)  # noqa: S603 -- our own interpreter, a folder that was just written


def _chosen(with_parts: str | None, *, everything: bool) -> list[str]:
    if everything:
        return list(PARTS)
    if with_parts is not None:
        return [part.strip() for part in with_parts.split(",") if part.strip()]
    if not sys.stdin.isatty():
        return list(DEFAULT_PARTS)
    click.echo("What does the plugin bring?")
    return [part for part in PARTS if click.confirm(f"  {read_part(part).question}", default=part in DEFAULT_PARTS)]


@plugin.command()
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines for people.")
@click.option("--static", is_flag=True, help="Only the rules that are read off the source; needs no database.")
@click.option(
    "--beside",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of a plugin that this one depends on and that is not installed; may be given again.",
)
@click.option("--record", is_flag=True, help="Write api.json, which the API of later versions is compared with.")
@click.option("--tier", type=click.Choice(["bronze", "silver", "gold"]), help="Fail only below this tier.")
@click.option("--only", multiple=True, help="Beginning of ids of rules, such as TP6; may be given again.")
@click.option("--whole", is_flag=True, help="Show every finding, not the first few of a rule.")
def prove(
    path: Path,
    *,
    as_json: bool,
    static: bool,
    beside: tuple[Path, ...],
    record: bool,
    tier: str | None,
    only: tuple[str, ...],
    whole: bool,
) -> None:
    """Prove the plugin in the folder PATH: the conformance kit.

    Static rules, then the plugin at work on a real PostgreSQL with three organizations: that of DATABASE_URL, else one
    of its own that is thrown away. Fails when a rule does not hold and waivers.toml does not waive it.
    """
    # Inline: the other commands need none of it.
    from platform_core.cli.boot import data_dir_of_environment
    from platform_core.conformance.errors import ProveError
    from platform_core.conformance.output import lines_of
    from platform_core.conformance.proving import keep_tier
    from platform_core.conformance.proving import prove as proof_of
    from platform_core.conformance.subject import read_subject
    from platform_core.conformance.types import TIERS
    from platform_core.conformance.workshop import workshop as proving_place

    try:
        subject = read_subject(path)
        with nullcontext() if static else proving_place() as place:
            report = proof_of(path, workshop=place, beside=beside, record=record, only=only)
    except ProveError as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps(report.to_json(), indent=2) if as_json else "\n".join(lines_of(report, whole=whole)))
    if not report.partial:
        keep_tier(data_dir_of_environment(), subject, report)
    # What was not asked for is no failure; then there is no tier either.
    failed = tuple(item for item in report.failed if item.findings or not report.partial)
    if tier is not None:
        wanted = TIERS[: TIERS.index(next(item for item in TIERS if item.value == tier)) + 1]
        failed = tuple(outcome for outcome in failed if outcome.rule.tier in wanted)
    if failed:
        raise SystemExit(1)


@plugin.command()
@click.argument("slug")
@click.option("--name", "-n", default="", help="Name of the migration; Django finds one otherwise.")
@click.option("--check", is_flag=True, help="Write nothing; fail where the models differ from the migrations.")
def makemigrations(slug: str, name: str, *, check: bool) -> None:
    """Write the migration of what changed in the models of the installed plugin SLUG. Needs no database."""
    words = [*(["--name", name] if name else []), *(["--check", "--dry-run"] if check else [])]
    try:
        with workshop(slug) as folder:
            done = subprocess.run(  # noqa: S603 -- our own interpreter, words of our own
                [sys.executable, "-m", "django", "makemigrations", slug, *words],
                env=_environment_in(folder),
                check=False,
            )
    except WorkshopError as error:
        raise click.ClickException(str(error)) from error
    sys.exit(done.returncode)


def _environment_in(folder: Path) -> dict[str, str]:
    settings = os.environ.get("DJANGO_SETTINGS_MODULE") or "platform_core.settings.local"
    search = os.pathsep.join(entry for entry in sys.path if entry)
    return {**os.environ, "DJANGO_SETTINGS_MODULE": settings, "TENON_DATA_DIR": str(folder), "PYTHONPATH": search}


def _request_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option("--data", default="", help="Body, as JSON."),
        click.option("--as", "member", default="", help="Address of the member who asks; the owner otherwise."),
        click.option("--organization", required=True, help="Slug of the organization."),
        click.argument("path"),
        click.argument("method"),
    ):
        command = option(command)
    return command


@plugin.command()
@_request_options
def trace(**options: Any) -> None:
    """Run a request and show each hook that it calls, with its time and result. What it writes is taken back."""
    _replay("trace", **options)


@plugin.command()
@_request_options
@click.option("--status", default=None, type=int, help="What counts as failing; 5xx and plugin_failed otherwise.")
def bisect(*, status: int | None, **options: Any) -> None:
    """Find the plugin that makes a request fail, by running it with fewer and fewer plugins. Nothing is kept."""
    _replay("bisect", *(["--status", str(status)] if status is not None else []), **options)


def _replay(
    act: str, *more: str, method: str, path: str, organization: str, member: str, data: str, as_json: bool
) -> None:
    words = [act, method, path, "--organization", organization, f"--as={member}", f"--data={data}", *more]
    run_management("plugin_replay", (*words, *(["--json"] if as_json else [])))


@plugin.command()
@click.argument("slug")
@click.option("--organization", required=True, help="Slug of the organization.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def plan(slug: str, organization: str, *, as_json: bool) -> None:
    """Show what enabling the plugin SLUG in an organization would do: the same as `tenon plugins plan`."""
    run_management("plugins", ("plan", slug, "--organization", organization, *(["--json"] if as_json else [])))


@plugin.command()
@click.argument("slug")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), default=None, help="File (the terminal).")
def docs(slug: str, output: Path | None) -> None:
    """Write the page of the installed plugin SLUG, from its manifest, its hooks and its OpenAPI. Needs no database."""
    text = _in_workshop(slug, "platform_core.plugins.plugin_page", slug)
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")


def _in_workshop(slug: str, module: str, *words: str) -> str:
    try:
        with workshop(slug) as folder:
            done = subprocess.run(  # noqa: S603 -- our own interpreter, a module of our own
                [sys.executable, "-m", module, *words],
                env=_environment_in(folder),
                capture_output=True,
                text=True,
                check=False,
            )
    except WorkshopError as error:
        raise click.ClickException(str(error)) from error
    if done.returncode:
        raise click.ClickException(done.stderr.strip().rpartition("\n")[2] or f"ended with code {done.returncode}")
    return done.stdout


@plugin.command()
@click.argument("slug")
@click.option("--port", default=8000, help="The platform is served here.")
def dev(slug: str, port: int) -> None:
    """Serve the platform with the installed plugin SLUG, anew after each change of its files.

    The server is a child process, so nothing of the old code is left. A plugin that the lock refuses is told of, and
    the platform is served without it until the next change.
    """
    # Inline: watching needs a compiled library that no other command needs.
    from watchfiles import watch

    from platform_core.plugins.dev_server import DevServer

    folder = find_package_dir(_package_of(slug))
    assert folder is not None, "an installed plugin has a package"
    with boot.prepared(make_database=False):
        settings = os.environ["DJANGO_SETTINGS_MODULE"]
        server = DevServer(
            slug=slug,
            lock=lambda: lock_plugins(boot.data_dir_of_environment(), strict=False, settings_module=settings),
            command=(sys.executable, "-m", "platform_core.cli", "serve", "--workers", "1", "--port", str(port)),
            tell=click.echo,
        )
        server.run(watch(folder, raise_interrupt=False))


def _package_of(slug: str) -> str:
    for candidate in discover():
        if candidate.slug == slug and candidate.package_dir is not None:
            return candidate.package
    raise click.ClickException(f"No plugin {slug!r} is installed here: run pip install -e in its folder first")
