"""`tenon plugin`: what plugin authors need. Works without Django and without a database."""

from pathlib import Path

import click

from platform_core.plugins.scaffold import PARTS, ScaffoldError, write_plugin


@click.group()
def plugin() -> None:
    """Write plugins."""


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
