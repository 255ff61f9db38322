"""`tenon plugins`: `lock` works without Django, because settings read the lock; all else is a management command."""

import os

import click

from platform_core.cli import boot
from platform_core.cli.management import run_management
from platform_core.embedded.private_files import private_folder
from platform_core.plugins.errors import PluginsRejectedError
from platform_core.plugins.lock import lock_path
from platform_core.plugins.preflight import lock_plugins
from platform_core.plugins.trial import CoreStartError


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def plugins(words: tuple[str, ...]) -> None:
    """Look after plugins: lock, list, plan, enable, disable, purge."""
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
    boot.choose_settings()
    private_folder(data_dir)
    try:
        locked = lock_plugins(data_dir, strict=strict, settings_module=os.environ["DJANGO_SETTINGS_MODULE"])
    except (PluginsRejectedError, CoreStartError) as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(lock_path(data_dir).read_text(encoding="utf-8"), nl=False)
        return
    for plugin in locked.plugins:
        click.echo(f"{plugin.slug} {plugin.version}: {plugin.verdict}{f', {plugin.reason}' if plugin.reason else ''}")
    click.echo(f"{len(locked.accepted)} accepted, {len(locked.quarantined)} quarantined: {lock_path(data_dir)}")
