"""Which projects a member may see: as a query set, as one row, and as a condition for raw SQL."""

from typing import Any, Final

from platform_core.api.errors import NotFoundError
from platform_core.members.principal import Principal
from platform_core.projects.managers import ProjectQuerySet
from platform_core.projects.models import Project

MAX_ID: Final = 2**63 - 1


def visible_project_condition(column: str) -> str:
    """Return the condition on a column with a project's id, for raw SQL; `visibility` gives its arguments.

    The same rule as `ProjectQuerySet.for_user`, and the only place where it is written in SQL. Nothing in it is input.
    """
    return f"""(%(all_projects)s
        OR EXISTS (SELECT FROM projects_projectmembership pm
                   WHERE pm.project_id = {column} AND pm.member_id = %(member)s)
        OR EXISTS (SELECT FROM projects_projectteamgrant g JOIN members_teammembership tm ON tm.team_id = g.team_id
                   WHERE g.project_id = {column} AND tm.member_id = %(member)s))"""


def visibility(principal: Principal) -> dict[str, Any]:
    """Return the arguments `member` and `all_projects` of the condition."""
    return {"member": principal.id, "all_projects": principal.can("projects.view_all")}


def projects_visible_to(principal: Principal) -> ProjectQuerySet:
    """Return the projects that the member may see."""
    return Project.objects.for_user(principal)


def visible_project(principal: Principal, project_id: int) -> Project:
    """Return one project.

    Raises:
        NotFoundError: it does not exist, or the member may not see it.
    """
    project: Project | None = projects_visible_to(principal).filter(pk=project_id).first()
    if project is None:
        raise NotFoundError(f"There is no project {project_id}.")
    return project
