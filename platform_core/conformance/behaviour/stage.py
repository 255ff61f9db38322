"""The plugin on its stage: three organizations, what was found, and the acts that several rules need."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection
from rest_framework.test import APIClient

from platform_core.conformance.behaviour.objects import Objects
from platform_core.conformance.behaviour.recorder import Recorder
from platform_core.conformance.behaviour.routes import Operation, operations_of
from platform_core.conformance.behaviour.world import CALLED, OFF, OTHER, Person, World
from platform_core.conformance.types import Finding
from platform_core.events.relay import relay_some
from platform_core.jobs.claims import claim
from platform_core.jobs.runner import execute_in_caller
from platform_core.jobs.types import QUEUES
from platform_core.members.gate import memory
from platform_core.plugins.loader import LoadedPlugin
from platform_core.plugins.queries.enabled import forget_enabled_plugins
from platform_core.plugins.statistics import process_meter
from tenants.scope import OrganizationRef, tenant_scope

MOST_JOBS = 200


@dataclass(kw_only=True)
class Stage:
    """One plugin, and what was found about it."""

    plugin: LoadedPlugin
    root: Path
    package_dir: Path
    depends: Sequence[str]
    worlds: dict[str, World]
    seen: dict[str, Any]
    findings: list[Finding] = field(default_factory=list)
    tried: Counter[str] = field(default_factory=Counter)
    skipped: dict[str, str] = field(default_factory=dict)
    recorded: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.objects = Objects(self.plugin, self.root)
        self.operations: list[Operation] = operations_of(self.plugin)
        self.recorder = Recorder(
            package=self.plugin.package,
            package_dir=self.package_dir,
            worlds=list(self.worlds.values()),
            find=self.find,
        )

    @property
    def called(self) -> World:
        """Return the organization whose routes are called."""
        return self.worlds[CALLED]

    @property
    def other(self) -> World:
        """Return the organization whose data must not show."""
        return self.worlds[OTHER]

    @property
    def off(self) -> World:
        """Return the organization without the plugin."""
        return self.worlds[OFF]

    def find(self, rule: str, where: str, message: str) -> None:
        """Note that a rule is broken; each place once."""
        finding = Finding(rule=rule, where=where, message=message)
        if finding not in self.findings:
            self.findings.append(finding)

    def check(self, rule: str, where: str, holds: object, message: str) -> bool:
        """Count something as tried, and note it when it does not hold."""
        self.tried[rule] += 1
        if not holds:
            self.find(rule, where, message)
        return bool(holds)

    def skip(self, rule: str, reason: str) -> None:
        """Say why a rule has nothing to try."""
        self.skipped[rule] = reason

    def act(self, world: World, verb: str, slug: str, body: dict[str, Any] | None = None) -> Any:
        """Enable, disable or purge as an admin does, and wait; returns the answer."""
        path = f"/api/plugins/{slug}/{verb}/"
        answer = world.client(world.owner).post(f"{path}?wait=60", body or {}, format="json")
        forget()
        return answer

    def enable(self, world: World, slug: str | None = None) -> Any:
        """Plan and enable a plugin."""
        name = slug or self.plugin.slug
        plan = world.client(world.owner).get(f"/api/plugins/{name}/plan/")
        if plan.status_code != 200:
            return plan
        return self.act(world, "enable", name, {"plan_hash": plan.json()["plan_hash"]})

    def call(
        self,
        operation: Operation,
        world: World,
        person: Person,
        *,
        client: APIClient | None = None,
        path: str | None = None,
        body: Any = None,
        query: str = "",
    ) -> Any:
        """Call an operation with a world's objects; the answer has its `whole` body, read to the end."""
        sender = client or world.client(person)
        target = (path or self.path_of(operation, world, person)) + query
        answer: Any
        if operation.method == "GET":
            answer = sender.get(target)
        else:
            sent = self.objects.body(operation, world, person) if body is None else body
            answer = getattr(sender, operation.method.lower())(target, sent, format="json")
        answer.whole = read(answer)
        return answer

    def path_of(self, operation: Operation, world: World, person: Person) -> str:
        """Return a path that leads to one of the world's objects; the last that was tried where none does."""
        known = world.objects.setdefault(f"path of {operation.template} of {person.member}", None)
        if known is not None:
            return str(known)
        path = ""
        for arguments in self.objects.arguments(operation, world, person):
            path = operation.path(**arguments)
            if not operation.parameters or world.client(person).get(path).status_code != 404:
                break
        world.objects[f"path of {operation.template} of {person.member}"] = path
        return path

    def settle(self, world: World) -> None:
        """Hand events to their handlers and run the jobs that are due, until nothing is left to do now."""
        organization = world.organization
        for _ in range(MOST_JOBS):
            worked = relay_some(organization)[0]
            owned = claim(organization, worker="proof", queues=QUEUES)
            if owned is not None:
                execute_in_caller(owned)
            elif not worked:
                return


def read(answer: Any) -> bytes:
    """Return the whole body of an answer."""
    content: bytes = answer.getvalue() if answer.streaming else answer.content
    return content


def forget() -> None:
    """Empty the process's short memories, as half a second would."""
    memory.clear()
    forget_enabled_plugins()
    # A breaker that opened on injected faults must not answer for the next one.
    process_meter().forget()


def rows_of(organization: OrganizationRef, *, only: frozenset[str] | None = None) -> dict[str, str]:
    """Return a digest of the rows of every table of an organization, or of some, by table."""
    with tenant_scope(organization), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")
        names = [row[0] for row in cursor.fetchall() if only is None or row[0] in only]
        parts = [
            f"SELECT '{name}', count(*) || ' ' || md5(COALESCE(string_agg(t::text, '|' ORDER BY t::text), '')) "  # noqa: S608  names of the catalogue
            f'FROM "{name}" t'
            for name in names
        ]
        if not parts:
            return {}
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())
