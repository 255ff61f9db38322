"""`tenon django tenon_demo`: the two organizations that a quickstart begins with."""

from pathlib import Path
from typing import IO, Any, Final, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console

from platform_core.api.errors import TenonError
from platform_core.plugins.errors import PluginLifecycleError
from platform_core.quickstart.demo.credentials import (
    DamagedCredentialsError,
    DemoAccount,
    account_of,
    write_credentials,
)
from platform_core.quickstart.demo.organizations import (
    ForeignOrganizationError,
    ensure_organization,
    set_loopback_ports,
)
from platform_core.quickstart.demo.samples import BrokenSampleError, load_sample, samples
from tenants.scope import OrganizationRef, tenant_scope

# The first one is shown with plugins, the second one without.
ORGANIZATIONS: Final = (("aero", "Aero"), ("acme", "Acme"))
_TROUBLE = (DamagedCredentialsError, ForeignOrganizationError, BrokenSampleError, TenonError, PluginLifecycleError)


class Command(BaseCommand):
    """Idempotent: a second run keeps data, passwords and tokens, and follows another port."""

    help = (
        "Make the demo organizations, or find them again. The first one gets each opt-in plugin that brings a sample."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--port", type=int, default=8000, help="Port of the first organization; the next follow.")
        parser.add_argument("--credentials", type=Path, help="File for the credentials; default: in the data folder.")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load the demo, telling each step."""
        self.console = Console(file=cast("IO[str]", self.stdout._out), soft_wrap=True, highlight=False)  # noqa: SLF001  (the wrapper would add line ends)
        path = options["credentials"] or Path(settings.TENON_DATA_DIR) / "demo.json"
        try:
            self._load(path, options["port"])
        except _TROUBLE as error:
            raise CommandError(f"The demo was not loaded: {error}") from error

    def _load(self, path: Path, port: int) -> None:
        accounts = {slug: account_of(path, slug) for slug, _name in ORGANIZATIONS}
        refs = [self._organization(slug, name, accounts[slug]) for slug, name in ORGANIZATIONS]
        set_loopback_ports({ref: port + index for index, ref in enumerate(refs)})
        # After the database: new secrets whose file is not written are replaced at the next start.
        self._write(path, port, accounts)
        first = refs[0]
        with tenant_scope(first):
            self._samples(first, accounts[first.slug].api_token)

    def _write(self, path: Path, port: int, accounts: dict[str, DemoAccount]) -> None:
        urls = {slug: f"http://127.0.0.1:{port + index}" for index, slug in enumerate(accounts)}
        write_credentials(
            path,
            public_url=f"http://{settings.TENON_PUBLIC_DOMAIN}:{port}",
            accounts={slug: (urls[slug], account) for slug, account in accounts.items()},
        )

    def _organization(self, slug: str, name: str, account: DemoAccount) -> OrganizationRef:
        organization = ensure_organization(slug=slug, name=name, account=account)
        self.console.print(f"  organization {slug}: {'created' if organization.is_new else 'kept'}")
        return organization.ref

    def _samples(self, organization: OrganizationRef, api_token: str) -> None:
        for sample in samples():
            with self.console.status(f"Loading {sample.template.title} into {organization.slug}"):
                loaded = load_sample(sample=sample, api_token=api_token, shared_data=settings.TENON_SHARED_DATA)
            if loaded is not None:
                self.console.print(
                    f"  {organization.slug}: plugin {sample.plugin} enabled; "
                    f"project {loaded.project_id} ({sample.template.title}) with {loaded.tasks} tasks"
                )
