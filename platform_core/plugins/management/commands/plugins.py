"""`tenon plugins list|plan|enable|disable|purge SLUG --organization ORG [--yes] [--json]`."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from platform_core.api.errors import TenonError
from platform_core.plugins.queries.catalogue import catalogue
from platform_core.plugins.services.activation import (
    cancel_purge,
    disable_plugin,
    enable_plugin,
    purge_plugin,
    request_purge,
)
from platform_core.plugins.services.plans import shown_plan
from tenants.models import organization_refs
from tenants.scope import OrganizationRef, tenant_scope


class Command(BaseCommand):
    """Looks after the plugins of one organization; acts at once, audited as the platform's own."""

    help = "List the plugins of an organization, or plan, enable, disable or purge one of them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the words of the command line."""
        acts = parser.add_subparsers(dest="act", required=True)
        for name in ("list", "plan", "enable", "disable", "purge"):
            act = acts.add_parser(name)
            if name != "list":
                act.add_argument("slug", help="Slug of the plugin.")
            act.add_argument("--organization", required=True, help="Slug of the organization.")
            act.add_argument("--json", action="store_true", dest="as_json", help="Print JSON.")
            if name != "list":
                asks = "Do not ask." if name != "plan" else "Changes nothing here: a plan never asks."
                act.add_argument("--yes", action="store_true", help=asks)
            if name == "plan":
                act.add_argument(
                    "--rehearse", action="store_true", help="Try the migrations in an empty copy of the schema."
                )
            if name == "purge":
                act.add_argument("--force", action="store_true", help="Purge at once, without the retention time.")
                act.add_argument("--cancel", action="store_true", help="Take a purge back.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Find the organization and do the act; a refusal is one message."""
        refs = organization_refs(slug=options["organization"])
        if not refs:
            raise CommandError(f'There is no organization "{options["organization"]}".')
        act: Callable[[OrganizationRef, dict[str, Any]], Any] = getattr(self, f"_{options['act']}")
        try:
            with tenant_scope(refs[0]):
                act(refs[0], options)
        except TenonError as error:
            raise CommandError(error.detail) from error

    def _list(self, organization: OrganizationRef, options: dict[str, Any]) -> None:  # noqa: ARG002
        rows = [asdict(entry) for entry in catalogue()]
        lines = [
            f"{row['slug']:<24} {row['state']:<16} {row['version']:<10} {row['error'] or row['summary']}"
            for row in rows
        ]
        self._print(rows, "\n".join(lines) or "No plugin is installed.", options)

    def _plan(self, organization: OrganizationRef, options: dict[str, Any]) -> None:
        plan = asdict(shown_plan(options["slug"], actor=None, with_rehearsal=options.get("rehearse", False)))
        lines = [f"{plan['action']} {plan['slug']} {plan['to_version']} in {organization.slug}", *plan["sql"]]
        lines += [
            f"permission {item['codename']} ({', '.join(item['roles'])}): {item['reason']}"
            for item in plan["permissions"]
        ]
        lines += [f"data class {name}" for name in plan["data_classes"]]
        lines += [f"calls {host}" for host in plan["outbound_hosts"]]
        if plan["action"] != "enable":
            lines += [f"new: {name}" for names in plan["added"].values() for name in names]
        lines += [
            f"{item['action']} {item['table']}" + ("" if item["rows"] is None else f" ({item['rows']} rows)")
            for item in plan["touched"]
        ]
        if plan["rehearsal"] is not None:
            tried = plan["rehearsal"]
            outcome = tried["error"] or f"{tried['migrations']} migrations in {tried['seconds']:.3f} s"
            lines.append(f"rehearsal in an empty copy: {outcome}")
        lines += [f"{note['level']}: {note['message']}" for note in plan["notes"]]
        lines += [f"blocked: {text}" for text in plan["blockers"]]
        self._print(plan, "\n".join(lines), options)

    def _enable(self, organization: OrganizationRef, options: dict[str, Any]) -> None:
        if not options["yes"]:
            self._plan(organization, {**options, "as_json": False})
        self._ask(f"Enable {options['slug']} in {organization.slug}?", options)
        activation = enable_plugin(slug=options["slug"], plan_hash=None, actor=None)
        self._done(activation.slug, activation.state, options)

    def _disable(self, organization: OrganizationRef, options: dict[str, Any]) -> None:
        self._ask(f"Disable {options['slug']} in {organization.slug}? Its data are kept.", options)
        activation = disable_plugin(slug=options["slug"], actor=None)
        self._done(activation.slug, activation.state, options)

    def _purge(self, organization: OrganizationRef, options: dict[str, Any]) -> None:
        slug = options["slug"]
        if options["cancel"]:
            self._done(slug, cancel_purge(slug=slug, actor=None).state, options)
            return
        self._ask(f"Delete all data of {slug} in {organization.slug}{' now' if options['force'] else ''}?", options)
        if options["force"]:
            purge_plugin(slug=slug, confirm=slug, actor=None)
            self._done(slug, "available", options)
            return
        activation = request_purge(slug=slug, confirm=slug, actor=None)
        self._done(slug, activation.state, options)

    def _ask(self, question: str, options: dict[str, Any]) -> None:
        if not options["yes"] and input(f"{question} [y/N] ").strip().lower() not in ("y", "yes"):
            raise CommandError("Nothing was changed.")

    def _done(self, slug: str, state: str, options: dict[str, Any]) -> None:
        self._print({"plugin": slug, "state": state}, f"{slug}: {state}", options)

    def _print(self, value: Any, text: str, options: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(value, default=str, indent=2) if options["as_json"] else text)
