from itertools import pairwise

import pytest

from platform_core.members.models import Role
from platform_core.members.permissions import (
    CORE_PERMISSIONS,
    ROLE_RANK,
    ViewClassPermission,
    all_permissions,
    declared_permission,
    may_hand_out,
    permissions_of_role,
)


def test_codenames_are_attributes_and_a_wrong_one_fails():
    assert all_permissions.projects_view == "projects.view"
    assert all_permissions.plugins_purge_now == "plugins.purge_now"
    assert list(all_permissions) == list(CORE_PERMISSIONS)
    with pytest.raises(AttributeError, match=r"No permission projects\.fly"):
        _ = all_permissions.projects_fly


@pytest.mark.parametrize(
    ("method", "codename"),
    [
        ("GET", "a.b"),
        ("HEAD", "a.b"),
        ("POST", "a.c"),
        ("DELETE", None),
        ("OPTIONS", None),
        ("of", None),
        ("__class__", None),
    ],
)
def test_declared_codename_of_a_method(method, codename):
    assert ViewClassPermission(GET="a.b", POST="a.c").of(method) == codename


def test_view_without_a_declaration_declares_nothing():
    class Loose:
        permission_required = "projects.view"

    assert declared_permission(object(), "GET") is None
    assert declared_permission(Loose(), "GET") is None


def test_nobody_hands_out_a_role_above_their_own():
    for giver in Role.values:
        assert {role for role in Role.values if may_hand_out(giver=giver, role=role)} == {
            role for role in Role.values if ROLE_RANK[role] <= ROLE_RANK[giver]
        }
    assert not may_hand_out(giver="AD", role="OW")


def test_each_role_has_all_that_the_one_below_has():
    roles = sorted(Role.values, key=ROLE_RANK.__getitem__)

    for lower, higher in pairwise(roles):
        assert permissions_of_role(lower) <= permissions_of_role(higher)
    assert permissions_of_role("OW") == frozenset(CORE_PERMISSIONS)


def test_permissions_of_plugins_are_added_to_the_roles_they_name():
    table = {"kites.kites.fly": frozenset({"MA"})}

    assert "kites.kites.fly" in permissions_of_role("MA", plugin_permissions=table)
    assert "kites.kites.fly" not in permissions_of_role("OW", plugin_permissions=table)
    assert permissions_of_role("??", plugin_permissions=table) == frozenset()
