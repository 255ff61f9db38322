"""Which projects a member may see: as a query set, as one row, and as a condition for raw SQL."""

from typing import Any, Final

from platform_core.api.errors import NotFoundError
from platform_core.members.principal import Principal
from platform_core.projects.managers import ProjectQuerySet
from platform_core.projects.models import Project

# The same rule as `ProjectQuerySet.for_user`; `p` is projects_project. Arguments: `visibility`.
VISIBLE: Final = """(%(all)s
    OR EXISTS (SELECT FROM projects_projectmembership pm WHERE pm.project_id = p.id AND pm.member_id = %(member)s)
    OR EXISTS (SELECT FROM projects_projectteamgrant g JOIN members_teammembership tm ON tm.team_id = g.team_id
               WHERE g.project_id = p.id AND tm.member_id = %(member)s))"""


def visibility(principal: Principal) -> dict[str, Any]:
    """Return the arguments that `VISIBLE` takes."""
    return {"all": principal.can("projects.view_all"), "member": principal.id}


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
