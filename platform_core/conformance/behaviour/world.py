"""Three organizations full of objects that can be told apart: made once by the core alone, copied for each proof."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from django.conf import settings
from django.db import connection
from rest_framework.test import APIClient

from platform_core.accounts.models import User
from platform_core.conformance.errors import ProveError
from platform_core.members.services.api_keys import issue_api_key
from platform_core.members.services.membership import add_member
from platform_core.members.services.organizations import create_organization
from tenants.models import organization_refs
from tenants.scope import OrganizationRef, public_scope, tenant_scope

# Enabled and called; enabled with data that must not show; off.
CALLED, OTHER, OFF = "prove-a", "prove-b", "prove-c"
SLUGS: Final = (CALLED, OTHER, OFF)
ROLES: Final = ("OW", "AD", "MA", "RE", "AN")
PASSWORD: Final = "correct-horse-1"  # noqa: S105  made-up people
MARKS: Final = {CALLED: "sentinel-alder-4711", OTHER: "sentinel-birch-0815", OFF: "sentinel-cedar-2718"}
# Rows of the organizations are numbered apart, so that an id of one never means anything in another.
FIRST_IDS: Final = {CALLED: 1_000, OTHER: 900_000, OFF: 500_000}
CONFIG: Final = (
    '<View><Text name="text" value="$text"/>'
    '<Choices name="topic" toName="text"><Choice value="{mark}"/><Choice value="other"/></Choices></View>'
)
TABLE: Final = "tenon_prove.worlds"


@dataclass(kw_only=True)
class Person:
    """A member with a key, and what belongs to them alone."""

    member: int
    email: str
    key: str
    objects: dict[str, Any] = field(default_factory=dict)


@dataclass(kw_only=True)
class World:
    """One organization, its people by role, its objects by name; `mark` is in every text of it."""

    organization: OrganizationRef
    mark: str
    people: dict[str, Person] = field(default_factory=dict)
    objects: dict[str, Any] = field(default_factory=dict)

    @property
    def owner(self) -> Person:
        """Return the organization's owner."""
        return self.people["OW"]

    def client(self, person: Person | None = None, *, key: str | None = None) -> APIClient:
        """Call this organization's host, as somebody or as nobody; a failing view answers 500 instead of raising."""
        secret = key or (person.key if person is not None else None)
        headers: dict[str, Any] = {"HTTP_AUTHORIZATION": f"Token {secret}"} if secret else {}
        host = f"{self.organization.slug}.{settings.TENON_PUBLIC_DOMAIN}"
        return APIClient(raise_request_exception=False, HTTP_HOST=host, **headers)


def build_worlds() -> dict[str, World]:
    """Make and fill the three organizations."""
    worlds = {}
    for slug in SLUGS:
        create_organization(
            slug=slug,
            name=MARKS[slug].title(),
            owner_email=f"owner@{slug}.example",
            owner_password=PASSWORD,
            with_plugins=False,
        )
        worlds[slug] = _filled(organization_refs(slug=slug)[0])
    return worlds


def _filled(organization: OrganizationRef) -> World:
    world = World(organization=organization, mark=MARKS[organization.slug])
    number_from(organization)
    for role in ROLES:
        world.people[role] = _person(world, role)
    client = world.client(world.owner)
    project = {"title": world.mark, "label_config": CONFIG.format(mark=world.mark)}
    world.objects["project"] = made(client.post("/api/projects/", project))["id"]
    fill_project(world, world.objects["project"], [{"text": world.mark}] * 3)
    task = world.objects["task"]
    body = {"result": result_of(world)}
    for person in world.people.values():
        person.objects["annotation"] = made(client.post(f"/api/tasks/{task}/annotations/", body))["id"]
    prediction = {"task": task, "result": body["result"], "model_version": world.mark}
    world.objects["prediction"] = made(client.post("/api/predictions/", prediction))["id"]
    return world


def number_from(organization: OrganizationRef) -> None:
    """Raise the sequences of an organization; never lower them."""
    first = FIRST_IDS[organization.slug]
    with tenant_scope(organization), connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass, %s) FROM pg_sequences "
            "WHERE schemaname = current_schema() AND COALESCE(last_value, 0) < %s",
            [first, first],
        )


def _person(world: World, role: str) -> Person:
    email = f"{role.lower()}@{world.mark}.example"
    with public_scope():
        user = User.objects.create_user(email, PASSWORD, first_name=world.mark)
    with tenant_scope(world.organization):
        member = add_member(user=user, role=role, actor=None)
        key = issue_api_key(member_id=member.pk, name=world.mark)
    return Person(member=member.pk, email=email, key=key.secret)


def fill_project(world: World, project: int, tasks: list[dict[str, Any]]) -> list[int]:
    """Import tasks into a project; returns their ids. The first import's first task is the world's."""
    client = world.client(world.owner)
    report = made(client.post(f"/api/projects/{project}/import?return_task_ids=1", tasks, format="json"))
    ids: list[int] = report["task_ids"]
    world.objects.setdefault("task", ids[0])
    return ids


def result_of(world: World) -> list[dict[str, Any]]:
    """Return a result that the project's label config accepts."""
    return [{"from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": [world.mark]}}]


def made(answer: Any) -> Any:
    """Return the body of an answer that must be a success.

    Raises:
        ProveError: it is none.
    """
    if answer.status_code not in (200, 201):
        raise ProveError(f"{answer.status_code} {answer.content[:500]!r}")
    return answer.json()


def store(worlds: Mapping[str, World], seen: Mapping[str, Any]) -> None:
    """Keep the worlds, and what one of them sees of the core alone, in a schema of the database that is nobody's."""
    document = {"worlds": {slug: asdict(world) for slug, world in worlds.items()}, "seen": dict(seen)}
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA IF NOT EXISTS tenon_prove")
        cursor.execute(f"CREATE TABLE {TABLE} (document text NOT NULL)")
        cursor.execute(f"INSERT INTO {TABLE} VALUES (%s)", [json.dumps(document)])  # noqa: S608  a constant


def load() -> tuple[dict[str, World], dict[str, Any]]:
    """Return what `store` kept."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT document FROM {TABLE}")  # noqa: S608  a constant
        document = json.loads(cursor.fetchone()[0])
    return {slug: _world(facts) for slug, facts in document["worlds"].items()}, document["seen"]


def _world(facts: dict[str, Any]) -> World:
    people = {role: Person(**person) for role, person in facts["people"].items()}
    return World(
        organization=OrganizationRef(**facts["organization"]),
        mark=facts["mark"],
        people=people,
        objects=facts["objects"],
    )
