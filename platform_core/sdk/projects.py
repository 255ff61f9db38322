"""Which projects a member may see: ask before showing anything that hangs on one."""

from platform_core.projects.queries import projects_visible_to, visible_project

__all__ = ["projects_visible_to", "visible_project"]
