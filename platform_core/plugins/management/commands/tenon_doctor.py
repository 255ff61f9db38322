"""`tenon doctor`: find what is not as it should be, and put it right where that loses nothing."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error

from platform_core.plugins.services.doctor import Finding, check_installation, check_organization
from tenants.models import organization_refs


class Command(BaseCommand):
    """Examines the installation and its organizations; may be repeated."""

    help = "Examine the lock, the deny list, tables, migration rows, the index and the fleet state."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the words of the command line."""
        parser.add_argument("--fix", action="store_true", help="Put right what can be put right without a loss.")
        parser.add_argument("--organization", help="Slug of one organization; all of them unless given.")
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print JSON.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Look everywhere; an organization that cannot be examined stops no other."""
        slug = options["organization"]
        refs = organization_refs(slug=slug) if slug else organization_refs()
        if slug and not refs:
            raise CommandError(f'There is no organization "{slug}".')
        findings = [] if slug else check_installation()
        for ref in refs:
            try:
                findings += check_organization(ref, fix=options["fix"])
            except Error as error:
                text = f"Cannot be examined: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
                findings.append(Finding(check="unreadable", organization=ref.slug, what=text))
        if options["as_json"]:
            self.stdout.write(json.dumps([asdict(finding) for finding in findings], indent=2))
        else:
            self._print(findings, len(refs))
        left = [finding for finding in findings if not finding.fixed]
        if left:
            hint = " `--fix` puts some of it right." if any(item.fixable for item in left) else ""
            raise CommandError(f"{len(left)} findings are left.{hint}")

    def _print(self, findings: list[Finding], organizations: int) -> None:
        for finding in findings:
            place = f"{finding.organization}: " if finding.organization else ""
            mark = "fixed " if finding.fixed else ""
            self.stdout.write(f"{mark}{finding.check}: {place}{finding.what}")
        self.stdout.write(f"{organizations} organizations examined, {len(findings)} findings")
