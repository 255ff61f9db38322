"""What an organization without the plugin sees: reads, writes and refusals all over the core, and its tables."""

import re
from collections.abc import Iterator
from typing import Any, Final

from django.conf import settings
from django.db import connection
from rest_framework.test import APIClient

from platform_core.api.openapi import core_patterns, plugin_patterns
from platform_core.conformance.behaviour.world import CONFIG, World
from platform_core.plugins.loader import get_registry
from tenants.scope import public_scope, tenant_scope

# What differs between two runs of the same calls: ids and times that nobody chose, and secrets.
CHANGING: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|20\d\d-\d\d-\d\dT[0-9:.]+Z|tnk_[0-9a-f]+|team-[0-9a-f]{8}|\"duration\":[0-9.e-]+|eyJ[\w.-]+|[0-9a-f]{32}"
)
READS: Final = (
    "/api/version/",
    "/api/current-user/whoami",
    "/api/organization/",
    "/api/users/",
    "/api/members/",
    "/api/roles/",
    "/api/teams/",
    "/api/jobs/",
    "/api/projects/",
    "/api/projects/counts/",
    "/api/predictions/",
    "/api/nothing/",
    "/docs/",
)


def answers_of(world: World) -> dict[str, list[Any]]:
    """Return what the core answers in an organization, by call: status, names of headers, body without what changes."""
    owner, nobody = world.client(world.owner), world.client()
    found: dict[str, list[Any]] = {}
    for path in READS:
        found[f"GET {path}"] = _answer(owner, "GET", path, None)
    for method, path, body in _writes(world):
        found[f"{method} {path} {body}"] = _answer(owner, method, path, body)
    found["nobody GET /api/projects/"] = _answer(nobody, "GET", "/api/projects/", None)
    return found


def described() -> list[str]:
    """Return what the OpenAPI document of an organization without plugins is made from.

    Not the document itself: the core's takes seconds to write, and is a function of this.
    """
    patterns = core_patterns(settings.ROOT_URLCONF)
    routes = [f"{item.pattern} {getattr(item, 'lookup_str', '')}" for item in patterns]
    nobody: frozenset[str] = frozenset()
    parts = [part.key for part in get_registry().document_parts(nobody)]
    return [*settings.MIDDLEWARE, *routes, *(str(item) for item in plugin_patterns(get_registry(), nobody)), *parts]


def _writes(world: World) -> Iterator[tuple[str, str, Any]]:
    project, task = world.objects["project"], world.objects["task"]
    place = f"/api/projects/{project}"
    result = [{"from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": ["other"]}}]
    yield "POST", "/api/projects/", {"title": "Another", "label_config": CONFIG.format(mark="x")}
    yield "PATCH", f"{place}/", {"description": "changed"}
    yield "POST", f"{place}/import", [{"text": "one"}, {"text": "two"}]
    yield "POST", f"{place}/import?format=nothing", [{"text": "one"}]
    yield "GET", f"/api/tasks/?project={project}&fields=all", None
    yield "GET", f"/api/tasks/{task}/", None
    yield "POST", f"/api/tasks/{task}/annotations/", {"result": result}
    yield "POST", f"/api/tasks/{task}/annotations/", {"result": [{"from_name": "nothing"}]}
    yield "PATCH", f"/api/annotations/{world.owner.objects['annotation']}/", {"result": result}
    yield "GET", f"{place}/export/formats", None
    yield "GET", f"{place}/export?download_all_tasks=1", None
    yield "GET", f"{place}/export?export_type=nothing", None
    yield "POST", f"{place}/validate/", {"label_config": CONFIG.format(mark="x")}
    yield "POST", "/api/projects/validate/", {"label_config": "<View><Unknown/></View>"}
    yield "POST", "/api/api-keys/", {"name": "k", "scopes": ["nothing.here"]}
    yield "POST", "/api/teams/", {"name": "team"}
    yield "DELETE", f"/api/annotations/{world.people['RE'].objects['annotation']}/", None
    yield "GET", "/api/project-templates/", None


def _answer(client: APIClient, method: str, path: str, body: Any) -> list[Any]:
    response = getattr(client, method.lower())(path, body, format="json") if method != "GET" else client.get(path)
    content = response.getvalue() if response.streaming else response.content
    return [response.status_code, sorted(response.headers), CHANGING.sub("*", content.decode(errors="replace"))]


def tables_of(world: World) -> list[str]:
    """Return columns of every table of an organization, and its applied migrations."""
    with tenant_scope(world.organization), connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name || '.' || c.column_name || ' ' || c.data_type FROM information_schema.columns c "
            "WHERE c.table_schema = current_schema() ORDER BY 1"
        )
        columns = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
        return columns + [row[0] for row in cursor.fetchall()]


def public_tables() -> list[str]:
    """Return what the public schema holds that a plugin could leave there: tables, kinds of content, permissions."""
    with public_scope(), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        names = [row[0] for row in cursor.fetchall()]
        for table, column in (("django_content_type", "app_label || '.' || model"), ("auth_permission", "codename")):
            if table in names:
                cursor.execute(f"SELECT '{table} ' || {column} FROM {table} ORDER BY 1")  # noqa: S608  constants
                names += [row[0] for row in cursor.fetchall()]
    return names


def seen_from(world: World) -> dict[str, Any]:
    """Return all that an organization without the plugin must find unchanged."""
    return {
        "answers": answers_of(world),
        "tables": tables_of(world),
        "public": public_tables(),
        "described": described(),
    }
