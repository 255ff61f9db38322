"""With a wall removed the suite fails: each mutation takes one wall down, and its check must go red."""

import contextvars
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from platform_core.api import openapi
from platform_core.members import authentication, gate, host, permissions, tokens
from platform_core.members.host import forget_hosts
from platform_core.members.services import invitations
from platform_core.plugins import gate as plugin_gate
from platform_core.plugins.loader import get_registry
from platform_core.plugins.queries import enabled
from platform_core.projects.managers import ProjectQuerySet
from platform_core.projects.queries import lists as project_lists
from platform_core.projects.services import access
from platform_core.tasks.queries import parents, visible
from platform_core.tasks.queries import tasks as task_queries
from tenants import scope
from tenants.postgresql import cursor
from tenants.postgresql.base import DatabaseWrapper
from tests.walls import checks
from tests.walls.mutation import changed, rewritten
from tests.walls.world import forget


@contextmanager
def no_audience():
    tokens._backend.cache_clear()
    with changed(tokens._backend, ("audience=schema, ", "")):
        yield
    tokens._backend.cache_clear()


@contextmanager
def savepoints_that_forget_the_path():
    """Django's own roll-back: PostgreSQL reverts `SET`, and nobody notes it."""
    kept = DatabaseWrapper.savepoint_rollback
    DatabaseWrapper.savepoint_rollback = BaseDatabaseWrapper.savepoint_rollback
    try:
        yield
    finally:
        DatabaseWrapper.savepoint_rollback = kept


def gate_without(kind, clause):
    return lambda: rewritten(gate._QUERIES, kind, (clause, "TRUE"))


MUTATIONS = {
    "no membership gate for keys": (gate_without("api_key", "m.removed_at IS NULL"), checks.removed_member),
    "no membership gate for tokens": (gate_without("access_token", "m.removed_at IS NULL"), checks.removed_member),
    "no membership gate for sessions": (gate_without("session", "m.removed_at IS NULL"), checks.removed_member),
    "revoked keys live": (gate_without("api_key", "k.revoked_at IS NULL"), checks.revoked_and_expired),
    "expired keys live": (gate_without("api_key", "k.expires_at > now()"), checks.revoked_and_expired),
    "revoked tokens live": (gate_without("access_token", "r.revoked_at IS NULL"), checks.revoked_and_expired),
    "organization not in the gate's key": (
        lambda: changed(gate.principal_of, ("(organization.schema, kind, proof)", '("", kind, proof)')),
        checks.foreign_credentials,
    ),
    "organization not in the key of the enabled plugins": (
        lambda: changed(enabled._enabled_here, ("schema = current_schema()", 'schema = ""')),
        checks.plugin_is_off_there,
    ),
    "host not in the key of the hosts": (
        lambda: changed(
            host.organization_of_host, ("_memory.get(host)", '_memory.get("")'), ("_memory.put(host", '_memory.put(""')
        ),
        checks.each_host_is_its_organization,
    ),
    "scope is never reset": (
        lambda: changed(scope.tenant_scope, ("_current.reset(token)", "pass")),
        checks.scope_ends_with_the_request,
    ),
    "search_path has public too": (
        lambda: changed(cursor._set_path, ('as_string()}"', 'as_string()}, public"')),
        checks.path_is_one_schema,
    ),
    "search_path is set once": (
        lambda: changed(
            DatabaseWrapper._needed_path, ("self.search_path_set_schemas == wanted", "self.search_path_set_schemas")
        ),
        checks.path_is_one_schema,
    ),
    "savepoints forget the search_path": (
        savepoints_that_forget_the_path,
        checks.path_survives_a_rolled_back_savepoint,
    ),
    "plugin gate lets everything pass": (
        lambda: changed(plugin_gate.PluginGateMiddleware.process_view, ("raise Http404", "return")),
        checks.plugin_is_off_there,
    ),
    "document shows what is off": (
        lambda: changed(
            openapi.document_for,
            ("frozenset(slug for slug in enabled if slug in registry.plugins)", "frozenset(registry.plugins)"),
        ),
        checks.plugin_is_off_there,
    ),
    "permissions are not checked": (
        lambda: changed(permissions.DeclaredPermission.has_permission, ("not principal.can(codename)", "False")),
        checks.annotator_is_refused,
    ),
    "credentials are not asked for": (
        lambda: changed(permissions.DeclaredPermission.has_permission, ("raise NotAuthenticatedError", "return True")),
        checks.nobody_is_refused,
    ),
    "undeclared means allowed": (
        lambda: changed(
            permissions.DeclaredPermission.has_permission,
            ("codename is None or not principal.can(codename)", "codename and not principal.can(codename)"),
        ),
        checks.undeclared_method_is_refused,
    ),
    "scopes of keys do not bind": (
        lambda: changed(gate._principal, ("permissions &= frozenset(_codenames(scopes))", "pass")),
        checks.scopes_bind,
    ),
    "audience of tokens is not checked": (no_audience, checks.token_for_another_audience),
    "cookies need no csrf token": (
        lambda: changed(
            authentication.enforce_csrf, ("raise PermissionDeniedError", "return; raise PermissionDeniedError")
        ),
        checks.cookie_needs_its_csrf_token,
    ),
    "invitations count everywhere": (
        lambda: changed(
            invitations.organization_of_token,
            ("here.id != int(number)", "False"),
            ("[here] if here is not None else ", ""),
        ),
        checks.foreign_invitation,
    ),
    "projects are visible to all": (
        lambda: changed(ProjectQuerySet.for_user, ('can("projects.view_all")', 'can("projects.view")')),
        checks.annotator_sees_own_projects_only,
    ),
    "single projects are visible to all": (
        lambda: rewritten(vars(project_lists), "_ONE", ("AND (%(all_projects)s", "AND (%(all_projects)s OR TRUE")),
        checks.annotator_sees_own_projects_only,
    ),
    "lists of projects show all": (
        lambda: rewritten(vars(project_lists), "_VISIBLE", ("(%(all_projects)s", "(%(all_projects)s OR TRUE")),
        checks.annotator_sees_own_projects_only,
    ),
    "predictions are visible to all": (
        lambda: changed(visible.predictions_visible_to, ('principal.can("projects.view_all")', "True")),
        checks.annotator_sees_own_projects_only,
    ),
    "single tasks are visible to all": (
        lambda: rewritten(vars(task_queries), "_ONE", ("AND (%(all_projects)s", "AND (%(all_projects)s OR TRUE")),
        checks.annotator_sees_own_projects_only,
    ),
    "granted to anybody": (lambda: changed(access._refuse_unknown, ("if ids:", "if False:")), checks.foreign_bodies),
    "parents may be anybody's": (
        lambda: changed(parents.parents_of_task, ("and not model", "and False and not model")),
        checks.foreign_bodies,
    ),
}
OF_PLUGINS = {name for name, (_wall, check) in MUTATIONS.items() if check is checks.plugin_is_off_there}


def red(check, here, there):
    """Run a check in a context and a savepoint of its own; return its failure, or None."""
    forget()
    forget_hosts()
    connection.search_path_set_schemas = None
    try:
        with transaction.atomic():
            try:
                contextvars.copy_context().run(check, here, there)
            finally:
                transaction.set_rollback(True)
    except (AssertionError, DatabaseError) as failure:
        return failure
    finally:
        connection.search_path_set_schemas = None
    return None


@pytest.mark.slow  # two filled organizations for all mutations together, each check run twice
def test_no_mutation_survives(here, there, steady_gate):
    survivors = []
    for name, (take_down, check) in MUTATIONS.items():
        if name in OF_PLUGINS and not get_registry().plugins:
            continue
        failure = red(check, here, there)
        assert failure is None, f"{check.__name__} fails with every wall up: {failure}"
        with take_down():
            if red(check, here, there) is None:
                survivors.append(name)

    assert survivors == []


def test_every_wall_stands(here, there, steady_gate):
    walls = {check for _take_down, check in MUTATIONS.values()}

    assert {check.__name__: failure for check in walls if (failure := red(check, here, there))} == {}
