"""`tenon django grant_access`: a super administrator joins an organization, audited there and globally."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from platform_core.api.errors import TenonError
from platform_core.members.management.commands.create_organization import message_of
from platform_core.members.models import Role
from platform_core.members.services.operators import join_as_operator
from tenants.models import organization_refs
from tenants.scope import tenant_scope


class Command(BaseCommand):
    """Let a super administrator join an organization."""

    help = "Make a super administrator a member of an organization. Both audit trails carry the reason."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("slug", help="Which organization.")
        parser.add_argument("--email", required=True, help="Address of the super administrator.")
        parser.add_argument("--reason", required=True, help="Why; the organization reads it in its audit trail.")
        parser.add_argument("--role", default=Role.ADMINISTRATOR.value, choices=Role.values, help="Role code.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002  (Django's signature)
        """Join."""
        organizations = organization_refs(slug=options["slug"], status="active")
        if not organizations:
            raise CommandError(f'There is no organization "{options["slug"]}".')
        try:
            with tenant_scope(organizations[0]):
                join_as_operator(email=options["email"], reason=options["reason"], role=options["role"])
        except TenonError as error:
            raise CommandError(message_of(error)) from error
        self.stdout.write(f"{options['email']} is a member of {options['slug']} now.")
