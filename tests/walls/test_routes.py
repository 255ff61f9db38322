"""No route without a declared permission, a description and a serializer; what is public stands here, with reason."""

import json
import re
from collections import Counter

import pytest
from rest_framework.test import APIClient

from platform_core.accounts.principal import ACCOUNT_OWN
from platform_core.api.openapi import document_for
from platform_core.members.permissions import CORE_PERMISSIONS, PUBLIC, ViewClassPermission
from platform_core.plugins.loader import get_registry
from tests.walls.routes import METHODS, PUBLIC_HOST, TENANT, operations, routes

HOSTS = (TENANT, PUBLIC_HOST)

# Pages for people and their files: no data of an organization, no API.
PAGES = {
    "docs": "the page that shows the OpenAPI document",
    "redoc": "the same, for reading",
    "asset": "scripts and styles of these two pages",
}
WITHOUT_CREDENTIAL = {
    ("version", "GET"): "clients ask for the version before they sign in",
    ("schema", "GET"): "holds names of enabled plugins and nothing else of the organization",
    ("auth-login", "POST"): "the password is the credential",
    ("auth-signup", "POST"): "a mail goes to the address; the answer tells nothing",
    ("auth-signup-confirm", "POST"): "the mailed token is the credential",
    ("auth-password-reset", "POST"): "a mail goes to the address; the answer tells nothing",
    ("auth-password-reset-confirm", "POST"): "the mailed token is the credential",
    ("token-refresh", "POST"): "the refresh token in the body is the credential",
    ("token-rotate", "POST"): "the refresh token in the body is the credential",
    ("open-link-join", "GET"): "the token of the link is the credential; the answer is the organization's name",
    ("open-link-join", "POST"): "the token of the link is the credential; a mail goes to the address",
    ("invite-accept", "POST"): "the mailed token and the password are the credentials",
}
WITHOUT_BODIES = {
    "schema": "answers an OpenAPI document, which describes itself",
    "project-export": "streams a file",
    "uploaded-file": "streams a file",
    "avatar-file": "streams a file",
    "snapshot-download": "streams a file",
    "project-tasks": "deletes; neither body nor answer",
}


def all_operations():
    return [operation for host in HOSTS for operation in operations(host) if operation.route.name not in PAGES]


def test_walk_finds_the_routes_of_every_host_and_plugin():
    by_plugin = Counter(route.plugin for route in routes())

    assert by_plugin[None] > 50
    assert all(by_plugin[slug] for slug, plugin in get_registry().plugins.items() if plugin.patterns)
    assert len(routes(PUBLIC_HOST)) > 10


@pytest.mark.parametrize("host", HOSTS)
def test_every_route_has_a_name_of_its_own_and_a_view_class(host):
    names = Counter(route.name for route in routes(host))

    assert [name for name, count in names.items() if count > 1 or name.endswith("None")] == []
    assert [route.name for route in routes(host) if not route.methods] == []


def test_every_method_declares_a_known_permission():
    plugins = {permission.codename for manifest in get_registry().manifests for permission in manifest.permissions}
    known = {*CORE_PERMISSIONS, *plugins, ACCOUNT_OWN, PUBLIC}

    assert [str(operation) for operation in all_operations() if operation.permission not in known] == []


def test_a_permission_of_a_plugin_guards_only_its_own_routes():
    strangers = [
        str(operation)
        for operation in all_operations()
        if operation.route.plugin is not None
        and operation.permission not in CORE_PERMISSIONS
        and not operation.permission.startswith(f"{operation.route.plugin}.")
    ]

    assert strangers == []


def test_only_listed_methods_need_no_credential():
    public = {operation.key for operation in all_operations() if operation.permission == PUBLIC}

    assert public == set(WITHOUT_CREDENTIAL)


def test_no_view_loosens_what_the_settings_demand():
    """A view that names other permission classes would not ask `ViewClassPermission` at all."""
    own = [str(operation) for operation in all_operations() if "permission_classes" in vars(operation.route.view)]

    assert own == []
    assert all(isinstance(item.route.view.permission_required, ViewClassPermission) for item in all_operations())


def test_no_permission_is_declared_for_a_method_that_does_not_exist():
    idle = [
        (route.name, method)
        for host in HOSTS
        for route in routes(host)
        if route.name not in PAGES
        for method in METHODS
        if getattr(route.view.permission_required, method) and method not in route.methods
    ]

    assert idle == []


def test_every_view_has_a_serializer_or_says_why_not():
    without = {
        item.route.name for item in all_operations() if getattr(item.route.view, "serializer_class", None) is None
    }

    assert without == set(WITHOUT_BODIES)


@pytest.mark.parametrize("host", HOSTS)
def test_every_method_is_described_by_operation(host):
    document = json.loads(document_for(host, frozenset(get_registry().plugins)).content)
    undescribed = [
        str(operation)
        for operation in operations(host)
        if operation.route.name not in PAGES and not _is_described(document, operation)
    ]

    assert undescribed == []


def _is_described(document, operation):
    found = described(document, operation) or {}
    said = PUBLIC if found.get("security") == [{}] else found.get("x-permission")
    return (
        bool(found.get("summary") and found.get("tags") and "404" in found["responses"])
        and said == operation.permission
    )


def described(document, operation):
    """Return what an OpenAPI document says of an operation, or None."""
    paths = {_without_names(path): item for path, item in document["paths"].items()}
    return paths.get(_without_names(operation.route.template), {}).get(operation.method.lower())


def _without_names(path):
    """`/a/<int:pk>/` and `/a/{id}/` alike as `/a/{}/`."""
    return re.sub(r"<[^>]*>|\{[^}]*\}", "{}", path)


SAMPLES = {"int": "1", "uuid": "00000000-0000-4000-8000-000000000000", "slug": "task", "str": "x", "path": "x"}


def paths_of(host):
    """Return (method, path) of each operation below `/api/`, with a sample for each argument."""
    for operation in operations(host):
        template = operation.route.template
        if template.startswith("/api/"):
            yield operation.method, re.sub(r"<(\w+):\w+>", lambda match: SAMPLES.get(match[1], "x"), template)


@pytest.mark.parametrize(("host", "name"), [(TENANT, "alpha.testserver"), (PUBLIC_HOST, "testserver")])
def test_last_slash_may_be_missing_or_too_much(db, alpha, settings, host, name):
    settings.TENON_PUBLIC_DOMAIN = "testserver"
    client, walked = APIClient(HTTP_HOST=name), 0
    for method, path in paths_of(host):
        other = path[:-1] if path.endswith("/") else f"{path}/"
        one, two = (
            client.generic(method, address, b"{}", content_type="application/json") for address in (path, other)
        )
        assert (method, path, two.status_code) == (method, path, one.status_code)
        assert two.status_code not in (301, 302, 307, 308)
        assert two.headers["Content-Type"] == one.headers["Content-Type"]
        walked += 1
    assert walked > (100 if host == TENANT else 10)
