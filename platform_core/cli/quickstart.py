"""`tenon quickstart`: the whole platform in one terminal."""

import os
from pathlib import Path

import click
from rich.console import Console

from platform_core.quickstart.data_dir import open_data_dir, wipe
from platform_core.quickstart.errors import QuickstartError
from platform_core.quickstart.options import QuickstartOptions
from platform_core.quickstart.run import Quickstart


@click.command()
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1024, 65534), help="Uses the next one too."
)
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Web processes.")
@click.option(
    "--data-dir",
    default=".tenon",
    show_default=True,
    envvar="TENON_DATA_DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of everything that is kept between runs.",
)
@click.option("--ready-file", type=click.Path(dir_okay=False, path_type=Path), help="Written when all answers.")
@click.option("--no-demo", is_flag=True, help="Start without the demo organizations.")
@click.option("--no-redis", is_flag=True, help="Let the worker poll the database even where a Redis could be embedded.")
@click.option("--reset", is_flag=True, help="Delete the data folder's content and the embedded database first.")
@click.option("--yes", is_flag=True, help="Do not ask before --reset.")
def quickstart(
    *,
    port: int,
    workers: int,
    data_dir: Path,
    ready_file: Path | None,
    no_demo: bool,
    no_redis: bool,
    reset: bool,
    yes: bool,
) -> None:
    """Run database, web and worker here, with two demo organizations; data are kept between runs."""
    options = QuickstartOptions(
        port=port,
        workers=workers,
        data_dir=data_dir.expanduser().absolute(),
        ready_file=ready_file.absolute() if ready_file else None,
        demo=not no_demo,
        redis=not no_redis,
    )
    try:
        if reset:
            _reset(options.data_dir, ask=not yes)
        Quickstart(options, Console()).run()
    except QuickstartError as error:
        raise click.ClickException(str(error)) from error


def _reset(data_dir: Path, *, ask: bool) -> None:
    if os.environ.get("DATABASE_URL", "").strip():
        raise QuickstartError(
            "--reset deletes embedded data only. Unset DATABASE_URL, or empty that database yourself."
        )
    if not data_dir.is_dir():
        return
    if ask:
        click.confirm(f"Delete all data of {data_dir}, its database included?", abort=True)
    lock = open_data_dir(data_dir)
    try:
        wipe(data_dir)
    finally:
        lock.release()
