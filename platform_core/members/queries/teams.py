"""Teams and invitations, as lists show them."""

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from platform_core.api.errors import NotFoundError
from platform_core.members.models import Invitation, Member, Team, TeamLink


def teams_here() -> QuerySet[Team]:
    """Return all teams with their number of members as `member_count`, by name."""
    return Team.objects.annotate(member_count=Count("memberships")).order_by("name", "pk")


def team_here(team_id: int) -> Team:
    """Return one team with its number of members.

    Raises:
        NotFoundError: there is none with this id.
    """
    team = teams_here().filter(pk=team_id).first()
    if team is None:
        raise NotFoundError(f"There is no team {team_id}.")
    return team


def members_of_team(team_id: int) -> QuerySet[Member]:
    """Return the members of a team, oldest id first."""
    return Member.objects.filter(team_memberships__team_id=team_id, removed_at=None).order_by("pk")


def live_links_of_team(team_id: int) -> QuerySet[TeamLink]:
    """Return the links of a team that still work, newest first."""
    return TeamLink.objects.filter(team_id=team_id, revoked_at=None, expires_at__gt=timezone.now()).order_by(
        "-created_at", "pk"
    )


def open_invitations() -> QuerySet[Invitation]:
    """Return the invitations that can still be accepted, newest first."""
    usable = Q(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())
    return Invitation.objects.filter(usable).order_by("-created_at", "pk")
