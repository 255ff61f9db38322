"""`tenon plugin`: what plugin authors need. Works without Django and without a database."""

import os
import subprocess
import sys
from pathlib import Path

import click

from platform_core.plugins.scaffold import PARTS, ScaffoldError, write_plugin
from platform_core.plugins.workshop import WorkshopError, workshop


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
