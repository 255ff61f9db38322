"""`tenon django reseal_secrets`: encrypt secrets anew after TENON_SECRET_KEY has changed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from platform_core.plugins.services.resealing import reseal_here
from platform_core.sealing import SealedTextError
from tenants.models import organization_refs
from tenants.scope import tenant_scope


class Command(BaseCommand):
    """Renew what former keys sealed, one organization a transaction; may be repeated."""

    help = "Encrypt secrets anew with the present TENON_SECRET_KEY; former ones stand in TENON_SECRET_KEY_FALLBACKS."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the words of the command line."""
        parser.add_argument("--organization", help="Slug of one organization; all of them unless given.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Renew organization by organization; one that fails stops no other."""
        slug = options["organization"]
        refs = organization_refs(slug=slug) if slug else organization_refs()
        if slug and not refs:
            raise CommandError(f'There is no organization "{slug}".')
        failed: list[str] = []
        for ref in refs:
            try:
                with tenant_scope(ref):
                    renewed = reseal_here()
                self.stdout.write(f"{ref.slug}: {renewed} secrets renewed")
            except SealedTextError as error:
                failed.append(ref.slug)
                self.stderr.write(f"{ref.slug}: {error}")
        if failed:
            raise CommandError(f"Secrets of {', '.join(failed)} open with no configured key; nothing changed there.")
