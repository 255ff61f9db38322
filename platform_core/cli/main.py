"""The command `tenon`. A subcommand's module is imported when it is asked for, so that each one starts fast."""

import importlib
import sys

import click

from platform_core.embedded.errors import EmbeddedServiceError

_COMMANDS = {
    "quickstart": "platform_core.cli.quickstart:quickstart",
    "serve": "platform_core.cli.serve:serve",
    "events": "platform_core.cli.events:events",
    "worker": "platform_core.cli.management:worker",
    "migrate": "platform_core.cli.management:migrate",
    "create-organization": "platform_core.cli.management:create_organization",
    "delete-organization": "platform_core.cli.management:delete_organization",
    "plugins": "platform_core.cli.plugins:plugins",
    "plugin": "platform_core.cli.plugin:plugin",
    "doctor": "platform_core.cli.management:doctor",
    "django": "platform_core.cli.management:django",
}


class LazyGroup(click.Group):
    """A group whose commands are named by `module:attribute`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table: the first steps first."""
        return [*_COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        target = _COMMANDS.get(cmd_name)
        if target is None:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = target.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tenon", message="%(package)s %(version)s")
def cli() -> None:
    """Tenon: a multi-tenant platform for labelling and learning from data that grows by plugins.

    Every command but quickstart keeps to the folder that TENON_DATA_DIR names (default .tenon) and to the database of
    DATABASE_URL; without one, to the embedded database of that folder.
    """


def main() -> None:
    """Run the console script; an error that an operator can act on is one message, not a traceback."""
    try:
        cli(prog_name="tenon")
    except EmbeddedServiceError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
