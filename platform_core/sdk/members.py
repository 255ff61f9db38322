"""Acting for a member after the request that asked for it."""

from platform_core.members.gate import principal_of_member

__all__ = ["principal_of_member"]
