"""Every route by every role: what the table of codenames says is what the host answers."""

import pytest
from django.db import transaction

from platform_core.members.models import CustomRole, Member
from platform_core.members.permissions import CORE_PERMISSIONS, OF_EVERY_MEMBER, PUBLIC, permissions_of_role
from platform_core.members.services.api_keys import issue_api_key
from platform_core.plugins.loader import get_registry
from platform_core.plugins.permissions import plugin_permissions
from tenants.scope import tenant_scope
from tests.walls.calls import call, has_arguments
from tests.walls.routes import operations, routes
from tests.walls.test_routes import PAGES
from tests.walls.world import ROLES, Person, forget, plugin_modules

# Credentials of sign-in and links are checked by their own tests; here nobody is refused for a role.
pytestmark = pytest.mark.slow  # calls every route of a filled organization for each role

GUARDED = [item for item in operations() if item.route.name not in PAGES and item.permission != PUBLIC]
OPEN = [item for item in operations() if item.route.name in PAGES or item.permission == PUBLIC]
# The caller may, and there is nothing: a plugin need not have settings.
MAY_BE_MISSING = {"plugin-settings", "plugin-settings-history", "plugin-settings-check"}


def enabled_table():
    return plugin_permissions(frozenset(get_registry().plugins))


def answer_of(operation, world, person, client):
    """Call an operation, undo what it wrote, and forget what the process remembers of it."""
    with transaction.atomic():
        answer = call(client, operation, world, person)
        transaction.set_rollback(True)
    forget()
    return answer


def refused_permission(answer):
    """Return the codename for lack of which an answer is 403, else None."""
    return answer.json()["data"].get("permission") if answer.status_code == 403 else None


def asking_more():
    """Return `ASKS_MORE` of the plugins: operations whose body names a thing that asks for a permission of its own."""
    return {key for module in plugin_modules() for key in getattr(module, "ASKS_MORE", ())}


def wrong_answers(world, person, expected):
    """Return every operation whose answer is not the expected one: `expected(operation)` is None for allowed."""
    wrong = []
    client = world.client(person)
    for operation in GUARDED:
        answer = answer_of(operation, world, person, client)
        status = expected(operation)
        if status is None:
            missing = (404,) if operation.route.name not in MAY_BE_MISSING else ()
            fine = answer.status_code < 500 and answer.status_code not in (401, 403, *missing)
            fine = fine or (
                operation.key in asking_more() and refused_permission(answer) not in (None, operation.permission)
            )
        else:
            fine = answer.status_code == status
        if not fine:
            wrong.append(f"{operation}: {answer.status_code} {answer.whole[:200]!r}")
    return wrong


def test_every_route_can_be_called():
    assert [route.name for route in routes() if not has_arguments(route)] == []


@pytest.mark.parametrize("role", ROLES)
def test_role_reaches_what_the_table_gives_it_and_nothing_else(here, role):
    granted = permissions_of_role(role, plugin_permissions=enabled_table())

    assert wrong_answers(here, here.people[role], lambda item: None if item.permission in granted else 403) == []


def test_roles_differ():
    reach = {role: sum(item.permission in permissions_of_role(role) for item in GUARDED) for role in ROLES}

    assert reach["OW"] >= reach["AD"] > reach["MA"] > reach["RE"] > reach["AN"] > 0


def test_nobody_reaches_nothing_without_a_credential(here):
    nobody = Person(here.owner.member, here.owner.email, "", here.owner.key_id, here.owner.objects)
    wrong = []
    for operation in GUARDED:
        answer = answer_of(operation, here, nobody, here.client())
        if answer.status_code != 401 or answer["WWW-Authenticate"] != "Token":
            wrong.append(f"{operation}: {answer.status_code}")

    assert wrong == []


def test_removed_member_reaches_nothing_though_the_key_is_not_revoked(here):
    with tenant_scope(here.organization):
        Member.objects.filter(pk=here.owner.member).update(removed_at="2026-01-01T00:00:00Z")
    forget()

    assert wrong_answers(here, here.owner, lambda _item: 401) == []


def test_unknown_key_reaches_nothing(here):
    stranger = Person(here.owner.member, here.owner.email, "tnk_" + "0" * 64, here.owner.key_id, here.owner.objects)

    assert wrong_answers(here, stranger, lambda _item: 401) == []


@pytest.mark.parametrize("half", [0, 1])
def test_key_with_scopes_reaches_what_they_name_and_nothing_else(here, half):
    scopes = sorted({*CORE_PERMISSIONS, *enabled_table()})[half::2]
    with tenant_scope(here.organization):
        issued = issue_api_key(member_id=here.owner.member, name="limited", scopes=scopes)
    limited = Person(here.owner.member, here.owner.email, issued.secret, str(issued.row.pk), here.owner.objects)
    client = here.client(limited)
    wrong = []
    for operation in GUARDED:
        answer = answer_of(operation, here, limited, client)
        refused = refused_permission(answer) == operation.permission
        if answer.status_code >= 500 or answer.status_code == 401 or refused is (operation.permission in scopes):
            wrong.append(f"{operation}: {answer.status_code} {answer.whole[:200]!r}")

    assert wrong == []


@pytest.mark.parametrize("half", [0, 1])
def test_custom_role_reaches_what_it_names_and_nothing_else(here, half):
    """Whatever the base: a custom role of an annotator may do what annotators may not, and not what they may."""
    named = {*sorted({*CORE_PERMISSIONS, *enabled_table()})[half::2], *OF_EVERY_MEMBER}
    person = here.people["AN"]
    with tenant_scope(here.organization):
        role = CustomRole.objects.create(name="half", base="AN", permissions=[*named, "no.such.permission"])
        Member.objects.filter(pk=person.member).update(custom_role=role)
    forget()
    client = here.client(person)
    wrong = []
    for operation in GUARDED:
        answer = answer_of(operation, here, person, client)
        refused = refused_permission(answer) == operation.permission
        if answer.status_code >= 500 or answer.status_code == 401 or refused is (operation.permission in named):
            wrong.append(f"{operation}: {answer.status_code} {answer.whole[:200]!r}")

    assert wrong == []


def test_open_routes_never_fail(here):
    broken = [str(item) for item in OPEN if answer_of(item, here, here.owner, here.client()).status_code >= 500]

    assert broken == []
