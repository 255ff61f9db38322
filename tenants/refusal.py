"""Commands of Django and django-tenants that would pass by the migration engine: they exist only to say what to use."""

from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser


class RefusedCommand(BaseCommand):
    """Refuses to run, whatever its options are.

    Attributes:
        instead: what to do instead, as one sentence.
    """

    instead = ""
    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Accept every option, so that the refusal is what the caller reads."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.add_argument("words", nargs="*", help="Ignored.")
        known = parser.parse_known_args
        parser.parse_args = lambda args=None, namespace=None: known(args, namespace)[0]  # type: ignore[method-assign, assignment]
        return parser

    def handle(self, *args: Any, **options: Any) -> NoReturn:  # noqa: ARG002
        """Refuse.

        Raises:
            CommandError: always.
        """
        raise CommandError(f"This command is switched off: it does not know the organizations' schemas. {self.instead}")
