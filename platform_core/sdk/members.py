"""Who is there, and who may do what: for code that acts for the organization, such as event handlers."""

from platform_core.members.queries.permitted import active_members, members_with_permission

__all__ = ["active_members", "members_with_permission"]
