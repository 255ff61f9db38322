"""Prints what the core answers in a new organization without any plugin; run as a process of its own.

`DATABASE_URL` names a database of the run, `TENON_DATA_DIR` the lock. The caller compares the prints of an installation
with plugins, all off, and of one without any.
"""

import json
import os
import re
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "platform_core.settings.test"
django.setup()

from django.apps import apps  # noqa: E402  (after the set-up)
from django.db import connection  # noqa: E402
from django.urls import clear_url_caches  # noqa: E402

from platform_core.members.credentials import digest_of  # noqa: E402
from platform_core.members.gate import principal_of  # noqa: E402
from platform_core.members.services.organizations import create_organization  # noqa: E402
from platform_core.plugins.loader import get_registry  # noqa: E402
from platform_core.sdk.testing.clients import anonymous_client, client_of  # noqa: E402
from tenants.models import organization_refs  # noqa: E402
from tenants.scope import tenant_scope  # noqa: E402

CONFIG = '<View><Text name="t" value="$text"/><Choices name="c" toName="t"><Choice value="a"/></Choices></View>'
RESULT = [{"from_name": "c", "to_name": "t", "type": "choices", "value": {"choices": ["a"]}}]
CHANGING = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|20\d\d-\d\d-\d\dT[0-9:.]+Z|tnk_[0-9a-f]+|\"duration\":[0-9.e-]+|eyJ[\w.-]+|[0-9a-f]{32}"
)


def main(words):
    """Print one JSON object: answers by call, tables, permissions, and the routes that hold one of the words."""
    create_organization(
        slug="gamma",
        name="Gamma",
        owner_email="owner@gamma.example",
        owner_password="correct-horse-1",
        with_plugins=False,
    )
    clear_url_caches()
    organization = organization_refs(slug="gamma")[0]
    owner = client_of(organization)
    printed = {
        "answers": dict(answers(owner, anonymous_client(organization), words)),
        "tables": tables(organization),
        "permissions": permissions(organization, owner.api_key),
    }
    facts = {"plugins": sorted(get_registry().plugins), "apps": sorted(item.name for item in apps.get_app_configs())}
    sys.stdout.write(json.dumps({"printed": printed, "facts": facts}))


def tables(organization):
    with tenant_scope(organization), connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name || '.' || c.column_name || ' ' || c.data_type FROM information_schema.columns c "
            "WHERE c.table_schema = current_schema() ORDER BY 1"
        )
        columns = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
        return columns + [row[0] for row in cursor.fetchall()]


def permissions(organization, key):
    with tenant_scope(organization):
        principal = principal_of("api_key", digest_of(key))
        return sorted(principal.permissions)


def answers(owner, nobody, words):
    """Yield (call, normalised answer): reads, writes and refusals all over the core, and the words as paths."""
    calls = [("GET", path, None) for path in reads()]
    calls += [("POST", "/api/projects/", {"title": "One project", "label_config": CONFIG})]
    for method, path, body in calls:
        yield f"{method} {path}", answer(owner, method, path, body)
    project = owner.get("/api/projects/").json()["results"][0]["id"]
    for method, path, body in writes(project, words):
        yield f"{method} {path} {body}".replace(str(project), "P"), answer(owner, method, path, body)
    for path in ("/api/projects/", "/api/schema/", "/docs/", *(f"/api/{word}/packs/" for word in words)):
        yield f"nobody GET {path}", answer(nobody, "GET", path, None)


def reads():
    yield from (
        "/api/version/",
        "/api/schema/",
        "/api/current-user/whoami",
        "/api/organization/",
        "/api/organizations/",
    )
    yield from (
        "/api/users/",
        "/api/members/",
        "/api/teams/",
        "/api/invites/",
        "/api/jobs/",
        "/api/audit/",
        "/api/token/",
    )
    yield from ("/api/projects/", "/api/projects/counts/", "/api/predictions/", "/api/nothing/", "/docs/", "/redoc/")


def writes(project, words):
    place = f"/api/projects/{project}"
    yield "POST", f"{place}/import", [{"text": "one"}, {"text": "two"}]
    yield "POST", f"{place}/import?format=nothing", [{"text": "one"}]
    yield "GET", f"/api/tasks/?project={project}&fields=all", None
    yield "GET", f"{place}/export/formats", None
    yield "GET", f"{place}/export?download_all_tasks=1", None
    yield "GET", f"{place}/export?export_type=nothing", None
    yield "POST", f"{place}/validate/", {"label_config": CONFIG}
    yield "POST", "/api/projects/validate/", {"label_config": "<View><Unknown/></View>"}
    yield "POST", "/api/api-keys/", {"name": "k", "scopes": ["nothing.here"]}
    yield "POST", "/api/teams/", {"name": "team", "permission": "nothing.here"}
    for word in words:
        yield "GET", f"/api/{word}/", None
        yield "POST", f"/api/{word}/packs/", {}
        yield "POST", f"{place}/import?format={word}.anything", [{"text": "one"}]
        yield "GET", f"{place}/export?export_type={word}.anything", None
        yield "POST", "/api/api-keys/", {"name": "k", "scopes": [f"{word}.packs.view"]}
        taxonomy = CONFIG.replace("<Choices ", f'<Choices taxonomy="{word}:x@1" ')
        yield "POST", "/api/projects/validate/", {"label_config": taxonomy}


def answer(client, method, path, body):
    response = client.get(path) if method == "GET" else client.post(path, body, format="json")
    content = response.getvalue() if response.streaming else response.content
    headers = sorted(name for name in response.headers)
    return [response.status_code, headers, CHANGING.sub("*", content.decode())]


if __name__ == "__main__":
    main(sys.argv[1:])
