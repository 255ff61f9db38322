"""Acting for a member after the request that asked for it, and who is there and may do what."""

from platform_core.members.gate import principal_of_member
from platform_core.members.queries.permitted import active_members, members_with_permission

__all__ = ["active_members", "members_with_permission", "principal_of_member"]
