"""`tenon delete-organization`: stop serving now, drop after the days of grace; or take it back until then."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from platform_core.api.errors import TenonError
from tenants.provisioning import DELETION_GRACE, cancel_deletion, drop_due_organizations, request_deletion

LONGEST_GRACE_DAYS = 3650


class Command(BaseCommand):
    """Delete an organization."""

    help = (
        "Stop serving an organization now and drop its schema after days of grace. --cancel takes it back until then."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("slug", help="Which organization.")
        parser.add_argument("--yes", action="store_true", help="Do not ask.")
        parser.add_argument(
            "--grace-days",
            type=int,
            default=DELETION_GRACE.days,
            help="Days until the schema is dropped; 0 drops it now.",
        )
        parser.add_argument("--cancel", action="store_true", help="Serve it again.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002  (Django's signature)
        """Delete it or take it back."""
        slug, days = options["slug"], options["grace_days"]
        if not 0 <= days <= LONGEST_GRACE_DAYS:
            raise CommandError(f"--grace-days is a number from 0 to {LONGEST_GRACE_DAYS}")
        try:
            if options["cancel"]:
                cancel_deletion(slug=slug, by_user_id=None)
                self.stdout.write(f"Organization {slug} is served again.")
                return
            self._confirm(slug, days, sure=options["yes"])
            request_deletion(slug=slug, by_user_id=None, grace=timedelta(days=days))
        except TenonError as error:
            raise CommandError(error.detail) from error
        if days == 0:
            drop_due_organizations()
            self.stdout.write(f"Organization {slug} is deleted.")
        else:
            self.stdout.write(f"Organization {slug} is no longer served; its data is dropped in {days} days.")

    def _confirm(self, slug: str, days: int, *, sure: bool) -> None:
        if sure:
            return
        when = "now" if days == 0 else f"in {days} days"
        if input(f'Delete "{slug}"? Its data is dropped {when}. Type its name to go on: ').strip() != slug:
            raise CommandError("Nothing was deleted.")
