"""The condition that lets a member see a row of a project, in SQL. Nothing here holds input."""

from typing import Any, Final

from platform_core.members.principal import Principal

MAX_ID: Final = 2**63 - 1


def visible_project_condition(column: str) -> str:
    """Return a condition on the column with a project's id; `visibility` gives its arguments."""
    return f"""(%(all_projects)s
        OR EXISTS (SELECT FROM projects_projectmembership pm
                   WHERE pm.project_id = {column} AND pm.member_id = %(member)s)
        OR EXISTS (SELECT FROM projects_projectteamgrant g JOIN members_teammembership tm ON tm.team_id = g.team_id
                   WHERE g.project_id = {column} AND tm.member_id = %(member)s))"""


def visibility(principal: Principal) -> dict[str, Any]:
    """Return the arguments `member` and `all_projects`."""
    return {"member": principal.id, "all_projects": principal.can("projects.view_all")}
