"""Which tasks a member may see: ask before showing anything that hangs on one."""

from platform_core.tasks.queries.visible import tasks_visible_to, visible_task

__all__ = ["tasks_visible_to", "visible_task"]
