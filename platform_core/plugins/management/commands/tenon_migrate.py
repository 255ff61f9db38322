"""`tenon migrate`: bring `public` and every organization to the installed code."""

from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import Progress

from platform_core.plugins.services.upgrades import PluginUpgrade, upgrade_plugins
from tenants.fleet import UpgradeResult, lagging_organizations, migrate_public, upgrade_fleet
from tenants.scripts import core_script


class Command(BaseCommand):
    """Migrates by our own engine; resumable, with a result for each schema."""

    help = "Bring public and every organization's schema to the installed code. Safe to repeat; a failed run resumes."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Migrate public, build the core's script, upgrade who lags."""
        console = Console(file=cast("IO[str]", self.stdout._out), soft_wrap=True)  # noqa: SLF001  (the wrapper would add line ends)
        applied = migrate_public().applied
        core_script()
        lagging = len(lagging_organizations())
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task("Upgrading organizations", total=lagging or None)

            def report(result: UpgradeResult) -> None:
                progress.advance(task)
                if result.error:
                    progress.console.print(f"{result.organization.slug}: failed: {result.error}")

            results = upgrade_fleet(progress=report)
            upgraded = upgrade_plugins(progress=lambda result: _report_plugin(progress.console, result))
        failed = [result for result in results if result.error]
        console.print(
            f"public: {len(applied)} migrations; "
            f"organizations: {len(results) - len(failed)} upgraded, {len(failed)} failed"
        )
        if upgraded:
            console.print(f"plugins: {sum(1 for result in upgraded if not result.error)} of {len(upgraded)} upgraded")
        if failed or any(result.error for result in upgraded):
            raise CommandError("Some organizations were not upgraded; mend the cause and run tenon migrate again.")


def _report_plugin(console: Console, result: PluginUpgrade) -> None:
    if result.error:
        console.print(f"{result.organization.slug}: plugin {result.slug}: failed: {result.error}")
