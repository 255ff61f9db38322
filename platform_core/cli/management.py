"""Thin fronts of Django's management commands; all further words go to the command."""

import click

from platform_core.cli import boot

_PASS_THROUGH = {"ignore_unknown_options": True, "help_option_names": []}


def run_management(name: str, words: tuple[str, ...], *, make_database: bool = False) -> None:
    """Run one management command with the words of the command line; it ends the process with its exit code.

    Args:
        make_database: make the embedded database where there is none.
    """
    with boot.prepared(make_database=make_database):
        # Inline: Django is imported after the settings and plugins are known.
        from django.core.management import execute_from_command_line

        try:
            execute_from_command_line(["tenon", name, *words])
        finally:
            _close_pools()


def _close_pools() -> None:
    """Let the database go before an embedded one is stopped; its pool would try to connect again."""
    # Inline: as above.
    from django.conf import settings
    from django.db import connections

    if settings.configured:
        for connection in connections.all(initialized_only=True):
            connection.close()
            # Asking for the pool would make one, and need a database; a command may never have used any.
            if connection.alias in getattr(connection, "_connection_pools", {}):
                connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's backend has it


@click.command(context_settings=_PASS_THROUGH)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def worker(words: tuple[str, ...]) -> None:
    """Run background jobs, from Redis by REDIS_URL or else from the database."""
    run_management("tenon_worker", words)


@click.command(context_settings=_PASS_THROUGH)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def migrate(words: tuple[str, ...]) -> None:
    """Bring the public schema and every organization's schema to the installed version."""
    run_management("tenon_migrate", words, make_database=True)


@click.command("create-organization", context_settings=_PASS_THROUGH)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def create_organization(words: tuple[str, ...]) -> None:
    """Make an organization with its own schema."""
    run_management("create_organization", words)


@click.command("delete-organization", context_settings=_PASS_THROUGH)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def delete_organization(words: tuple[str, ...]) -> None:
    """Delete an organization, after its days of grace."""
    run_management("delete_organization", words)


@click.command(context_settings=_PASS_THROUGH)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def doctor(words: tuple[str, ...]) -> None:
    """Find what is not as it should be, and put it right with --fix."""
    run_management("tenon_doctor", words)


@click.command(context_settings=_PASS_THROUGH)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def django(words: tuple[str, ...]) -> None:
    """Run a command of Django: shell, check, makemigrations, ..."""
    run_management(words[0] if words else "help", words[1:])
