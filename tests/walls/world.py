"""Two organizations full of objects that can be told apart, and people of every role to call their routes."""

import functools
import secrets
from dataclasses import dataclass, field
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from platform_core.accounts.models import User
from platform_core.jobs.models import Job
from platform_core.jobs.waiting import wait_for_job
from platform_core.members.gate import memory
from platform_core.members.models import Invitation, Member, RefreshToken, TeamLink
from platform_core.members.queries.acting import acting_member
from platform_core.members.services.api_keys import issue_api_key
from platform_core.members.services.avatars import set_avatar
from platform_core.members.services.membership import add_member
from platform_core.plugins.loader import get_registry
from platform_core.plugins.queries.enabled import forget_enabled_plugins
from platform_core.sdk.testing.clients import host_of
from tenants.scope import OrganizationRef, public_scope, tenant_scope
from tests.support.pictures import png

PASSWORD = "correct-horse-1"
ROLES = ("OW", "AD", "MA", "RE", "AN")
CONFIG = (
    '<View><Text name="text" value="$text"/>'
    '<Choices name="topic" toName="text"><Choice value="{mark}"/></Choices></View>'
)
PLUGIN_FOLDERS = Path(__file__).parents[2] / "plugins"


@dataclass
class Person:
    """A member with a key, and what belongs to them alone."""

    member: int
    email: str
    key: str
    key_id: str
    objects: dict = field(default_factory=dict)


@dataclass
class World:
    """One organization, its people by role, its objects by name; `mark` is in every text of it."""

    organization: OrganizationRef
    mark: str
    people: dict = field(default_factory=dict)
    objects: dict = field(default_factory=dict)
    secrets: dict = field(default_factory=dict)

    @property
    def owner(self):
        return self.people["OW"]

    def client(self, person=None, **headers):
        """Call this organization's host, as somebody or as nobody."""
        key = {"HTTP_AUTHORIZATION": f"Token {person.key}"} if person is not None else {}
        return APIClient(HTTP_HOST=host_of(self.organization), **key, **headers)


def forget():
    """Empty the process's short memories, as half a second would."""
    memory.clear()
    forget_enabled_plugins()


def build_world(organization, *, first_id):
    """Fill an organization.

    Args:
        first_id: rows of this organization are numbered from here on, so that ids of two organizations never meet.
    """
    world = World(organization, f"sentinel-{organization.slug}-{secrets.token_hex(4)}")
    _number_from(first_id, organization)
    for role in ROLES:
        world.people[role] = new_person(world, role)
    _enable_plugins(world)
    _number_from(first_id, organization)
    _fill_members(world)
    _fill_project(world)
    _export_plugin(world)
    for person in world.people.values():
        _fill_own(world, person)
    for module in plugin_modules():
        with tenant_scope(organization):
            world.objects.update(module.objects(world.mark))
    return world


@functools.cache
def plugin_modules():
    """Return `wall_objects.py` of every bundled plugin that is installed: what its routes take."""
    paths = (
        path for path in PLUGIN_FOLDERS.glob("*/tests/wall_objects.py") if path.parts[-3] in get_registry().plugins
    )
    return [_imported(f"walls_of_{path.parts[-3]}", path) for path in sorted(paths)]


def _imported(name, path):
    spec = spec_from_file_location(name, path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _number_from(first, organization):
    """Raise sequences; never lower them, for rows of this test may have their numbers already."""
    with tenant_scope(organization), connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass, %s) FROM pg_sequences "
            "WHERE schemaname = current_schema() AND COALESCE(last_value, 0) < %s",
            [first, first],
        )


def new_person(world, role, name=""):
    email = f"{name or role.lower()}@{world.mark}.example"
    with public_scope():
        user = User.objects.create_user(email, PASSWORD, first_name=world.mark)
    with tenant_scope(world.organization):
        member = add_member(user=user, role=role, actor=None)
        key = issue_api_key(member_id=member.pk, name=world.mark)
    return Person(member.pk, email, key.secret, str(key.row.pk))


def _enable_plugins(world):
    client = world.client(world.owner)
    for slug in get_registry().plugins:
        plan = client.get(f"/api/plugins/{slug}/plan/").json()
        answer = client.post(f"/api/plugins/{slug}/enable/?wait=60", {"plan_hash": plan["plan_hash"]})
        assert answer.status_code in (200, 409), answer.content
        forget()


def _export_plugin(world):
    client = world.client(world.owner)
    for slug in list(get_registry().plugins)[:1]:
        exported = client.post(f"/api/plugins/{slug}/export/?wait=60")
        assert exported.status_code == 200, exported.content
        world.objects["archive"] = exported.json()["job"]


def _made(answer):
    assert answer.status_code in (200, 201), answer.content
    return answer.json()


def _fill_members(world):
    client = world.client(world.owner)
    world.objects["organization"] = world.organization.id
    world.objects["member"] = new_person(world, "AN", name="other").member
    world.objects["avatar"] = _avatar_of(world, world.objects["member"])
    world.objects["team"] = _made(client.post("/api/teams/", {"name": world.mark}))["id"]
    for person in (world.objects["member"], world.people["RE"].member, world.people["AN"].member):
        _made(client.post(f"/api/teams/{world.objects['team']}/members/", {"member": person}))
    link = _made(client.post(f"/api/teams/{world.objects['team']}/links/"))
    world.objects["link"], world.secrets["link"] = link["id"], link["token"]
    role = {"name": world.mark, "base": "AN", "permissions": ["organization.view"]}
    world.objects["role"] = _made(client.post("/api/roles/", role))["id"]
    invitation = _made(client.post("/api/invites/", {"email": f"new@{world.mark}.example"}))
    world.objects["invitation"] = invitation["id"]
    with tenant_scope(world.organization):
        assert Member.objects.count() > len(ROLES)
        assert Invitation.objects.count() == TeamLink.objects.count() == 1


def _avatar_of(world, member):
    """Give a member a picture and return its name."""
    with tenant_scope(world.organization):
        picture = set_avatar(member_id=member, content=png(text=world.mark.encode()), actor=acting_member(member))
    return picture.avatar


def _fill_project(world):
    client = world.client(world.owner)
    project = _made(
        client.post("/api/projects/", {"title": world.mark, "label_config": CONFIG.format(mark=world.mark)})
    )["id"]
    world.objects["project"] = project
    report = _made(client.post(f"/api/projects/{project}/import?return_task_ids=1", [{"text": world.mark}] * 3))
    world.objects["import"], tasks = report["id"], report["task_ids"]
    world.objects["task"] = tasks[0]
    file = SimpleUploadedFile("notes.txt", world.mark.encode(), "text/plain")
    uploaded = _made(client.post(f"/api/projects/{project}/import", {"file": file}, format="multipart"))
    (world.objects["upload"],) = uploaded["file_upload_ids"]
    path = _made(client.get(f"/api/import/file-upload/{world.objects['upload']}"))["file"]
    world.objects["upload_name"] = path.rpartition("/")[2]
    prediction = {"task": tasks[0], "result": result(world), "model_version": world.mark}
    world.objects["prediction"] = _made(client.post("/api/predictions/", prediction))["id"]
    export = _made(client.post(f"/api/projects/{project}/exports/", {"title": world.mark}))
    world.objects["export"] = export["id"]
    with tenant_scope(world.organization):
        assert wait_for_job(UUID(export["job"]), 10).status == "completed"
    access = {"members": [], "teams": [world.objects["team"]]}
    _made(client.patch(f"/api/projects/{project}/access/", access))


def _fill_own(world, person):
    client = world.client(person)
    body = {"result": result(world)}
    person.objects["annotation"] = _made(client.post(f"/api/tasks/{world.objects['task']}/annotations/", body))["id"]
    change = _made(client.get(f"/api/annotation-history/?annotation={person.objects['annotation']}"))[0]
    person.objects["change"] = change["id"]
    draft = client.post(f"/api/tasks/{world.objects['task']}/drafts", body)
    person.objects["draft"] = _made(draft)["id"]
    login = _made(world.client().post("/api/auth/login/", {"email": person.email, "password": PASSWORD, "token": True}))
    person.objects["access"], person.objects["refresh"] = login["access"], login["refresh"]
    with tenant_scope(world.organization):
        job = Job.objects.create(
            function="tests.support.sample_jobs.note",
            run_after=timezone.now(),
            args=[world.mark],
            created_by_id=person.member,
            status="failed",
            error=world.mark,
        )
        person.objects["job"] = str(job.pk)
        person.objects["refresh_row"] = str(RefreshToken.objects.get(member_id=person.member).pk)


def result(world):
    """Return a result that the project's label config accepts."""
    return [{"from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": [world.mark]}}]


def session_cookie(world, person):
    """Sign somebody in by cookie and return its value."""
    client = world.client()
    answer = client.post("/api/auth/login/", {"email": person.email, "password": PASSWORD})
    assert answer.status_code == 200, answer.content
    return client.cookies["tenon_session"].value
