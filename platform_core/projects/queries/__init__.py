"""Reading projects."""

from platform_core.projects.queries.visible import projects_visible_to, visible_project

__all__ = ["projects_visible_to", "visible_project"]
