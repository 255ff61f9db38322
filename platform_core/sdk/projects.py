"""Which projects a member may see: ask before showing anything that hangs on one."""

from typing import Any

import orjson

from platform_core.members.principal import Principal
from platform_core.projects.queries import projects_visible_to, visible_project
from platform_core.projects.queries.lists import project_json

__all__ = ["project_summary", "projects_visible_to", "visible_project"]


def project_summary(principal: Principal, project_id: int) -> dict[str, Any]:
    """Return a project with its counters, as `GET /api/projects/{id}/` shows it.

    Raises:
        NotFoundError: it does not exist, or the member may not see it.
    """
    content, _version = project_json(principal, project_id)
    summary: dict[str, Any] = orjson.loads(content)
    return summary
