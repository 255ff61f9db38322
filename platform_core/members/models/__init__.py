"""Members, their credentials, and what the organization decides for them."""

from platform_core.members.models.credentials import ApiKey, RefreshToken, Session
from platform_core.members.models.people import (
    CustomRole,
    Invitation,
    Member,
    Role,
    Team,
    TeamLink,
    TeamMembership,
)
from platform_core.members.models.policies import OrganizationPolicy

__all__ = [
    "ApiKey",
    "CustomRole",
    "Invitation",
    "Member",
    "OrganizationPolicy",
    "RefreshToken",
    "Role",
    "Session",
    "Team",
    "TeamLink",
    "TeamMembership",
]
