"""`tenon plugins`: `lock` works without Django, because settings read the lock; all else is a management command."""

import json

import click

from platform_core.cli import boot
from platform_core.cli.management import run_management


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def plugins(words: tuple[str, ...]) -> None:
    """Look after plugins: lock, list, plan, enable, disable, export, purge."""
    if words[:1] == ("lock",):
        lock(list(words[1:]), prog_name="tenon plugins lock")
        return
    run_management("plugins", words)


@click.command()
@click.option("--strict", is_flag=True, envvar="TENON_PLUGINS_STRICT", help="Fail when a plugin is rejected.")
@click.option("--json", "as_json", is_flag=True, help="Print the lock file.")
def lock(*, strict: bool, as_json: bool) -> None:
    """Try each installed plugin in a process of its own and write down which are accepted, and why not."""
    data_dir = boot.data_dir_of_environment()
    boot.lock_now(data_dir, strict=strict)
    path = data_dir / "plugins.lock.json"
    if as_json:
        click.echo(json.dumps(json.loads(path.read_text(encoding="utf-8")), indent=2))
    else:
        click.echo(f"Locked: {path}. See the verdicts with: tenon plugins list")
