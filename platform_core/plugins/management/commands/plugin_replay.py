"""`tenon plugin trace|bisect METHOD PATH --organization ORG [--as EMAIL] [--data JSON]`."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from platform_core.members.models import Member, Role
from platform_core.plugins.replay import Answer, ReplayError, Request, culprits, replay
from tenants.models import organization_refs
from tenants.scope import OrganizationRef, tenant_scope


class Command(BaseCommand):
    """Runs a request in this process and takes back what it wrote."""

    help = "Run a request and show the hooks that it calls, or find the plugin that makes it fail."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the words of the command line; `platform_core.cli.plugin` describes them."""
        acts = parser.add_subparsers(dest="act", required=True)
        for name in ("trace", "bisect"):
            act = acts.add_parser(name)
            act.add_argument("method")
            act.add_argument("path")
            act.add_argument("--organization", required=True)
            act.add_argument("--as", dest="member", default="")
            act.add_argument("--data", default="")
            act.add_argument("--json", action="store_true", dest="as_json")
            if name == "bisect":
                act.add_argument("--status", type=int, default=None)

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Run the request; what cannot be run is one message."""
        refs = organization_refs(slug=options["organization"])
        if not refs:
            raise CommandError(f'There is no organization "{options["organization"]}".')
        request = Request(
            organization=refs[0],
            member=options["member"] or _owner(refs[0]),
            method=options["method"].upper(),
            path=options["path"],
            body=options["data"],
        )
        try:
            self._trace(request, options) if options["act"] == "trace" else self._bisect(request, options)
        except ReplayError as error:
            raise CommandError(f"{error}.") from error

    def _trace(self, request: Request, options: dict[str, Any]) -> None:
        answer = replay(request)
        if options["as_json"]:
            calls = [asdict(call) for call in answer.calls]
            self.stdout.write(json.dumps({"status": answer.status, "calls": calls}, indent=2))
            return
        self.stdout.write(f"{request.method} {request.path}: {answer.status}")
        for call in answer.calls:
            name = f"{call.plugin}.{call.hook}"
            self.stdout.write(f"{name:<44} {call.outcome:<8} {call.seconds * 1000:8.2f} ms  {call.result}".rstrip())
        if not answer.calls:
            self.stdout.write("No hook was called.")

    def _bisect(self, request: Request, options: dict[str, Any]) -> None:
        wanted = options["status"]

        def fails(answer: Answer) -> bool:
            return answer.failed if wanted is None else answer.status == wanted

        found = culprits(request, fails=fails)
        if options["as_json"]:
            self.stdout.write(json.dumps({"plugins": found}))
        elif found:
            self.stdout.write(f"{request.method} {request.path} fails because of: {', '.join(found)}")
        else:
            self.stdout.write(f"{request.method} {request.path} does not fail, or fails without any plugin as well.")


def _owner(organization: OrganizationRef) -> str:
    with tenant_scope(organization):
        return Member.objects.filter(role=Role.OWNER, removed_at=None).order_by("pk")[0].email
