"""Every route of this app by every role: what is written here is what each role may reach."""

import pytest

from platform_core.members.api.urls import urlpatterns
from platform_core.members.permissions import PUBLIC, permissions_of_role

EVERYBODY = {"OW", "AD", "MA", "RE", "AN"}
MANAGERS = {"OW", "AD", "MA"}
ADMINISTRATORS = {"OW", "AD"}
NOBODY_NEEDED = {"OW", "AD", "MA", "RE", "AN", None}
UUID = "00000000-0000-0000-0000-000000000000"

MATRIX = {
    ("auth-login", "POST"): NOBODY_NEEDED,
    ("auth-logout", "POST"): EVERYBODY,
    ("auth-password-change", "POST"): EVERYBODY,
    ("auth-password-reset", "POST"): NOBODY_NEEDED,
    ("auth-password-reset-confirm", "POST"): NOBODY_NEEDED,
    ("current-user", "GET"): EVERYBODY,
    ("current-user", "PATCH"): EVERYBODY,
    ("current-user-whoami", "GET"): EVERYBODY,
    ("current-user-hotkeys", "GET"): EVERYBODY,
    ("current-user-hotkeys", "PATCH"): EVERYBODY,
    ("current-user-token", "GET"): EVERYBODY,
    ("current-user-reset-token", "POST"): EVERYBODY,
    ("user-list", "GET"): EVERYBODY,
    ("user-list", "POST"): ADMINISTRATORS,
    ("user-detail", "GET"): EVERYBODY,
    ("user-detail", "PATCH"): EVERYBODY,
    ("user-detail", "DELETE"): ADMINISTRATORS,
    ("user-avatar", "POST"): EVERYBODY,
    ("user-avatar", "DELETE"): EVERYBODY,
    ("avatar-file", "GET"): EVERYBODY,
    ("token-list", "GET"): EVERYBODY,
    ("token-list", "POST"): EVERYBODY,
    ("token-refresh", "POST"): NOBODY_NEEDED,
    ("token-rotate", "POST"): NOBODY_NEEDED,
    ("token-blacklist", "POST"): EVERYBODY,
    ("api-key-list", "GET"): EVERYBODY,
    ("api-key-list", "POST"): EVERYBODY,
    ("api-key-detail", "DELETE"): EVERYBODY,
    ("current-organization", "GET"): EVERYBODY,
    ("organization-list", "GET"): EVERYBODY,
    ("organization-detail", "GET"): EVERYBODY,
    ("organization-detail", "PATCH"): ADMINISTRATORS,
    ("organization-default-role", "PATCH"): ADMINISTRATORS,
    ("jwt-settings", "GET"): EVERYBODY,
    ("jwt-settings", "POST"): ADMINISTRATORS,
    ("session-policy", "GET"): EVERYBODY,
    ("session-policy", "PATCH"): ADMINISTRATORS,
    ("open-link", "GET"): ADMINISTRATORS,
    ("open-link", "DELETE"): ADMINISTRATORS,
    ("open-link-reset", "POST"): ADMINISTRATORS,
    ("open-link-join", "GET"): NOBODY_NEEDED,
    ("open-link-join", "POST"): NOBODY_NEEDED,
    ("invite-send", "POST"): ADMINISTRATORS,
    ("invite-revoke", "POST"): ADMINISTRATORS,
    ("role-list", "GET"): EVERYBODY,
    ("role-list", "POST"): ADMINISTRATORS,
    ("role-detail", "GET"): EVERYBODY,
    ("role-detail", "PATCH"): ADMINISTRATORS,
    ("role-detail", "DELETE"): ADMINISTRATORS,
    ("membership-list", "GET"): EVERYBODY,
    ("membership-detail", "GET"): EVERYBODY,
    ("membership-detail", "DELETE"): ADMINISTRATORS,
    ("member-list", "GET"): EVERYBODY,
    ("member-leave", "POST"): EVERYBODY,
    ("member-detail", "GET"): EVERYBODY,
    ("member-detail", "PATCH"): ADMINISTRATORS,
    ("member-detail", "DELETE"): ADMINISTRATORS,
    ("invite-list", "GET"): ADMINISTRATORS,
    ("invite-list", "POST"): ADMINISTRATORS,
    ("invite-accept", "POST"): NOBODY_NEEDED,
    ("invite-detail", "DELETE"): ADMINISTRATORS,
    ("team-list", "GET"): EVERYBODY,
    ("team-list", "POST"): MANAGERS,
    ("team-join", "POST"): EVERYBODY,
    ("team-detail", "GET"): EVERYBODY,
    ("team-detail", "PATCH"): MANAGERS,
    ("team-detail", "DELETE"): MANAGERS,
    ("team-member-list", "GET"): EVERYBODY,
    ("team-member-list", "POST"): MANAGERS,
    ("team-member-detail", "DELETE"): MANAGERS,
    ("team-link-list", "GET"): MANAGERS,
    ("team-link-list", "POST"): MANAGERS,
    ("team-link-detail", "DELETE"): MANAGERS,
}


def _routes():
    for pattern in urlpatterns:
        view = pattern.callback.cls
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            if hasattr(view, method.lower()):
                yield pattern, method, view.permission_required.of(method)


def test_matrix_names_every_route_and_no_other():
    assert {(pattern.name, method) for pattern, method, _codename in _routes()} == set(MATRIX)


@pytest.mark.parametrize(
    ("pattern", "method", "codename"), list(_routes()), ids=lambda value: str(getattr(value, "name", value))
)
def test_declared_permission_is_that_of_the_matrix(pattern, method, codename):
    allowed = MATRIX[pattern.name, method]

    assert codename is not None
    if codename == PUBLIC:
        assert allowed == NOBODY_NEEDED
    else:
        assert {role for role in EVERYBODY if codename in permissions_of_role(role)} == allowed


def _path(pattern):
    route = "/" + str(pattern.pattern)
    return (
        route.replace("<uuid:pk>", UUID)
        .replace("<uuid:link_pk>", UUID)
        .replace("<int:pk>", "0")
        .replace("<int:user_pk>", "0")
        .replace("<int:member_pk>", "0")
        .replace("<str:name>", "0.png")
    )


@pytest.mark.parametrize("role", [None, "AN", "RE", "MA", "AD", "OW"])
def test_every_route_answers_each_role_as_the_matrix_says(alpha, client_of, new_member, role):
    new_member(alpha, "OW")
    for pattern, method, _codename in _routes():
        if pattern.name in ("auth-logout", "member-leave", "current-user-reset-token"):
            continue
        client = client_of(alpha, role)
        answer = client.generic(method, _path(pattern), "{}", content_type="application/json")
        allowed = role in MATRIX[pattern.name, method]
        refused = answer.status_code == (401 if role is None else 403)
        if MATRIX[pattern.name, method] != NOBODY_NEEDED:
            assert refused is not allowed, (pattern.name, method, role, answer.status_code)
        assert answer.status_code < 500
