"""The principal of a job: the member who caused it, with the rights they have when it runs."""

from platform_core.members.models import Member
from platform_core.members.permissions import permissions_of
from platform_core.members.principal import Principal
from platform_core.plugins.permissions import plugin_permissions
from platform_core.plugins.queries.enabled import enabled_plugins, withheld_here
from tenants.scope import current_organization


def acting_member(member_id: int) -> Principal | None:
    """Return the principal of a member; None when the membership has ended meanwhile."""
    member = Member.objects.filter(pk=member_id, removed_at=None).select_related("custom_role").first()
    if member is None:
        return None
    enabled = enabled_plugins()
    return Principal(
        id=member.pk,
        email=member.email,
        username=member.username,
        first_name=member.first_name,
        last_name=member.last_name,
        role=member.role,
        custom_role=member.custom_role_id,
        permissions=permissions_of(
            role=member.role,
            custom=member.custom_role.permissions if member.custom_role is not None else None,
            granted=list(member.get_user_teams().exclude(permission="").values_list("permission", flat=True)),
            plugin_permissions=plugin_permissions(enabled, withheld_here()),
        ),
        organization=current_organization(),
        enabled_plugins=enabled,
        credential="platform",
    )
