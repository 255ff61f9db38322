"""Codenames, who has them by role, and the check that every view declares one (deny by default)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from platform_core.api.errors import NotAuthenticatedError, PermissionDeniedError

if TYPE_CHECKING:
    from rest_framework.views import APIView

OW, AD, MA, RE, AN = "OW", "AD", "MA", "RE", "AN"
EVERYONE: Final = frozenset({OW, AD, MA, RE, AN})
REVIEWERS: Final = frozenset({OW, AD, MA, RE})
MANAGERS: Final = frozenset({OW, AD, MA})
ADMINISTRATORS: Final = frozenset({OW, AD})
OWNERS: Final = frozenset({OW})
# Every member has these, whatever a custom role leaves out: to see where one is, and to sign out.
OF_EVERY_MEMBER: Final = frozenset({"organization.view", "credentials.own"})
ROLE_RANK: Final[dict[str, int]] = {AN: 1, RE: 2, MA: 3, AD: 4, OW: 5}

# codename -> roles that have it. docs/reference/permissions.md shows the same table; a test compares them.
CORE_PERMISSIONS: Final[dict[str, frozenset[str]]] = {
    "organization.view": EVERYONE,
    "organization.change": ADMINISTRATORS,
    "organization.delete": OWNERS,
    "members.view": EVERYONE,
    "members.invite": ADMINISTRATORS,
    "members.change": ADMINISTRATORS,
    "members.remove": ADMINISTRATORS,
    "roles.manage": ADMINISTRATORS,
    "teams.view": EVERYONE,
    "teams.change": MANAGERS,
    "credentials.own": EVERYONE,
    "audit.view": ADMINISTRATORS,
    "events.view": EVERYONE,
    "jobs.view": EVERYONE,
    "jobs.view_all": MANAGERS,
    "projects.view": EVERYONE,
    "projects.view_all": MANAGERS,
    "projects.create": MANAGERS,
    "projects.change": MANAGERS,
    "projects.delete": MANAGERS,
    "projects.import": MANAGERS,
    "projects.export": REVIEWERS,
    "tasks.view": EVERYONE,
    "tasks.create": MANAGERS,
    "tasks.change": MANAGERS,
    "tasks.delete": MANAGERS,
    "annotations.view": EVERYONE,
    "annotations.view_all": REVIEWERS,
    "annotations.create": EVERYONE,
    "annotations.change": EVERYONE,
    "annotations.change_all": REVIEWERS,
    "annotations.delete": EVERYONE,
    "annotations.delete_all": MANAGERS,
    "predictions.view": EVERYONE,
    "predictions.change": MANAGERS,
    "plugins.view": EVERYONE,
    "plugins.manage": ADMINISTRATORS,
    "plugins.purge_now": OWNERS,
}


class PermissionNames:
    """Codenames as attributes: `all_permissions.projects_view` is "projects.view"; a wrong name fails at import."""

    def __getattr__(self, name: str) -> str:
        resource, _, action = name.partition("_")
        codename = f"{resource}.{action}"
        if codename not in CORE_PERMISSIONS:
            raise AttributeError(f"No permission {codename}; platform_core.members.permissions lists them")
        return codename

    def __iter__(self) -> Iterator[str]:
        return iter(CORE_PERMISSIONS)


all_permissions: Final = PermissionNames()


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewClassPermission:
    """The codename each method of a view asks for; a method without one is refused."""

    GET: str | None = None
    POST: str | None = None
    PUT: str | None = None
    PATCH: str | None = None
    DELETE: str | None = None

    def of(self, method: str) -> str | None:
        """Return the codename for an HTTP method; HEAD is GET."""
        name = "GET" if method == "HEAD" else method
        return getattr(self, name, None) if name in ("GET", "POST", "PUT", "PATCH", "DELETE") else None


PUBLIC: Final = "public"
"""Marks a method that needs no credential; the route walk lists every use."""


class DeclaredPermission(BasePermission):
    """Grants what the view's `permission_required` names and the principal has; everything else is refused."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Check the declared codename.

        Raises:
            MethodNotAllowed: the view has no such method, which is said to everybody: the API document is open.
            NotAuthenticatedError: nobody is signed in.
            PermissionDeniedError: the principal lacks the codename, or the method declares none.
        """
        if not hasattr(view, (request.method or "").lower()):
            raise MethodNotAllowed(request.method or "")
        codename = declared_permission(view, request.method or "")
        if codename == PUBLIC or request.method == "OPTIONS":
            return True
        if not request.user.is_authenticated:
            raise NotAuthenticatedError
        principal: Any = request.user
        if codename is None or not principal.can(codename):
            raise PermissionDeniedError(data={"permission": codename} if codename else None)
        return True


def declared_permission(view: Any, method: str) -> str | None:
    """Return what a view asks for on a method, or None where it declares nothing."""
    required = getattr(view, "permission_required", None)
    return required.of(method) if isinstance(required, ViewClassPermission) else None


def may_hand_out(*, giver: str, role: str) -> bool:
    """Say whether somebody with the role `giver` may give `role` away, or take it: nobody reaches above themselves."""
    return ROLE_RANK[giver] >= ROLE_RANK[role]


def permissions_of(
    *,
    role: str,
    custom: Collection[str] | None = None,
    granted: Collection[str] = (),
    plugin_permissions: dict[str, frozenset[str]] | None = None,
) -> frozenset[str]:
    """Return the codenames of a member: by the built-in role or by the custom one, and by teams.

    Args:
        custom: codenames of the custom role, which count instead of the built-in role's, with `OF_EVERY_MEMBER`;
            None without one.
        granted: codenames that teams give.
        plugin_permissions: table of the enabled plugins; what neither it nor the core knows gives nothing.
    """
    table = plugin_permissions or {}
    by_role = OF_EVERY_MEMBER.union(custom or ())
    if custom is None:
        by_role = permissions_of_role(role, plugin_permissions=table)
    return frozenset(name for name in by_role | frozenset(granted) if name in CORE_PERMISSIONS or name in table)


def permissions_of_role(role: str, *, plugin_permissions: dict[str, frozenset[str]] | None = None) -> frozenset[str]:
    """Return the codenames of a role: the core's, and those of the given plugin table (codename -> roles)."""
    tables = (CORE_PERMISSIONS, plugin_permissions or {})
    return frozenset(codename for table in tables for codename, roles in table.items() if role in roles)
