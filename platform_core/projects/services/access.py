"""Granting projects to members and teams."""

from collections.abc import Collection

from django.db import transaction

from platform_core.api.errors import ValidationFailedError
from platform_core.events.services import record_audit
from platform_core.members.models import Member, Team
from platform_core.members.principal import Principal
from platform_core.projects.models import Project, ProjectMembership, ProjectTeamGrant


@transaction.atomic
def set_access(*, project: Project, members: list[int] | None, teams: list[int] | None, actor: Principal) -> None:
    """Say exactly which members and teams have access; None leaves that part as it is.

    Raises:
        ValidationFailedError: an id names nobody of this organization; nothing is changed.
    """
    if members is not None:
        known = set(Member.objects.filter(pk__in=members, removed_at=None).values_list("pk", flat=True))
        _refuse_unknown("members", set(members) - known)
        ProjectMembership.objects.filter(project=project).exclude(member__in=known).delete()
        rows = [ProjectMembership(project=project, member_id=pk) for pk in sorted(known)]
        ProjectMembership.objects.bulk_create(rows, ignore_conflicts=True)
    if teams is not None:
        known = set(Team.objects.filter(pk__in=teams).values_list("pk", flat=True))
        _refuse_unknown("teams", set(teams) - known)
        ProjectTeamGrant.objects.filter(project=project).exclude(team__in=known).delete()
        grants = [ProjectTeamGrant(project=project, team_id=pk) for pk in sorted(known)]
        ProjectTeamGrant.objects.bulk_create(grants, ignore_conflicts=True)
    record_audit(
        actor=actor,
        action="project.access_changed",
        target_type="project",
        target_id=project.pk,
        data={"members": members, "teams": teams},
    )


def give_access(*, member_id: int, project_ids: Collection[int]) -> None:
    """Give a newcomer the projects that an invitation named; those that are gone meanwhile are left out."""
    found = Project.objects.filter(pk__in=project_ids).values_list("pk", flat=True)
    rows = [ProjectMembership(project_id=pk, member_id=member_id) for pk in found]
    ProjectMembership.objects.bulk_create(rows, ignore_conflicts=True)


def access_of(project: Project) -> dict[str, list[int]]:
    """Return ids of members and teams with access."""
    return {
        "members": list(project.memberships.order_by("member_id").values_list("member_id", flat=True)),
        "teams": list(project.team_grants.order_by("team_id").values_list("team_id", flat=True)),
    }


def _refuse_unknown(field: str, ids: set[int]) -> None:
    if ids:
        raise ValidationFailedError(validation_errors={field: [f"Not known in this organization: {sorted(ids)}"]})
