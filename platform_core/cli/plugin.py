"""`tenon plugin`: what plugin authors need. Works without a platform and brings its own database where it needs one."""

import json
from contextlib import nullcontext
from pathlib import Path

import click

from platform_core.plugins.scaffold import PARTS, ScaffoldError, write_plugin


@click.group()
def plugin() -> None:
    """Write and prove plugins."""


@plugin.command()
@click.argument("name")
@click.option(
    "--output", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="Folder to write into (here)."
)
@click.option("--with", "with_parts", default="", help=f"Comma list of {', '.join(PARTS)}.")
def new(name: str, output: Path, with_parts: str) -> None:
    """Write a new plugin with the slug NAME, ready to be installed."""
    parts = [part.strip() for part in with_parts.split(",") if part.strip()]
    try:
        root = write_plugin(name, output=output, parts=parts)
    except ScaffoldError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Written: {root}\nNext:    pip install -e {root} && tenon plugins lock && tenon plugins list")


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
    from platform_core.conformance.errors import ProveError
    from platform_core.conformance.output import lines_of
    from platform_core.conformance.proving import prove as proof_of
    from platform_core.conformance.types import TIERS
    from platform_core.conformance.workshop import workshop

    try:
        with nullcontext() if static else workshop() as place:
            report = proof_of(path, workshop=place, beside=beside, record=record, only=only)
    except ProveError as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps(report.to_json(), indent=2) if as_json else "\n".join(lines_of(report, whole=whole)))
    # What was not asked for is no failure; then there is no tier either.
    failed = tuple(item for item in report.failed if item.findings or not report.partial)
    if tier is not None:
        wanted = TIERS[: TIERS.index(next(item for item in TIERS if item.value == tier)) + 1]
        failed = tuple(outcome for outcome in failed if outcome.rule.tier in wanted)
    if failed:
        raise SystemExit(1)
