"""Which members have a permission: by their role, or by a team."""

from collections.abc import Collection

from django.db.models import Q

from platform_core.members.models import Member
from platform_core.members.permissions import CORE_PERMISSIONS
from platform_core.plugins.permissions import plugin_permissions
from platform_core.plugins.queries.enabled import enabled_plugins, withheld_here


def members_with_permission(codename: str) -> set[int]:
    """Return the ids of the active members who have a permission of the core or of an enabled plugin."""
    roles = {**CORE_PERMISSIONS, **plugin_permissions(enabled_plugins(), withheld_here())}.get(codename)
    if roles is None:
        return set()
    by_role = Q(custom_role=None, role__in=roles) | Q(custom_role__permissions__contains=[codename])
    holding = by_role | Q(team_memberships__team__permission=codename)
    return set(Member.objects.filter(holding, removed_at=None).values_list("pk", flat=True))


def active_members(ids: Collection[int]) -> set[int]:
    """Return those of these ids that are active members here."""
    return set(Member.objects.filter(pk__in=ids, removed_at=None).values_list("pk", flat=True))
