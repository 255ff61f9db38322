"""`tenon create-organization`: an organization with its schema and its owner."""

import sys
from argparse import ArgumentParser
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError

from platform_core.accounts.services.links import organization_url
from platform_core.api.errors import TenonError
from platform_core.members.queries.organization import organization_domains
from platform_core.members.services.organizations import create_organization
from platform_core.plugins.queries.catalogue import failed_plugins
from tenants.scope import tenant_scope


class Command(BaseCommand):
    """Make an organization."""

    help = "Make an organization with its own schema. The owner's account is made where the address is new."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--slug", required=True, help="Its name in addresses: 3 to 40 letters, digits and hyphens.")
        parser.add_argument("--name", required=True, help="Display name.")
        parser.add_argument("--owner-email", required=True, help="Address of the owner.")
        parser.add_argument(
            "--owner-password-stdin",
            action="store_true",
            help="Read the password of a new account from standard input.",
        )
        parser.add_argument(
            "--domain", action="append", default=[], help="Further host, with or without port; repeatable."
        )
        parser.add_argument("--json", action="store_true", help="Answer with one JSON object.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002  (Django's signature)
        """Make it and say where it answers."""
        password = sys.stdin.readline().rstrip("\r\n") if options["owner_password_stdin"] else None
        try:
            organization = create_organization(
                slug=options["slug"],
                name=options["name"],
                owner_email=options["owner_email"],
                owner_password=password,
                domains=tuple(domain.strip().lower() for domain in options["domain"]),
            )
        except TenonError as error:
            raise CommandError(message_of(error)) from error
        with tenant_scope(organization):
            domains = organization_domains()
            failed = failed_plugins()
        url = organization_url(domains[0])
        if options["json"]:
            facts = {"id": organization.id, "slug": organization.slug, "domains": domains, "url": url}
            facts["plugins_failed"] = failed
            self.stdout.write(orjson.dumps(facts).decode())
        else:
            self.stdout.write(f"Organization {organization.slug} answers at {url}")
        for slug, reason in failed.items():
            self.stderr.write(f"Plugin {slug} is off: {reason}")


def message_of(error: TenonError) -> str:
    """Return an error as one message for an operator."""
    fields = [f"{name}: {' '.join(map(str, texts))}" for name, texts in (error.validation_errors or {}).items()]
    return "; ".join(fields) or error.detail
