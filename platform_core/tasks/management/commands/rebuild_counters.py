"""`tenon django rebuild_counters --organization ORG [--project ID]`: count tasks, annotations and predictions again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from platform_core.projects.models import Project
from platform_core.tasks.services.counters import rebuild_counters
from tenants.models import organization_refs
from tenants.scope import tenant_scope


class Command(BaseCommand):
    """Counters are kept by the writes; this mends them after somebody changed rows by hand."""

    help = "Count everything of an organization's projects again, one project a transaction."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the words of the command line."""
        parser.add_argument("--organization", required=True, help="Slug of the organization.")
        parser.add_argument("--project", type=int, help="Only this project.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Recount project by project."""
        refs = organization_refs(slug=options["organization"])
        if not refs:
            raise CommandError(f'There is no organization "{options["organization"]}".')
        with tenant_scope(refs[0]):
            projects = Project.objects.order_by("pk")
            if options["project"] is not None:
                projects = projects.filter(pk=options["project"])
            ids = list(projects.values_list("pk", flat=True))
            for project_id in ids:
                with transaction.atomic():
                    rebuild_counters(project_id=project_id)
        self.stdout.write(f"{len(ids)} projects recounted")
